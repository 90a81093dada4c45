"""How well scores tell strangers from the known."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.autoencoders.losses import LESSON


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


def _reported(normal, strange):
    """The corners of the curve: for each threshold the shares of both groups at or above it."""
    levels = np.unique(np.concatenate([normal, strange]))[::-1]
    return tuple(np.array([np.mean(scores >= t) for t in levels]) for scores in (normal, strange))


def _under(alarms, found):
    return float(np.sum(np.diff(alarms) * (found[1:] + found[:-1]) / 2))


def _no_start(normal, strange):
    return _under(*_reported(normal, strange))


def _no_end(normal, strange):
    alarms, found = _reported(normal, strange)
    return _under(np.array([0, *alarms[:-1]]), np.array([0, *found[:-1]]))


def _no_ties(normal, strange):
    """Pairs told apart only, below the line too."""
    higher = strange[:, None] > normal
    return np.sum(higher) / (higher.size - np.sum(strange[:, None] == normal))


def _two_groups(rng):
    """Scores on a coarse grid, so that some are tied; the strangers are higher on the whole, once lower.

    Then ties at the highest score, at the lowest, and of all.
    """
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
    top, bottom = round(float(rng.random()) + 1, 2), -round(float(rng.random()) + 1, 2)
    ends = ([top, 0.5, top], [top, 0.25]), ([bottom, bottom, 0.5, 0.25], [bottom, 0.75, top])
    calls += [Call(tuple(map(np.array, pair))) for pair in (*ends, ([top, top], [top]))]
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
            "the other way round, ties lost",
            lambda normal, strange: 1 - _counted(normal, strange, tie=1),
            "The pairs were counted in which the normal picture scores higher. Count those in which the stranger does, and "
            "each tie one half.",
        ),
        Mistake(
            "the other way round, ties won",
            lambda normal, strange: 1 - _counted(normal, strange, tie=0),
            "The pairs were counted in which the normal picture scores at least as high. Count those in which the stranger "
            "scores higher, and each tie one half.",
        ),
        Mistake(
            "ties counted three halves",
            lambda normal, strange: _counted(normal, strange, tie=1.5),
            "A tie counts one and a half: >= counts it once already, and a half is added. Use > and add the half.",
        ),
        Mistake(
            "ties subtracted",
            lambda normal, strange: _counted(normal, strange, tie=-0.5),
            "Half of the ties was taken away. It is added.",
        ),
        Mistake(
            "ties dropped",
            _no_ties,
            "Pairs with equal scores were left out, above and below the fraction line. They count one half, of N·M pairs.",
        ),
        Mistake(
            "curve without its start",
            _no_start,
            "The area under the curve lacks its first piece, from (0, 0): begin with a threshold above all scores, at which "
            "nobody is reported. It matters when the highest score is tied.",
        ),
        Mistake(
            "curve without its end",
            _no_end,
            "The area under the curve lacks its last piece, up to (1, 1): end with a threshold at which all are reported.",
        ),
        Mistake(
            "thresholds from low to high",
            lambda normal, strange: -_area(normal, strange),
            "The area is negative: the curve was walked backwards. Let the threshold fall from the highest score.",
        ),
        Mistake(
            "thresholds from low to high, without a start",
            lambda normal, strange: -_no_start(normal, strange),
            "The area is negative: the curve was walked backwards; and it lacks the piece at (0, 0). Let the threshold fall, "
            "from above the highest score.",
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
            "divided by N squared",
            lambda normal, strange: _counted(normal, strange, over=len(normal) ** 2),
            "The count was divided by N². Every stranger meets every normal picture: N·M pairs.",
        ),
        Mistake(
            "divided by M squared",
            lambda normal, strange: _counted(normal, strange, over=len(strange) ** 2),
            "The count was divided by M². Every stranger meets every normal picture: N·M pairs.",
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
