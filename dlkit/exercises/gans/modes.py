"""How many modes a generator has found, and how many of its points are good."""

import numpy as np

from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.gans.densities import LESSON


def _distances(points, centres):
    return np.linalg.norm(points[:, None] - centres[None], axis=2)  # (N, K)


def _coverage(points, centres, sigma, least=20):
    d = _distances(points, centres)
    good = d.min(axis=1) < 3 * sigma
    counts = np.bincount(d.argmin(axis=1)[good], minlength=len(centres))
    return int((counts >= least).sum()), float(good.mean())


def _with(reach=lambda d, sigma: d.min(axis=1) < 3 * sigma, covered=lambda counts, least: int((counts >= least).sum()),
          quality=lambda good, counts, least: float(good.mean())):  # fmt: skip
    """The right answer with one part of it replaced."""

    def wrong(points, centres, sigma, least=20):
        d = _distances(points, centres)
        good = reach(d, sigma)
        counts = np.bincount(d.argmin(axis=1)[good], minlength=len(centres))
        return covered(counts, least), quality(good, counts, least)

    return wrong


def _all_counted(points, centres, sigma, least=20):
    d = _distances(points, centres)
    counts = np.bincount(d.argmin(axis=1), minlength=len(centres))
    return int((counts >= least).sum()), float((d.min(axis=1) < 3 * sigma).mean())


def _pairs_counted(points, centres, sigma, least=20):
    near = _distances(points, centres) < 3 * sigma
    return int((near.sum(axis=0) >= least).sum()), float(near.sum() / len(points))


def _mean_over_pairs(points, centres, sigma, least=20):
    return _coverage(points, centres, sigma, least)[0], float((_distances(points, centres) < 3 * sigma).mean())


def _box(points, centres, sigma, least=20):
    off = np.abs(points[:, None] - centres[None]).max(axis=2)  # (N, K)
    good = off.min(axis=1) < 3 * sigma
    counts = np.bincount(off.argmin(axis=1)[good], minlength=len(centres))
    return int((counts >= least).sum()), float(good.mean())


def _streets(points, centres, sigma, least=20):
    off = np.abs(points[:, None] - centres[None]).sum(axis=2)  # (N, K)
    good = off.min(axis=1) < 3 * sigma
    counts = np.bincount(off.argmin(axis=1)[good], minlength=len(centres))
    return int((counts >= least).sum()), float(good.mean())


def _by_listing(last):
    """Each good point credited to the first, or the last, listed centre within 3σ."""

    def wrong(points, centres, sigma, least=20):
        near = _distances(points, centres) < 3 * sigma
        chosen = len(centres) - 1 - near[:, ::-1].argmax(axis=1) if last else near.argmax(axis=1)
        good = near.any(axis=1)
        counts = np.bincount(chosen[good], minlength=len(centres))
        return int((counts >= least).sum()), float(good.mean())

    return wrong


def _share_of_centres(points, centres, sigma, least=20):
    reached = _distances(points, centres).min(axis=0) < 3 * sigma
    return _coverage(points, centres, sigma, least)[0], float(reached.mean())


def _clouds(rng):
    """Centres on a circle: some with many good points, one with exactly ``least``, one with one fewer, some with none."""
    calls = []
    for k, least in ((5, 3), (7, 4), (6, 5)):
        sigma = float(np.round(rng.uniform(0.12, 0.18), 2))
        angle = 2 * np.pi * (np.arange(k) + rng.uniform()) / k
        centres = 3 * np.stack([np.cos(angle), np.sin(angle)], axis=1)  # (K, 2)
        counts = [least + 2, least, least - 1, least + 3, *[0] * (k - 4)]
        mixed = rng.permutation(centres)
        parts = [_around(rng, c, sigma * 2.7, n) for c, n in zip(mixed, counts, strict=True)]
        far = centres[rng.integers(k, size=least + 3)] * 1.9  # forgeries of no kind, more than enough for a mode
        # Just outside: within the square; where the squared distance is still below 3σ; where 3√σ reaches.
        outside = mixed[3] + np.array([[2.61 * sigma, 2.61 * sigma], [3.45 * sigma, 0], [-0.9, 0]])
        points = rng.permutation(np.concatenate([*parts, far + 0.1 * rng.standard_normal(far.shape), outside]))
        calls.append(Call((points, centres, sigma), {"least": least}))
    middle = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 8.0]])  # two modes so close that one point lies within reach of both
    between = np.array([0.42, 0]) + 0.01 * rng.standard_normal((4, 2))
    right = np.array([1.5, 0]) + 0.02 * rng.standard_normal((1, 2))
    beyond = np.array([5.0, -5.0]) + rng.standard_normal((3, 2))
    calls.append(Call((np.concatenate([between, right, beyond]), middle, 0.3), {"least": 2}))
    calls.append(Call((rng.standard_normal((6, 2)) + 50, middle, 0.3), {"least": 1}))  # nothing is good
    calls.append(Call((_around(rng, middle[2], 0.5, 1), middle, 0.3), {"least": 1}))  # one point
    close = np.array([[0.0, 8.0], [0.0, 0.0], [1.0, 0.0], [0.0, -8.0]])
    for nearest in (1, 2):  # two points within reach of both close modes, one of the nearer mode alone
        side = 1 if nearest == 2 else -1
        points = close[nearest] + side * np.array([[-0.42, 0], [-0.4, 0.05], [0.5, 0.0]]) + 0.01 * rng.standard_normal((3, 2))
        calls.append(Call((np.concatenate([points, beyond]), close, 0.3), {"least": 1}))
    wide = rng.permutation(np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 8.0]]))
    parts = [_around(rng, centre, 0.4, n) for centre, n in zip(wide, (19, 20, 21), strict=True)]
    calls.append(Call((np.concatenate([*parts, beyond]), wide, 0.3)))  # 20 by default
    calls.append(Call((np.concatenate([_around(rng, middle[0], 0.4, 20), beyond]), middle[:1], 0.3)))  # one mode
    return calls


