"""The bound that is raised in training, and the straight way between two codes."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.variational_autoencoders.divergence import terms
from dlkit.exercises.variational_autoencoders.sampling import LESSON, codes


def _missed(x, y):
    """Binary cross-entropy of each pixel, (N, D)."""
    return -(x * np.log(y) + (1 - x) * np.log(1 - y))


def _parts(x, y, mean, log_var):
    return _missed(x, y).sum() / len(x), terms(mean, log_var).sum() / len(x) / 2


def _elbo(x, y, mean, log_var, beta=1.0):
    reconstruction, kl = _parts(x, y, mean, log_var)
    return -reconstruction - beta * kl, reconstruction, kl


def _with(reconstruct=None, diverge=None, join=lambda r, k, beta: -r - beta * k):
    """The bound with one of its pieces replaced."""

    def wrong(x, y, mean, log_var, beta=1.0):
        reconstruction, kl = _parts(x, y, mean, log_var)
        reconstruction = reconstruct(x, y) if reconstruct else reconstruction
        kl = diverge(mean, log_var) if diverge else kl
        return join(reconstruction, kl, beta), reconstruction, kl

    return wrong


def _pictures(rng):
    calls = []
    for k, beta in enumerate((1.0, 0.25, 4.0, 3.0, 0.5)):
        n, d, j = distinct_sizes(rng, 3, 3, 9) if k < 3 else ((1, 6, 3) if k == 3 else (4, 3, 1))
        x = rng.integers(0, 17, (n, d)) / 16  # as the digits: seventeen grey levels, black and white among them
        x[0, :2] = 0, 1
        calls.append(Call((x, rng.uniform(0.02, 0.98, (n, d)), *codes(rng, n, j)), {"beta": beta}))
    return calls


elbo = Exercise(
    name="elbo",
    lesson=LESSON,
    reference=_elbo,
    inputs=_pictures,
    takes="x[N D] y[N D] mean[N J] log_var[N J]",
    returns="elbo[] reconstruction[] kl[]",
    mistakes=(
        Mistake(
            "the loss for the bound",
            _with(join=lambda r, k, beta: r + beta * k),
            "elbo has the wrong sign: that is the loss, which falls. The bound is minus that, and rises.",
        ),
        Mistake(
            "divergence added",
            _with(join=lambda r, k, beta: -r + beta * k),
            "The divergence is *added* to the bound: training would drive the clouds away from the standard normal one.",
        ),
        Mistake(
            "reconstruction added",
            _with(join=lambda r, k, beta: r - beta * k),
            "The reconstruction error stands with a plus in elbo: the worse the picture, the better the bound.",
        ),
        Mistake(
            "beta forgotten",
            _with(join=lambda r, k, beta: -r - k),
            "β does not appear in elbo: this is the answer for β = 1.",
        ),
        Mistake(
            "beta on the reconstruction",
            _with(join=lambda r, k, beta: -beta * r - k),
            "β stands at the reconstruction. It weighs the divergence.",
        ),
        Mistake(
            "beta on both",
            _with(join=lambda r, k, beta: -beta * (r + k)),
            "β multiplies both terms, so their balance does not change. Look at your brackets.",
        ),
        Mistake(
            "beta inside the divergence",
            lambda x, y, mean, log_var, beta=1.0: (lambda e, r, k: (e, r, beta * k))(*_elbo(x, y, mean, log_var, beta)),
            "The third result should be the divergence itself; β belongs into elbo only.",
        ),
        Mistake(
            "reconstruction left out of elbo",
            _with(join=lambda r, k, beta: -beta * k),
            "elbo holds only the divergence: the pictures do not count.",
        ),
        Mistake(
            "divergence left out of elbo",
            _with(join=lambda r, k, beta: -r),
            "elbo holds only the reconstruction: that trains a plain autoencoder.",
        ),
        Mistake(
            "pixels averaged",
            _with(lambda x, y: _missed(x, y).mean()),
            "The pixels were averaged. They are added up, as the units are; averaged, they weigh D times too little against "
            "the divergence, and the codes collapse.",
        ),
        Mistake(
            "pixels averaged, pictures added",
            _with(lambda x, y: _missed(x, y).sum() / x.shape[1]),
            "The two axes have changed places: pixels are added up, pictures are averaged. What did you divide by?",
        ),
        Mistake(
            "reconstruction summed over the batch",
            _with(lambda x, y: _missed(x, y).sum()),
            "The pictures of the batch were added up. Average over them.",
        ),
        Mistake(
            "second half of the cross-entropy forgotten",
            _with(lambda x, y: -(x * np.log(y)).sum() / len(x)),
            "Only x·ln y is there: dark pixels cost nothing, so y = 1 everywhere would be best.",
        ),
        Mistake(
            "first half of the cross-entropy forgotten",
            _with(lambda x, y: -((1 - x) * np.log(1 - y)).sum() / len(x)),
            "Only (1 − x)·ln(1 − y) is there: bright pixels cost nothing.",
        ),
        Mistake(
            "negative reconstruction error",
            lambda x, y, mean, log_var, beta=1.0: (lambda e, r, k: (e, -r, k))(*_elbo(x, y, mean, log_var, beta)),
            "The reconstruction error is negative: the logarithms of numbers below 1 are, and a minus belongs before them.",
        ),
        Mistake(
            "minus before one half only",
            _with(lambda x, y: (-x * np.log(y) + (1 - x) * np.log(1 - y)).sum() / len(x)),
            "The minus reaches only the first half of the cross-entropy. Look at your brackets.",
        ),
        Mistake(
            "picture and answer exchanged",
            _with(lambda x, y: np.sum(-(y * np.log(x) + (1 - y) * np.log(1 - x))) / len(x)),
            "The logarithm was taken of the picture x. Its pixels may be exactly 0; y is what the decoder believes.",
        ),
        Mistake(
            "squared error",
            _with(lambda x, y: ((x - y) ** 2).sum() / len(x)),
            "That is the squared error. Here the binary cross-entropy is asked for.",
        ),
        Mistake(
            "half the squared error",
            _with(lambda x, y: ((x - y) ** 2).sum() / len(x) / 2),
            "That is half the squared error. Here the binary cross-entropy is asked for.",
        ),
        Mistake(
            "absolute error",
            _with(lambda x, y: np.abs(x - y).sum() / len(x)),
            "That is the absolute error. Here the binary cross-entropy is asked for.",
        ),
        Mistake(
            "sigmoid once more",
            _with(lambda x, y: _missed(x, 1 / (1 + np.exp(-y))).sum() / len(x)),
            "A sigmoid was applied to y. y holds probabilities already.",
        ),
        Mistake(
            "logarithm to base 2",
            _with(lambda x, y: _missed(x, y).sum() / len(x) / np.log(2)),
            "That counts in bits. The divergence is in nats, so the natural logarithm belongs here.",
        ),
        Mistake(
            "brackets round 1 − x forgotten",
            _with(lambda x, y: -(x * np.log(y) + 1 - x * np.log(1 - y)).sum() / len(x)),
            "In the second half only x meets the logarithm. The difference 1 − x is a factor, so it needs brackets.",
        ),
        Mistake(
            "picture rounded",
            _with(lambda x, y: _missed(np.round(x), y).sum() / len(x)),
            "The pixels were rounded to black and white. Grey is a share: x of the way to bright.",
        ),
        Mistake(
            "divergence without the half",
            _with(diverge=lambda mean, log_var: terms(mean, log_var).sum() / len(mean)),
            "kl is twice too large: the half before the bracket is missing.",
        ),
        Mistake(
            "units averaged",
            _with(diverge=lambda mean, log_var: terms(mean, log_var).mean() / 2),
            "kl was averaged over the units. They are added up, as the pixels are.",
        ),
        Mistake(
            "units averaged, codes added",
            _with(diverge=lambda mean, log_var: terms(mean, log_var).sum() / mean.shape[1] / 2),
            "In kl the two axes have changed places: units are added up, codes are averaged.",
        ),
        Mistake(
            "divergence summed over the batch",
            _with(diverge=lambda mean, log_var: terms(mean, log_var).sum() / 2),
            "The divergences of the batch were added up. Average over the codes.",
        ),
        Mistake(
            "deviation for variance",
            _with(diverge=lambda m, log_var: (m**2 + np.exp(log_var / 2) - 1 - log_var).sum() / len(m) / 2),
            "kl contains σ where σ² belongs.",
        ),
        Mistake(
            "sign of the divergence",
            lambda x, y, mean, log_var, beta=1.0: (lambda e, r, k: (e, r, -k))(*_elbo(x, y, mean, log_var, beta)),
            "kl is negative; a divergence never is.",
        ),
    ),
)


def _interpolate(start, end, steps):
    return start + np.linspace(0, 1, steps)[:, None] * (end - start)


def _with_weights(weights):
    """The way from start to end with other shares."""
    return lambda start, end, steps: start + np.asarray(weights(steps), float)[:, None] * (end - start)


def _halving(start, end, steps):
    rows = [start]
    for _ in range(steps - 1):
        rows.append((rows[-1] + end) / 2)
    return np.array(rows)


def _ends(rng):
    calls = []
    for steps in (4, 7, 2, 5, 9, 6):
        size = 1 if steps == 6 else int(rng.choice([k for k in (3, 4, 6, 8) if k != steps]))
        calls.append(Call((rng.normal(1, 2, size), rng.normal(-1, 2, size), steps)))
    return calls


interpolate = Exercise(
    name="interpolate",
    lesson=LESSON,
    reference=_interpolate,
    inputs=_ends,
    takes="start[J] end[J]",
    returns="z[steps J]",
    mistakes=(
        Mistake(
            "the end not reached",
            _with_weights(lambda steps: np.arange(steps) / steps),
            "The last row stops short of the end: between four points there are three gaps.",
        ),
        Mistake(
            "the start left out",
            _with_weights(lambda steps: np.arange(1, steps + 1) / steps),
            "The first row has left the start already: the first share is 0.",
        ),
        Mistake(
            "both ends left out",
            _with_weights(lambda steps: np.arange(1, steps + 1) / (steps + 1)),
            "Both ends are missing: the first row is the start, the last is the end.",
        ),
        Mistake(
            "one gap too many for the steps",
            _with_weights(lambda steps: np.arange(steps) / (steps + 1)),
            "The last row stops two gaps short of the end: the shares were divided by steps + 1.",
        ),
        Mistake(
            "brackets round steps − 1 forgotten",
            _with_weights(lambda steps: np.arange(steps) / steps - 1),
            "The shares begin at −1: division comes before subtraction, so steps − 1 needs brackets.",
        ),
        Mistake(
            "past the end",
            _with_weights(lambda steps: np.arange(steps)),
            "The rows go on in whole steps beyond the end. The shares run from 0 to 1.",
        ),
        Mistake(
            "from end to start",
            _with_weights(lambda steps: np.linspace(1, 0, steps)),
            "The way runs backwards: the first row should be the start.",
        ),
        Mistake(
            "whole-number division",
            _with_weights(lambda steps: np.arange(steps) // (steps - 1)),
            "All rows but the last are the start: // rounds every share down to 0.",
        ),
        Mistake(
            "the start not taken away",
            lambda start, end, steps: start + np.linspace(0, 1, steps)[:, None] * end,
            "The last row is start + end. What is added on the way is the difference of the two.",
        ),
        Mistake(
            "the start not fading",
            lambda start, end, steps: np.linspace(0, 1, steps)[:, None] * (start + end),
            "Both ends got the same share. When one grows, the other shrinks.",
        ),
        Mistake(
            "difference turned round",
            lambda start, end, steps: start + np.linspace(0, 1, steps)[:, None] * (start - end),
            "The way leads from the start away from the end: the difference is turned round.",
        ),
        Mistake(
            "start forgotten",
            lambda start, end, steps: np.linspace(0, 1, steps)[:, None] * (end - start),
            "The way begins at 0. It should begin at the start.",
        ),
        Mistake(
            "half of what is left",
            _halving,
            "Each row goes half of what is left, so the end is never reached. The gaps are all equal.",
        ),
        Mistake(
            "the middle everywhere",
            _with_weights(lambda steps: np.full(steps, 0.5)),
            "Every row is the middle of the two codes. The share should change from row to row.",
        ),
        Mistake(
            "round a bend",
            lambda start, end, steps: (
                np.cos(np.linspace(0, np.pi / 2, steps))[:, None] * start
                + np.sin(np.linspace(0, np.pi / 2, steps))[:, None] * end
            ),
            "The way is bent, on an arc. Here the straight one is asked for: shares that add up to 1.",
        ),
        Mistake(
            "one row too many",
            _with_weights(lambda steps: np.linspace(0, 1, steps + 1)),
            "There is one row too many: steps counts the rows, both ends among them.",
        ),
        Mistake(
            "last row missing",
            lambda start, end, steps: _interpolate(start, end, steps)[:-1],
            "The end is missing: range stops one before its end.",
        ),
        Mistake(
            "first row missing",
            lambda start, end, steps: _interpolate(start, end, steps)[1:],
            "The start is missing: counting begins at 0.",
        ),
        Mistake(
            "only the end returned",
            lambda start, end, steps: _interpolate(start, end, steps)[-1],
            "Only the last code came back: each row must be kept, not written over the one before.",
        ),
        Mistake(
            "the end put in twice",
            lambda start, end, steps: np.vstack([_interpolate(start, end, steps), end]),
            "The end stands there twice. It is the last of the rows already.",
        ),
        Mistake(
            "only the last row filled",
            lambda start, end, steps: np.vstack([np.zeros((steps - 1, len(start))), end]),
            "All rows but the last are zero. Is each one stored under its own index?",
        ),
        Mistake(
            "only the first row filled",
            lambda start, end, steps: np.vstack([start, np.zeros((steps - 1, len(start)))]),
            "All rows but the first are zero. Does the line with return stand inside the loop?",
        ),
        Mistake(
            "axes exchanged",
            lambda start, end, steps: _interpolate(start, end, steps).T,
            "Rows and columns are exchanged: one row for each step.",
        ),
    ),
)
