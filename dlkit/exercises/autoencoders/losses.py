"""What a copy costs."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake

LESSON = "17_autoencoders"


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
            "Where the squared error should stand is the absolute one. The order is: squared, absolute, latent.",
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
            "squares subtracted",
            lambda x, copy, encode: (np.mean(x**2 - copy**2), *_losses(x, copy, encode)[1:]),
            "Picture and copy were squared and then subtracted. Subtract first, then square: (copy − x)².",
        ),
        Mistake(
            "squared error of the first picture",
            _squared(lambda d: np.mean(d[0] ** 2)),
            "The squared error is that of the first picture only. Does the function return inside the loop?",
        ),
        Mistake(
            "squared error of the last picture",
            _squared(lambda d: np.mean(d[-1] ** 2)),
            "The squared error is that of the last picture only: each round replaced it. Add up, or average over the "
            "whole table.",
        ),
        Mistake(
            "length of the difference",
            _squared(lambda d: np.sqrt(np.sum(d**2))),
            "np.linalg.norm gives the length of the difference: a root of a sum. The mean of the squares is wanted.",
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
            "absolute error of the first picture",
            _absolute(lambda d: np.mean(np.abs(d[0]))),
            "The absolute error is that of the first picture only. Does the function return inside the loop?",
        ),
        Mistake(
            "absolute error of the last picture",
            _absolute(lambda d: np.mean(np.abs(d[-1]))),
            "The absolute error is that of the last picture only: each round replaced it.",
        ),
        Mistake(
            "largest absolute error",
            _absolute(lambda d: np.max(np.abs(d))),
            "The largest absolute error was taken. The mean is wanted.",
        ),
        Mistake(
            "absolute value of the mean",
            _absolute(lambda d: np.abs(np.mean(d))),
            "The differences were averaged before the sign was dropped: errors of opposite sign cancel. Drop each sign "
            "first.",
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
            "code of the difference, copy first",
            _latent(lambda x, copy, encode: np.mean(encode(copy - x) ** 2)),
            "The difference copy − x was encoded. Encode the copy and the picture, each by itself, and subtract their codes.",
        ),
        Mistake(
            "half the latent error",
            _codes(lambda d: np.mean(d**2) / 2),
            "The latent error is half of what it should be: there is no ½ in it.",
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
            "The latent error is a mean over the pictures, but a sum over the numbers of a code. The mean over both is "
            "wanted.",
        ),
        Mistake(
            "latent error for each picture",
            _codes(lambda d: np.mean(d**2, axis=1)),
            "The codes are compared rightly. There is one number for each picture; one number for the batch is wanted.",
        ),
        Mistake(
            "length of the difference of the codes",
            _codes(lambda d: np.sqrt(np.sum(d**2))),
            "np.linalg.norm gives the length of the difference of the codes: a root of a sum. The mean of the squares is "
            "wanted.",
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
