"""How badly a picture is copied, and how well that tells strangers from the known."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.autoencoders.losses import LESSON

# --- anomaly_score


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


# --- roc_area


def _area(normal, strange):
    higher = strange[:, None] > normal
    tied = strange[:, None] == normal
    return float(np.mean(higher + 0.5 * tied))


def _counted(normal, strange, tie=0.5, over=None):
    """The pairs counted in loops."""
    total = 0.0
    for s in strange:
        for n in normal:
            total += 1 if s > n else tie if s == n else 0
    return total / (over or len(normal) * len(strange))


def _by_position(normal, strange):
    pairs = list(zip(normal, strange, strict=False))
    return sum((s > n) + 0.5 * (s == n) for n, s in pairs) / len(pairs)


def _from_zero(normal, strange):
    return float(np.mean(strange > normal.mean()))


def _two_groups(rng):
    """Scores on a coarse grid, so that some are tied; the strangers are higher on the whole, once lower."""
    calls = []
    for k, shift in enumerate((2, 3, -2, 1, 0, 1)):
        n, m = [(1, 4), (5, 1)][k - 4] if k > 3 else distinct_sizes(rng, 2, 5, 14)
        normal, strange = rng.integers(0, 6, n) / 8, (rng.integers(0, 6, m) + shift) / 8
        if k < 4:
            strange[0], strange[1] = normal[0], normal.max() + 0.25
            strange[2] = normal.min() - 0.125
        if k == 1:
            normal[-1] = 40  # the mean lies far above the median
        calls.append(Call((normal - (3000 if k == 3 else 0), strange - (3000 if k == 3 else 0))))
    return calls


roc_area = Exercise(
    name="roc_area",
    lesson=LESSON,
    reference=_area,
    inputs=_two_groups,
    takes="normal[N] strange[M]",
    returns="area[]",
    mistakes=(
        Mistake(
            "ties lost",
            lambda normal, strange: _counted(normal, strange, tie=0),
            "Pairs with equal scores count nothing. Nobody can tell them apart: they count one half.",
        ),
        Mistake(
            "ties won",
            lambda normal, strange: _counted(normal, strange, tie=1),
            "Pairs with equal scores count as if they were told apart. They count one half.",
        ),
        Mistake(
            "the other way round",
            lambda normal, strange: 1 - _area(normal, strange),
            "That is one minus the area: the pairs were counted in which the normal picture scores higher.",
        ),
        Mistake(
            "pairs by position",
            _by_position,
            "Only pairs at the same place were compared. Every stranger meets every normal picture: N·M pairs.",
        ),
        Mistake(
            "pairs counted, not shared",
            lambda normal, strange: _counted(normal, strange, over=1),
            "The pairs were counted. Divide by how many there are.",
        ),
        Mistake(
            "divided by the normal ones only",
            lambda normal, strange: _counted(normal, strange, over=len(normal)),
            "The count was divided by N only. There are N·M pairs.",
        ),
        Mistake(
            "divided by the strangers only",
            lambda normal, strange: _counted(normal, strange, over=len(strange)),
            "The count was divided by M only. There are N·M pairs.",
        ),
        Mistake(
            "divided by N plus M",
            lambda normal, strange: _counted(normal, strange, over=len(normal) + len(strange)),
            "The count was divided by the number of pictures. It is pairs that are counted, N·M of them.",
        ),
        Mistake(
            "in percent",
            lambda normal, strange: 100 * _area(normal, strange),
            "The area is in percent. A share from 0 to 1 is wanted.",
        ),
        Mistake(
            "whole numbers only",
            lambda normal, strange: _counted(normal, strange, over=1) // (len(normal) * len(strange)),
            "// cuts the fraction off. A share needs /.",
        ),
        Mistake(
            "means compared",
            lambda normal, strange: float(strange.mean() > normal.mean()),
            "The two means were compared, which is one comparison. Compare every stranger with every normal picture.",
        ),
        Mistake(
            "against the mean",
            _from_zero,
            "Each stranger was compared with the mean of the normal scores. Compare it with every one of them.",
        ),
        Mistake(
            "against the highest normal",
            lambda normal, strange: float(np.mean(strange > normal.max())),
            "Strangers were counted that lie above all normal pictures. Count pairs: a stranger above half of them counts "
            "too.",
        ),
        Mistake(
            "the first stranger only",
            lambda normal, strange: _area(normal, strange[:1]),
            "Only the first stranger was compared. Does the function return inside the loop?",
        ),
        Mistake(
            "the last stranger only",
            lambda normal, strange: _area(normal, strange[-1:]),
            "Only the last stranger counts: the count began anew in each round.",
        ),
        Mistake(
            "against the median",
            lambda normal, strange: float(np.mean(strange > np.median(normal))),
            "Each stranger was compared with the median of the normal scores. Compare it with every one of them.",
        ),
        Mistake(
            "stopped after the first stranger",
            lambda normal, strange: _area(normal, strange[:1]) / len(strange),
            "Only the first stranger was counted, over all N·M pairs. Does the function return inside the outer loop?",
        ),
        Mistake(
            "count begun anew",
            lambda normal, strange: _area(normal, strange[-1:]) / len(strange),
            "Only the last stranger was counted, over all N·M pairs: the count goes back to 0 in each round.",
        ),
        Mistake(
            "= for +=",
            lambda normal, strange: _area(normal[-1:], strange[-1:]) / len(normal) / len(strange),
            "Only the last pair is in the count: = replaces it, += adds to it.",
        ),
        Mistake(
            "every pair that is not won a tie",
            lambda normal, strange: (1 + _counted(normal, strange, tie=0)) / 2,
            "Lost pairs count one half, as ties do. A lost pair counts nothing.",
        ),
        Mistake(
            "lost pairs subtracted",
            lambda normal, strange: 2 * _area(normal, strange) - 1,
            "Lost pairs were taken away, so that guessing gives 0. A lost pair counts nothing: guessing gives ½.",
        ),
        Mistake(
            "differences averaged",
            lambda normal, strange: float(np.mean(np.maximum(strange[:, None] - normal, 0))),
            "It was added up by how much a stranger scores higher. Only whether it does counts.",
        ),
        Mistake(
            "wins counted twice",
            lambda normal, strange: _counted(normal, strange, tie=0) + _counted(normal, strange, tie=1),
            "The pairs won were counted twice, with and without the ties. The two counts must be averaged.",
        ),
    ),
)
