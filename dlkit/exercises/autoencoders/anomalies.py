"""How badly each picture is copied."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.autoencoders.losses import LESSON


def _score(x, copy):
    return np.mean((x - copy) ** 2, axis=(1, 2, 3))


def _from(score):
    """A mistake made with the difference."""
    return lambda x, copy: score(x - copy)


def _first_returned(difference):
    for picture in difference:
        return np.full(len(difference), np.mean(picture**2))


def _overwritten(difference):
    scores = np.zeros(len(difference))
    scores[:] = np.mean(difference[-1] ** 2)
    return scores


def _copies(rng):
    """Pictures of one and of several channels, and copies that miss most pixels by a little and a few by much."""
    calls = []
    for k in range(4):
        n, c, h, w = (1, 3, 5, 4) if k == 2 else distinct_sizes(rng, 4, 2, 8)
        c = 1 if k == 3 else c
        x = rng.random((n, c, h, w))
        calls.append(Call((x, np.clip(x + 0.3 * rng.standard_normal(x.shape), 0, 1))))
    return calls


anomaly_score = Exercise(
    name="anomaly_score",
    lesson=LESSON,
    reference=_score,
    inputs=_copies,
    takes="x[N C H W] copy[N C H W]",
    returns="score[N]",
    mistakes=(
        Mistake(
            "one score for all",
            _from(lambda d: np.mean(d**2)),
            "There is one number for the whole batch. Each picture needs a score of its own: keep axis 0.",
        ),
        Mistake(
            "one score, repeated",
            _from(lambda d: np.full(len(d), np.mean(d**2))),
            "All pictures have the same score, the mean over the batch. Each picture's own pixels make its score.",
        ),
        Mistake(
            "averaged over the pictures",
            _from(lambda d: np.mean(d**2, axis=0)),
            "The mean ran over the pictures and left the pixels. It is the other way round: over channels, rows and columns.",
        ),
        Mistake(
            "averaged over the rows of pixels only",
            _from(lambda d: np.mean(d**2, axis=-1)),
            "Only the last axis was averaged. Channels, rows and columns should all go: one number a picture.",
        ),
        Mistake(
            "averaged over one axis only",
            _from(lambda d: np.mean(d**2, axis=1)),
            "Only the channels were averaged. Rows and columns should go too: one number a picture.",
        ),
        Mistake(
            "a score for each channel",
            _from(lambda d: np.mean(d**2, axis=(2, 3))),
            "There is a score for each channel. A picture has one: average over the channels too.",
        ),
        Mistake(
            "columns left",
            _from(lambda d: np.mean(d**2, axis=(1, 2))),
            "The columns were left standing. The images have four axes: average over (1, 2, 3).",
        ),
        Mistake(
            "a score for each column of pixels",
            _from(lambda d: np.mean(d**2, axis=(0, 1, 2))),
            "The pictures were averaged and the columns left. Keep axis 0, average over (1, 2, 3).",
        ),
        Mistake(
            "stopped after the first picture",
            _from(lambda d: np.mean(d[0] ** 2)),
            "Only the first picture's score came back. Does the function return inside the loop?",
        ),
        Mistake(
            "only the last score",
            _from(lambda d: np.mean(d[-1:] ** 2, axis=(1, 2, 3))),
            "Only the last picture's score came back: the list began anew in each round. Append to it.",
        ),
        Mistake(
            "axes kept",
            _from(lambda d: np.mean(d**2, axis=(1, 2, 3), keepdims=True)),
            "The numbers are right, but the axes of size one were kept. The shape should be (N,).",
        ),
        Mistake(
            "summed over the pixels",
            _from(lambda d: np.sum(d**2, axis=(1, 2, 3))),
            "The squared errors were added up. Take their mean, so that a score does not grow with the size of the picture.",
        ),
        Mistake(
            "absolute errors",
            _from(lambda d: np.mean(np.abs(d), axis=(1, 2, 3))),
            "The errors were not squared: their absolute values were averaged.",
        ),
        Mistake(
            "signed errors",
            _from(lambda d: np.mean(d, axis=(1, 2, 3))),
            "The errors were averaged with their signs: too bright and too dark cancel. Square first.",
        ),
        Mistake(
            "signed errors, copy first",
            _from(lambda d: np.mean(-d, axis=(1, 2, 3))),
            "The errors copy − x were averaged with their signs: too bright and too dark cancel. Square first.",
        ),
        Mistake(
            "sum divided by the pictures",
            _from(lambda d: np.sum(d**2, axis=(1, 2, 3)) / len(d)),
            "A picture's squared errors were added up and divided by N. Divide by how many pixels it has: take the mean.",
        ),
        Mistake(
            "square of the mean error",
            _from(lambda d: np.mean(d, axis=(1, 2, 3)) ** 2),
            "The errors were averaged before they were squared: too bright and too dark cancel. Square each pixel's error.",
        ),
        Mistake(
            "root taken",
            _from(lambda d: np.sqrt(np.mean(d**2, axis=(1, 2, 3)))),
            "A root was taken. It would keep the order of the pictures, but the mean square itself is wanted.",
        ),
        Mistake(
            "length of the difference",
            _from(lambda d: np.sqrt(np.sum(d**2, axis=(1, 2, 3)))),
            "np.linalg.norm gives the length: a root of a sum. The mean of the squares is wanted.",
        ),
        Mistake(
            "channels added up",
            _from(lambda d: np.mean(d**2, axis=(2, 3)).sum(axis=1)),
            "Rows and columns were averaged, but the channels added up. Average over the channels too.",
        ),
        Mistake(
            "channel 0 only",
            _from(lambda d: np.mean(d[:, 0] ** 2, axis=(1, 2))),
            "Only channel 0 was looked at. All channels make the score.",
        ),
        Mistake(
            "variance of the error",
            _from(lambda d: np.var(d, axis=(1, 2, 3))),
            "The variance forgives an error that is the same everywhere. Square the differences themselves.",
        ),
        Mistake(
            "median",
            _from(lambda d: np.median(d**2, axis=(1, 2, 3))),
            "The median was taken. The mean is wanted.",
        ),
        Mistake(
            "worst pixel",
            _from(lambda d: np.max(d**2, axis=(1, 2, 3))),
            "The score is that of the worst pixel. The mean over all pixels is wanted.",
        ),
        Mistake(
            "sign turned",
            _from(lambda d: -np.mean(d**2, axis=(1, 2, 3))),
            "The score has a minus sign. A stranger should score high.",
        ),
        Mistake(
            "the first picture only",
            _from(_first_returned),
            "Every picture has the first one's score. Does the function return inside the loop, or use index 0?",
        ),
        Mistake(
            "the last picture only",
            _from(_overwritten),
            "Every picture has the last one's score: each round replaced all.",
        ),
        Mistake(
            "squares before the difference",
            lambda x, copy: np.mean(x**2 - copy**2, axis=(1, 2, 3)),
            "Picture and copy were squared and then subtracted. Subtract first: (x − copy)².",
        ),
        Mistake(
            "divided by the brightness",
            lambda x, copy: np.mean((x - copy) ** 2, axis=(1, 2, 3)) / np.mean(x**2, axis=(1, 2, 3)),
            "The error was divided by the picture's own brightness. Here the error itself is the score.",
        ),
    ),
)
