"""What a copy costs, and the noise that makes copying hard."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake

LESSON = "17_autoencoders"

# --- reconstruction_losses


class Encoder:
    """An encoder to be called: tanh of a layer. It takes a batch, nothing else.

    Parameters
    ----------
    w : np.ndarray, shape (K, D)
    b : np.ndarray, shape (K,)
    """

    def __init__(self, w, b):
        self.w, self.b = w, b

    def __call__(self, x):
        """The codes, (N, K), of a batch (N, D)."""
        return np.tanh(np.asarray(x) @ self.w.T + self.b)

    def __repr__(self):
        """A short name for messages."""
        return f"an encoder from {self.w.shape[1]} to {self.w.shape[0]} numbers"


def _losses(x, copy, encode):
    return np.mean((x - copy) ** 2), np.mean(np.abs(x - copy)), np.mean((encode(x) - encode(copy)) ** 2)


def _squared(loss):
    """A mistake in the squared error alone."""
    return lambda x, copy, encode: (loss(x - copy), *_losses(x, copy, encode)[1:])


def _absolute(loss):
    """A mistake in the absolute error alone."""

    def wrong(x, copy, encode):
        squared, _, latent = _losses(x, copy, encode)
        return squared, loss(x - copy), latent

    return wrong


def _latent(loss):
    """A mistake in the latent error alone; it gets the pictures, the copies and the encoder."""
    return lambda x, copy, encode: (*_losses(x, copy, encode)[:2], loss(x, copy, encode))


def _codes(loss):
    """A mistake in what is done with the difference of the codes."""
    return _latent(lambda x, copy, encode: loss(encode(x) - encode(copy)))


def _pairs(rng):
    """Pictures and copies; pixels are mostly between 0 and 1, in the last call far away, and once there is one picture."""
    calls = []
    for k in range(5):
        n, d, width = (1, 6, 3) if k == 3 else distinct_sizes(rng, 3, 2, 9)
        x, copy = rng.random((n, d)), rng.random((n, d)) + (-0.4 if k % 2 else 0.4)
        if k == 4:
            x, copy = x * 8 - 3000, copy * 8 - 3001
        w = rng.standard_normal((width, d)) * (0.001 if k == 4 else 0.7)
        calls.append(Call((x, copy, Encoder(w, 0.3 * rng.standard_normal(width)))))
    return calls


_EACH = "There is one number for each picture. One number for the batch is wanted: take the mean over all its pixels."

reconstruction_losses = Exercise(
    name="reconstruction_losses",
    lesson=LESSON,
    reference=_losses,
    inputs=_pairs,
    takes="x[N D] copy[N D]",
    returns="squared[] absolute[] latent[]",
    mistakes=(
        Mistake(
            "squared error summed",
            _squared(lambda d: np.sum(d**2)),
            "The squared error grows with the number of pixels and pictures: it is a sum. The mean is wanted.",
        ),
        Mistake(
            "squared error summed over the pixels",
            _squared(lambda d: np.sum(d**2) / len(d)),
            "The squared error is a mean over the pictures, but a sum over their pixels. The mean over both is wanted.",
        ),
        Mistake("squared error for each picture", _squared(lambda d: np.mean(d**2, axis=1)), "The squares are right. " + _EACH),
        Mistake(
            "root of the squared error",
            _squared(lambda d: np.sqrt(np.mean(d**2))),
            "A root was taken of the mean. Without it the error is in squared grey levels, as wanted here.",
        ),
        Mistake(
            "half the squared error",
            _squared(lambda d: np.mean(d**2) / 2),
            "The squared error is half of what it should be. Some books put a ½ there; here there is none.",
        ),
        Mistake(
            "square of the mean",
            _squared(lambda d: np.mean(d) ** 2),
            "The differences were averaged first and squared afterwards: one too dark pixel pays for one too bright. "
            "Square each, "
            "then average.",
        ),
        Mistake(
            "absolute values in the squared error",
            _squared(lambda d: np.mean(np.abs(d))),
            "Where the squared error should stand is the absolute one.",
        ),
        Mistake(
            "squared error not squared",
            _squared(np.mean),
            "The differences were averaged as they are, without a square: errors of opposite sign cancel.",
        ),
        Mistake(
            "squared error not squared, copy first",
            _squared(lambda d: np.mean(-d)),
            "The differences copy − x were averaged without a square: errors of opposite sign cancel.",
        ),
        Mistake(
            "absolute error summed",
            _absolute(lambda d: np.sum(np.abs(d))),
            "The absolute error grows with the number of pixels and pictures: it is a sum. The mean is wanted.",
        ),
        Mistake(
            "absolute error summed over the pixels",
            _absolute(lambda d: np.sum(np.abs(d)) / len(d)),
            "The absolute error is a mean over the pictures, but a sum over their pixels. The mean over both is wanted.",
        ),
        Mistake(
            "absolute error for each picture",
            _absolute(lambda d: np.mean(np.abs(d), axis=1)),
            "The distances are right. " + _EACH,
        ),
        Mistake(
            "absolute value of the mean",
            _absolute(lambda d: np.abs(np.mean(d))),
            "The differences were averaged before the sign was dropped: errors of opposite sign cancel. Drop each sign first.",
        ),
        Mistake(
            "absolute error with signs",
            _absolute(np.mean),
            "The absolute error is a mean of signed differences x − copy: too bright and too dark cancel.",
        ),
        Mistake(
            "absolute error with signs, copy first",
            _absolute(lambda d: np.mean(-d)),
            "The absolute error is a mean of signed differences copy − x: too bright and too dark cancel.",
        ),
        Mistake(
            "root for the absolute error",
            _absolute(lambda d: np.sqrt(np.mean(d**2))),
            "The root of the mean square is not the mean distance. Drop the sign of each difference, then average.",
        ),
        Mistake(
            "pictures compared, not codes",
            _latent(lambda x, copy, encode: np.mean((x - copy) ** 2)),
            "The third number is the squared error of the pictures again: nothing was encoded.",
        ),
        Mistake(
            "code of the difference",
            _latent(lambda x, copy, encode: np.mean(encode(x - copy) ** 2)),
            "The difference of the pictures was encoded. Encode the picture and its copy, each by itself, and compare "
            "their codes.",
        ),
        Mistake(
            "code of the copy only",
            _latent(lambda x, copy, encode: np.mean(encode(copy) ** 2)),
            "The size of the copy's code was measured, not its distance from the picture's code.",
        ),
        Mistake(
            "absolute distance of the codes",
            _codes(lambda d: np.mean(np.abs(d))),
            "The codes are compared by absolute values. The latent error is squared.",
        ),
        Mistake(
            "codes divided by the pixels",
            _latent(lambda x, copy, encode: np.sum((encode(x) - encode(copy)) ** 2) / x.size),
            "The sum over the codes was divided by the number of pixels. A code has K numbers: take the mean over N·K.",
        ),
        Mistake(
            "latent error summed",
            _codes(lambda d: np.sum(d**2)),
            "The latent error is a sum over codes and pictures. The mean is wanted.",
        ),
        Mistake(
            "latent error summed over the code",
            _codes(lambda d: np.sum(d**2) / len(d)),
            "The latent error is a mean over the pictures, but a sum over the numbers of a code. The mean over both is wanted.",
        ),
        Mistake(
            "latent error for each picture",
            _codes(lambda d: np.mean(d**2, axis=1)),
            "The codes are compared rightly. There is one number for each picture; one number for the batch is wanted.",
        ),
        Mistake(
            "root of the latent error",
            _codes(lambda d: np.sqrt(np.mean(d**2))),
            "A root was taken of the latent error. The mean of the squares is wanted as it is.",
        ),
        Mistake(
            "codes not squared",
            _codes(np.mean),
            "The differences of the codes were averaged without a square, so that they cancel.",
        ),
    ),
)


# --- add_noise


def _add_noise(x, rng, sigma):
    return np.clip(x + sigma * rng.standard_normal(x.shape), 0, 1)


def _drawn(noise):
    """A mistake in what is drawn; the rest is right."""
    return lambda x, rng, sigma: np.clip(x + noise(x, rng, sigma), 0, 1)


def _then(after):
    """A mistake in what becomes of the noisy picture."""
    return lambda x, rng, sigma: after(x + sigma * rng.standard_normal(x.shape), x)


def _own(seed):
    return _drawn(lambda x, rng, sigma: sigma * np.random.default_rng(seed).standard_normal(x.shape))


def _pictures(rng):
    """Pictures with many pixels at 0 and at 1, so that noise leaves the range at both ends; one call has no noise at all."""
    calls = []
    for k, sigma in enumerate((0.3, 0.7, 0.15, 0.4, 0.0, 0.25)):
        n, d = (1, 12) if k == 3 else distinct_sizes(rng, 2, 4, 12)
        x = np.clip(rng.random((n, d)) * 2 - 0.5, 0, 1)
        x.flat[:4] = 0, 1, 0, 1
        generator = np.random.default_rng(int(rng.integers(100, 10**6)))
        calls.append(Call((x, generator, sigma + (k == 0) * float(rng.random()) / 4)))
    return calls


add_noise = Exercise(
    name="add_noise",
    lesson=LESSON,
    reference=_add_noise,
    inputs=_pictures,
    takes="x[N D]",
    returns="noisy[N D]",
    mistakes=(
        Mistake(
            "not clipped",
            _then(lambda y, x: y),
            "Some pixels are darker than black or brighter than white. Clip the noisy picture to the range from 0 to 1.",
        ),
        Mistake(
            "noise clipped, not the picture",
            lambda x, rng, sigma: x + np.clip(sigma * rng.standard_normal(x.shape), 0, 1),
            "The noise was clipped to the range from 0 to 1, not the noisy picture: half of the noise is gone, and pixels "
            "still "
            "leave the range.",
        ),
        Mistake(
            "clipped at white only",
            _then(lambda y, x: np.minimum(y, 1)),
            "Pixels darker than black were left as they are, or cut at −1. Black is 0: clip at both ends.",
        ),
        Mistake(
            "clipped at black only",
            _then(lambda y, x: np.maximum(y, 0)),
            "Pixels brighter than white, above 1, were left as they are. Clip at both ends.",
        ),
        Mistake(
            "folded back at zero",
            _then(lambda y, x: np.minimum(np.abs(y), 1)),
            "Negative pixels lost their sign and became grey. What is darker than black should be black, 0.",
        ),
        Mistake(
            "wrapped around",
            _then(lambda y, x: y % 1),
            "% 1 turns a pixel a little brighter than white into a nearly black one. Clip instead.",
        ),
        Mistake(
            "stretched instead of clipped",
            _then(lambda y, x: (y - y.min()) / (y.max() - y.min())),
            "The whole batch was stretched to the range from 0 to 1, which changes every pixel. Only those outside should "
            "move.",
        ),
        Mistake(
            "noise without the picture",
            lambda x, rng, sigma: np.clip(sigma * rng.standard_normal(x.shape), 0, 1),
            "Only noise came back. Add it to the picture.",
        ),
        Mistake(
            "noise multiplied",
            _drawn(lambda x, rng, sigma: x * sigma * rng.standard_normal(x.shape)),
            "The noise was multiplied with the picture, so that black pixels stay clean. Add it.",
        ),
        Mistake(
            "noise subtracted",
            _drawn(lambda x, rng, sigma: -sigma * rng.standard_normal(x.shape)),
            "The noise was taken away. That is noise too, but other numbers than agreed: add it.",
        ),
        Mistake(
            "sigma forgotten",
            _drawn(lambda x, rng, sigma: rng.standard_normal(x.shape)),
            "The noise has a spread of 1, whatever sigma says. Multiply the draws by sigma.",
        ),
        Mistake(
            "sigma as a variance",
            _drawn(lambda x, rng, sigma: np.sqrt(sigma) * rng.standard_normal(x.shape)),
            "A root of sigma was taken. Sigma is the standard deviation itself: the draws are multiplied by it.",
        ),
        Mistake(
            "sigma squared",
            _drawn(lambda x, rng, sigma: sigma**2 * rng.standard_normal(x.shape)),
            "The draws were multiplied by the square of sigma. Sigma is the standard deviation: multiply once.",
        ),
        Mistake(
            "sigma as the mean",
            _drawn(lambda x, rng, sigma: sigma + rng.standard_normal(x.shape)),
            "Sigma was added to the draws: the pictures get brighter, and the noise has a spread of 1. In rng.normal the "
            "mean "
            "comes first, then the spread.",
        ),
        Mistake(
            "uniform noise",
            _drawn(lambda x, rng, sigma: sigma * rng.random(x.shape)),
            "rng.random draws evenly between 0 and 1, so the noise only brightens. Draw from the normal distribution.",
        ),
        Mistake(
            "uniform noise around zero",
            _drawn(lambda x, rng, sigma: rng.uniform(-sigma, sigma, x.shape)),
            "The noise is even between −sigma and sigma. Draw from the normal distribution.",
        ),
        Mistake(
            "noise always positive",
            _drawn(lambda x, rng, sigma: sigma * np.abs(rng.standard_normal(x.shape))),
            "The noise has lost its sign and only brightens. It should go both ways.",
        ),
        Mistake(
            "one noise for all pictures",
            _drawn(lambda x, rng, sigma: sigma * rng.standard_normal(x.shape[1])),
            "All pictures got the same noise. Draw for each pixel of each picture: as many numbers as x has.",
        ),
        Mistake(
            "one number for a picture",
            _drawn(lambda x, rng, sigma: sigma * rng.standard_normal((len(x), 1))),
            "All pixels of a picture moved by the same amount: it became brighter or darker. Each pixel needs a draw of "
            "its own.",
        ),
        Mistake(
            "one number for all",
            _drawn(lambda x, rng, sigma: sigma * rng.standard_normal()),
            "All pixels of all pictures moved by the same amount. Each pixel needs a draw of its own: give "
            "standard_normal a shape.",
        ),
        Mistake(
            "a generator of its own, seed 0",
            _own(0),
            "A new generator was made inside the function: the same noise at every call. Draw from the one that is passed in.",
        ),
        Mistake(
            "a generator of its own, seed 17",
            _own(17),
            "A new generator was made inside the function, with the lesson's seed: the same noise at every call. Draw "
            "from the "
            "one that is passed in.",
        ),
        Mistake(
            "drawn in float32",
            _drawn(lambda x, rng, sigma: sigma * rng.standard_normal(x.shape, dtype=np.float32)),
            "The draws were made in float32, which gives other numbers. Draw with rng.standard_normal(x.shape).",
        ),
        Mistake("no noise", lambda x, rng, sigma: np.clip(x, 0, 1), "The picture came back clean."),
    ),
)
