"""A code drawn so that its mean and its spread still have gradients, and the way back."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.difference import array
from dlkit.numpy_ops import variational_autoencoders as ops

LESSON = "18_variational_autoencoders"


def codes(rng: np.random.Generator, n: int, j: int) -> tuple[np.ndarray, np.ndarray]:
    """Means far from 0 and log-variances of both signs, shapes (N, J)."""
    return rng.normal(0, 2, (n, j)), rng.uniform(-3, 3, (n, j))


def thin_and_wide(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Codes of very thin clouds and codes of very wide ones: whoever bounds log_var gets other numbers."""
    clouds = []
    for low, high in ((-9, -7.5), (5.5, 6.5)):
        shape = distinct_sizes(rng, 2, 3, 8)
        clouds.append((rng.normal(0, 2, shape), rng.uniform(low, high, shape)))
    return clouds


_MANY = 300  # codes, each of them twice: enough to see whether z follows the noise that was given


def _draws(rng):
    given = [codes(rng, *shape) for shape in (distinct_sizes(rng, 2, 3, 8) for _ in range(3))]
    given += [*thin_and_wide(rng), codes(rng, 5, 1), codes(rng, 1, 4)]
    twice = [np.tile(part, (2, 1)) for part in (*codes(rng, _MANY // 2, 2), rng.standard_normal((_MANY // 2, 2)))]
    return [Call(tuple(twice)), *(Call((*clouds, rng.standard_normal(clouds[0].shape))) for clouds in given)]


def _reparameterize(mean, log_var, noise):
    return ops.reparameterize_forward(mean, log_var, noise)[0]


def _follows_the_noise(z, mean, log_var, noise):
    """The result as it stands, unless it holds right draws of other noise; those have no slip in them that could be run."""
    found = array(z)
    given = found is not None and found.shape == (_MANY, 2) and found.dtype.kind == "f"
    if given and not np.allclose(*np.split(found, 2), equal_nan=True):  # the same codes and noise, another z
        for width, also in ((np.exp(log_var / 2), ""), (np.exp(log_var), " Besides, its width is the variance.")):
            own = (found - mean) / width
            if (np.abs(own.std(axis=0) - 1) < 0.2).all() and (np.abs((own * noise).mean(axis=0)) < 0.3).all():
                raise TypeError(
                    "This looks like: noise of its own. z is spread round the mean, but it does not follow the noise that was "
                    "given. Use the argument noise and draw nothing: only so can the result, and later its gradient, be "
                    f"checked.{also}"
                )
    return z


def _first_row_only(mean, log_var, noise):
    z = np.zeros_like(mean)
    z[0] = mean[0] + np.exp(log_var[0] / 2) * noise[0]
    return z


reparameterize = Exercise(
    name="reparameterize",
    lesson=LESSON,
    reference=_reparameterize,
    inputs=_draws,
    takes="mean[N J] log_var[N J] noise[N J]",
    returns="z[N J]",
    through=_follows_the_noise,
    mistakes=(
        Mistake(
            "variance for deviation",
            lambda mean, log_var, noise: mean + np.exp(log_var) * noise,
            "The noise was stretched by the variance σ². Noise is stretched by the deviation σ, which is its root.",
        ),
        Mistake(
            "logarithm taken as deviation",
            lambda mean, log_var, noise: mean + log_var * noise,
            "log_var itself was used as the deviation. It is a logarithm, and may be negative: undo the logarithm first.",
        ),
        Mistake(
            "half of the logarithm, no exponential",
            lambda mean, log_var, noise: mean + log_var / 2 * noise,
            "Half of log_var is ln σ. To get σ itself, undo the logarithm.",
        ),
        Mistake(
            "root of the logarithm",
            lambda mean, log_var, noise: mean + np.sqrt(log_var) * noise,
            "The root was taken of log_var, which is a logarithm and may be negative. The root belongs to the variance, after "
            "the exponential.",
        ),
        Mistake(
            "root taken twice",
            lambda mean, log_var, noise: mean + np.sqrt(np.exp(log_var / 2)) * noise,
            "exp(log_var/2) is σ already; the root of it was taken once more.",
        ),
        Mistake(
            "root of the logarithm's size",
            lambda mean, log_var, noise: mean + np.sqrt(np.abs(log_var)) * noise,
            "A root of |log_var| is no width: log_var is a logarithm, and its sign matters. Undo the logarithm first.",
        ),
        Mistake(
            "half rounded down",
            lambda mean, log_var, noise: mean + np.exp(log_var // 2) * noise,
            "// rounds the half down to a whole number; / keeps the fraction.",
        ),
        Mistake(
            "noise inside the exponential",
            lambda mean, log_var, noise: mean + np.exp(log_var / 2 * noise),
            "The noise got into the exponential, so it can only push upwards. Look at your brackets: σ first, then "
            "times the noise.",
        ),
        Mistake(
            "mean and logarithm exchanged",
            lambda mean, log_var, noise: log_var + np.exp(mean / 2) * noise,
            "mean and log_var have changed places.",
        ),
        Mistake(
            "halved after the exponential",
            lambda mean, log_var, noise: mean + np.exp(log_var) / 2 * noise,
            "The half stands outside the exponential: that halves the variance. A root is a half in the exponent.",
        ),
        Mistake(
            "doubled in the exponent",
            lambda mean, log_var, noise: mean + np.exp(2 * log_var) * noise,
            "log_var was doubled: that squares the variance. From variance to deviation it goes the other way.",
        ),
        Mistake(
            "divided by the deviation",
            lambda mean, log_var, noise: mean + np.exp(-log_var / 2) * noise,
            "A large log_var should spread the code, and yours narrows it: the sign in the exponent is turned.",
        ),
        Mistake(
            "noise divided, not stretched",
            lambda mean, log_var, noise: mean + noise / np.exp(log_var),
            "The noise was divided by the variance. Standard noise has width 1; it is multiplied by the width it should get.",
        ),
        Mistake(
            "noise not stretched",
            lambda mean, log_var, noise: mean + noise,
            "Every code got noise of width 1. Each number of a code has a width of its own, given by log_var.",
        ),
        Mistake(
            "noise left out",
            lambda mean, log_var, noise: mean.copy(),
            "That is the mean: nothing was drawn. An autoencoder would do that.",
        ),
        Mistake(
            "deviation without noise",
            lambda mean, log_var, noise: mean + np.exp(log_var / 2),
            "The deviation was added, but the noise is missing: every code lies one deviation above its mean.",
        ),
        Mistake(
            "mean left out",
            lambda mean, log_var, noise: np.exp(log_var / 2) * noise,
            "The clouds have the right widths, but all of them are centred at 0: the mean is missing.",
        ),
        Mistake(
            "mean stretched too",
            lambda mean, log_var, noise: (mean + noise) * np.exp(log_var / 2),
            "The mean was multiplied by the deviation too. Only the noise is stretched; look at your brackets.",
        ),
        Mistake(
            "mean stretched, noise not",
            lambda mean, log_var, noise: mean * np.exp(log_var / 2) + noise,
            "The deviation got to the mean. It is the noise that is stretched; the mean is only added.",
        ),
        Mistake(
            "noise subtracted",
            lambda mean, log_var, noise: mean - np.exp(log_var / 2) * noise,
            "The noise was subtracted. As a distribution that is the same, but this exercise and its gradient say plus.",
        ),
        Mistake(
            "mean and noise multiplied",
            lambda mean, log_var, noise: mean * noise + np.exp(log_var / 2),
            "The noise stretches the mean here. It is the deviation that it belongs to.",
        ),
        Mistake(
            "mean times noise too",
            lambda mean, log_var, noise: (mean + np.exp(log_var / 2)) * noise,
            "The mean was multiplied by the noise as well. Only the deviation is; look at your brackets.",
        ),
        Mistake(
            "noise under the root",
            lambda mean, log_var, noise: mean + np.sqrt(np.exp(log_var) * noise),
            "The noise stands under the root, and the root of a negative number is NaN. Only the variance belongs there; look "
            "at your brackets.",
        ),
        Mistake(
            "size of the noise under the root",
            lambda mean, log_var, noise: mean + np.sqrt(np.exp(log_var) * np.abs(noise)),
            "|noise| stands under the root, so every code lies above its mean. Only the variance belongs there; the noise "
            "keeps its sign.",
        ),
        Mistake(
            "one number of noise for a code",
            lambda mean, log_var, noise: mean + np.exp(log_var / 2) * noise[:, :1],
            "All numbers of a code share one number of noise, so they move together. Each has its own.",
        ),
        Mistake(
            "one row of noise for all",
            lambda mean, log_var, noise: mean + np.exp(log_var / 2) * noise[0],
            "All codes of the batch got the noise of the first. Each has its own row.",
        ),
        Mistake(
            "only the first code filled",
            _first_row_only,
            "All codes but the first are zero. Does the line with return stand inside the loop?",
        ),
    ),
)


def _reparameterize_backward(dz, log_var, noise):
    _, cache = ops.reparameterize_forward(np.zeros_like(log_var), log_var, noise)
    return ops.reparameterize_backward(dz, cache)[:2]


def _upstreams(rng):
    given = [codes(rng, *shape)[1] for shape in (distinct_sizes(rng, 2, 3, 8) for _ in range(3))]
    given += [*(log_var for _, log_var in thin_and_wide(rng)), codes(rng, 5, 1)[1], codes(rng, 1, 4)[1]]
    return [Call((rng.standard_normal(v.shape), v, rng.standard_normal(v.shape))) for v in given]


def _width(log_var):
    return np.exp(log_var / 2)


reparameterize_backward = Exercise(
    name="reparameterize_backward",
    lesson=LESSON,
    reference=_reparameterize_backward,
    inputs=_upstreams,
    takes="dz[N J] log_var[N J] noise[N J]",
    returns="dmean[N J] dlog_var[N J]",
    mistakes=(
        Mistake(
            "results exchanged",
            lambda dz, log_var, noise: _reparameterize_backward(dz, log_var, noise)[::-1],
            "Both gradients are right, but they have changed places: the mean's comes first.",
        ),
        Mistake(
            "the half forgotten",
            lambda dz, log_var, noise: (dz, dz * noise * _width(log_var)),
            "dlog_var is twice too large: the inner derivative of e to the log_var/2 is missing.",
        ),
        Mistake(
            "slope of the deviation",
            lambda dz, log_var, noise: (dz, dz * noise),
            "That is the gradient for σ. The encoder gives log σ²: one link of the chain is missing.",
        ),
        Mistake(
            "the exponential forgotten",
            lambda dz, log_var, noise: (dz, dz * noise / 2),
            "The exponential is missing: e to the log_var/2 stays when it is derived.",
        ),
        Mistake(
            "variance for deviation",
            lambda dz, log_var, noise: (dz, dz * noise * np.exp(log_var) / 2),
            "dlog_var contains the variance. Deriving e to the log_var/2 gives itself, times a half.",
        ),
        Mistake(
            "variance for deviation, half forgotten",
            lambda dz, log_var, noise: (dz, dz * noise * np.exp(log_var)),
            "dlog_var contains e to the log_var. On the way forward it was log_var/2; both the half in the exponent and the "
            "one before it are missing.",
        ),
        Mistake(
            "slope of the variance",
            lambda dz, log_var, noise: (dz, dz * noise / (2 * _width(log_var))),
            "That is the gradient for σ². The encoder gives its logarithm: one link of the chain is missing.",
        ),
        Mistake(
            "noise forgotten in dlog_var",
            lambda dz, log_var, noise: (dz, dz * _width(log_var) / 2),
            "The noise is missing in dlog_var. How far z moves when the width grows depends on the noise it multiplies.",
        ),
        Mistake(
            "upstream forgotten",
            lambda dz, log_var, noise: (np.ones_like(dz), noise * _width(log_var) / 2),
            "That is how z moves, not how the loss moves: the upstream gradient dz is missing as a factor.",
        ),
        Mistake(
            "dmean stretched",
            lambda dz, log_var, noise: (dz * _width(log_var), dz * noise * _width(log_var) / 2),
            "dmean was multiplied by the deviation. The mean is only added: how much does z move if the mean moves by 1?",
        ),
        Mistake(
            "noise in dmean",
            lambda dz, log_var, noise: (dz * noise, dz * noise * _width(log_var) / 2),
            "dmean contains the noise. The mean is not multiplied by it.",
        ),
        Mistake(
            "the width's gradient for both",
            lambda dz, log_var, noise: (dz * noise * _width(log_var) / 2, dz * noise * _width(log_var) / 2),
            "dmean is what dlog_var should be. The mean is only added, so its local slope is 1.",
        ),
        Mistake(
            "averaged over the batch",
            lambda dz, log_var, noise: (dz / len(dz), dz * noise * _width(log_var) / 2 / len(dz)),
            "You divided by N. If there is a 1/N, it belongs to the loss and has come down in dz already.",
        ),
        Mistake(
            "derivative of the square",
            lambda dz, log_var, noise: (dz, 2 * dz * noise * _width(log_var)),
            "dlog_var is four times too large: the exponent log_var/2 brings down a half, not a two.",
        ),
        Mistake(
            "wrong sign of dlog_var",
            lambda dz, log_var, noise: (dz, -dz * noise * _width(log_var) / 2),
            "dlog_var has the wrong sign: with positive noise, more width moves z up.",
        ),
        Mistake(
            "logarithm taken as deviation",
            lambda dz, log_var, noise: (dz, dz * noise * log_var / 2),
            "dlog_var contains log_var itself where σ belongs: the exponential is missing.",
        ),
        Mistake(
            "noise and half forgotten",
            lambda dz, log_var, noise: (dz, dz * _width(log_var)),
            "dlog_var is dz·σ: the noise is missing, and the half from the exponent.",
        ),
        Mistake(
            "exponent brought down whole",
            lambda dz, log_var, noise: (dz, dz * noise * _width(log_var) * log_var / 2),
            "The exponent itself came down as a factor. Only its inner derivative does: log_var/2 has the slope one half.",
        ),
        Mistake(
            "power rule",
            lambda dz, log_var, noise: (dz, dz * noise * log_var / 2 * np.exp(log_var / 2 - 1)),
            "e was raised to one less, as if it were a power of log_var. The derivative of an exponential is itself, "
            "times the inner derivative.",
        ),
        Mistake(
            "summed over the batch",
            lambda dz, log_var, noise: (dz.sum(axis=0), (dz * noise * _width(log_var) / 2).sum(axis=0)),
            "The batch was added up. mean and log_var belong to each code on its own, so each keeps its gradient.",
        ),
    ),
)