def _around(rng, centre, reach, count):
    """Points inside a circle, most of them more than half of the way out."""
    angle, radius = rng.uniform(0, 2 * np.pi, count), reach * np.sqrt(rng.uniform(0.2, 1, count))
    return centre + radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


mode_coverage = Exercise(
    name="mode_coverage",
    lesson=LESSON,
    reference=_coverage,
    inputs=_clouds,
    takes="points[N 2] centres[K 2]",
    returns="modes[] quality[]",
    mistakes=(
        Mistake(
            "bad points counted",
            _all_counted,
            "Every point was credited to its nearest mode, however far away. Only good points, nearer than 3σ, cover a mode.",
        ),
        Mistake(
            "more than least",
            _with(covered=lambda counts, least: int((counts > least).sum())),
            "A mode with exactly `least` good points is covered too: at least, not more than.",
        ),
        Mistake(
            "any point counts",
            _with(covered=lambda counts, least: int((counts > 0).sum())),
            "One good point was enough for you. A mode counts from `least` good points on.",
        ),
        Mistake(
            "always 20",
            _with(covered=lambda counts, least: int((counts >= 20).sum())),
            "The number 20 is fixed in your code. Use the argument `least`; 20 is only its default.",
        ),
        Mistake(
            "modes that were missed",
            _with(covered=lambda counts, least: int((counts < least).sum())),
            "You counted the modes that are not covered.",
        ),
        Mistake(
            "share of the modes",
            _with(covered=lambda counts, least: float((counts >= least).mean())),
            "The first result is a count of modes, not their share.",
        ),
        Mistake(
            "good points, not modes",
            _with(covered=lambda counts, least: int(counts.sum())),
            "The first result counts good points. It should count the modes that have enough of them.",
        ),
        Mistake(
            "within one σ",
            _with(reach=lambda d, sigma: d.min(axis=1) < sigma),
            "The limit is 3σ, not σ: with one σ even most real points of a mode would be called bad.",
        ),
        Mistake(
            "within two σ",
            _with(reach=lambda d, sigma: d.min(axis=1) < 2 * sigma),
            "The limit is 3σ, not 2σ.",
        ),
        Mistake(
            "squared distance",
            _with(reach=lambda d, sigma: d.min(axis=1) ** 2 < 3 * sigma),
            "The squared distance was compared with 3σ. Take its root, or square 3σ too.",
        ),
        Mistake(
            "σ taken for a variance",
            _with(reach=lambda d, sigma: d.min(axis=1) < 3 * np.sqrt(sigma)),
            "The limit is 3·√σ with you: sigma is the standard deviation itself.",
        ),
        Mistake(
            "a square for a circle",
            _box,
            "You looked at each coordinate by itself. The distance joins the two: √(Δx² + Δy²).",
        ),
        Mistake(
            "coordinates added",
            _streets,
            "|Δx| + |Δy| is the way along streets. The distance is √(Δx² + Δy²).",
        ),
        Mistake(
            "counted for two modes",
            _pairs_counted,
            "Pairs of a point and a mode were counted. A point between two close modes belongs to the nearest alone.",
        ),
        Mistake(
            "first centre that is near enough",
            _by_listing(last=False),
            "A point between two close modes was credited to the first listed centre within 3σ. It belongs to the nearest.",
        ),
        Mistake(
            "last centre that is near enough",
            _by_listing(last=True),
            "A point between two close modes was credited to the last listed centre within 3σ. It belongs to the nearest.",
        ),
        Mistake(
            "default below 20",
            lambda points, centres, sigma, least=10: _coverage(points, centres, sigma, least),
            "Called without `least`, your function calls a mode of 19 good points covered. The default is 20.",
        ),
        Mistake(
            "default above 20",
            lambda points, centres, sigma, least=25: _coverage(points, centres, sigma, least),
            "Called without `least`, your function finds no mode covered by 20 or 21 good points. The default is 20.",
        ),
        Mistake(
            "share of all pairs",
            _mean_over_pairs,
            "The quality was averaged over all pairs of a point and a mode. It is the share of the points that are near "
            "any mode.",
        ),
        Mistake(
            "share of centres reached",
            _share_of_centres,
            "The smallest distance was taken along the wrong axis: for each mode its nearest point. For each point its nearest "
            "mode is wanted.",
        ),
        Mistake(
            "number of good points",
            _with(quality=lambda good, counts, least: float(good.sum())),
            "The second result is a share: divide by the number of points.",
        ),
        Mistake(
            "in per cent",
            _with(quality=lambda good, counts, least: 100 * float(good.mean())),
            "The quality is a share between 0 and 1, not per cent.",
        ),
        Mistake(
            "share of bad points",
            _with(quality=lambda good, counts, least: 1 - float(good.mean())),
            "That is the share of the bad points. Which side of 3σ is the good one?",
        ),
        Mistake(
            "good points per mode",
            _with(quality=lambda good, counts, least: float(good.sum() / len(counts))),
            "The good points were divided by the number of modes. It is a share of the points.",
        ),
        Mistake(
            "only points of covered modes",
            _with(quality=lambda good, counts, least: float(counts[counts >= least].sum() / len(good))),
            "Good points of modes with fewer than `least` were left out of the quality. Good is good, covered or not.",
        ),
        Mistake(
            "whole-number division",
            _with(quality=lambda good, counts, least: int(good.sum()) // len(good)),
            "// throws the fraction away. The quality is a fraction.",
        ),
    ),
)
