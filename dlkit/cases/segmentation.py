"""Inputs for what makes larger images from smaller ones."""

from dlkit.cases.case import Case, distinct_sizes

_X = (2, 3, 5, 4)

CASES = {
    "interpolate": [
        Case("ordinary", (_X,), {"size": (7, 9)}),
        Case("smallest", ((1, 1, 1, 1),), {"size": 1}),
        Case("empty batch", ((0, 3, 5, 4),), {"size": (7, 9)}),
        Case("twice as large", (_X,), {"scale_factor": 2}),
        Case("smaller", (_X,), {"size": (3, 2)}),
        Case("as it is", (_X,), {"size": (5, 4)}),
        Case("a factor that leaves a side as it is", (_X,), {"scale_factor": (1.7, 1.2), "mode": "bilinear"}),
        Case("factor whose size is rounded", ((2, 3, 7, 6),), {"scale_factor": 1.6}),
        Case("factor of a pair", ((2, 3, 7, 6),), {"scale_factor": (0.7, 2.9)}),
        Case("twice and as it is, by a factor that is neither", (_X,), {"scale_factor": (2.1, 1.2)}),
        Case("extreme", (_X,), {"size": (7, 9), "mode": "bilinear"}, scale=1000.0),
        Case("bilinear", (_X,), {"size": (7, 9), "mode": "bilinear"}),
        Case("bilinear, empty batch", ((0, 3, 5, 4),), {"size": (7, 9), "mode": "bilinear"}),
        Case("bilinear, smallest", ((1, 1, 1, 1),), {"size": 3, "mode": "bilinear"}),
        Case("bilinear, smaller", ((2, 3, 9, 8),), {"size": (4, 3), "mode": "bilinear", "align_corners": False}),
        Case("bilinear, factor whose size is rounded", ((2, 3, 7, 6),), {"scale_factor": (1.6, 0.7), "mode": "bilinear"}),
        Case("corners aligned", (_X,), {"size": (7, 9), "mode": "bilinear", "align_corners": True}),
        Case("corners aligned, one pixel", (_X,), {"size": (1, 6), "mode": "bilinear", "align_corners": True}),
        Case("everything", (_X,), {"scale_factor": (2.3, 1.6), "mode": "bilinear", "align_corners": True}),
    ],
    "pixel_shuffle": [
        Case("ordinary", ((2, 12, 5, 4),), {"upscale_factor": 2}),
        Case("smallest", ((1, 1, 1, 1),), {"upscale_factor": 1}),
        Case("three times as large", ((2, 18, 5, 4),), {"upscale_factor": 3}),
    ],
}

WORKLOADS = {
    "interpolate": [
        Case("nearest, 16×64×32² to 64²", ((16, 64, 32, 32),), {"scale_factor": 2}),
        Case("bilinear, 16×64×32² to 64²", ((16, 64, 32, 32),), {"scale_factor": 2, "mode": "bilinear"}),
    ],
    "pixel_shuffle": [Case("16×64×32², 2", ((16, 64, 32, 32),), {"upscale_factor": 2})],
}


def _interpolate(rng):
    options = {"mode": "bilinear", "align_corners": [None, True, False][rng.integers(3)]} if rng.random() < 0.5 else {}
    sizes = distinct_sizes(rng, 4, 1, 9)
    if rng.random() < 0.5:
        options["size"] = tuple(int(n) for n in rng.integers(1, 12, 2))
    else:
        options["scale_factor"] = tuple(float(rng.uniform(1 / n, 3)) for n in sizes[2:])
    return Case("random", (tuple(sizes),), options)


def _pixel_shuffle(rng):
    n, c, height, width = distinct_sizes(rng, 4, 1, 7)
    r = int(rng.integers(1, 4))
    return Case("random", ((n, c * r**2, height, width),), {"upscale_factor": r})


RANDOM = {"interpolate": _interpolate, "pixel_shuffle": _pixel_shuffle}
