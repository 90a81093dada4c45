"""Inputs for the manner and the roughness of images."""

from dlkit.cases.case import Case, distinct_sizes


def steps(*shape):
    """Images of few grey values, so that many neighbours are equal."""
    return lambda rng: rng.integers(0, 3, shape).astype(float)


CASES = {
    "gram_matrix": [
        Case("ordinary", ((2, 3, 5, 4),)),
        Case("smallest", ((1, 1, 1, 1),)),
        Case("empty batch", ((0, 3, 5, 4),)),
        Case("no pixels", ((2, 3, 0, 4),)),
        Case("more channels than pixels", ((2, 7, 3, 1),)),
        Case("extreme", ((2, 3, 5, 4),), scale=1000.0),
        Case("not normalised", ((2, 3, 5, 4),), {"normalize": False}),
    ],
    "total_variation": [
        Case("ordinary", ((2, 3, 5, 4),)),
        Case("smallest", ((1, 1, 1, 1),)),
        Case("two pixels", ((1, 1, 1, 2),)),
        Case("empty batch", ((0, 3, 5, 4),)),
        Case("no pixels", ((2, 3, 0, 4),)),
        Case("extreme", ((2, 3, 5, 4),), scale=1000.0),
        Case("equal neighbours", (steps(2, 3, 5, 4),), smooth=False),
        Case("sum", ((2, 3, 5, 4),), {"reduction": "sum"}),
        Case("none", ((2, 3, 5, 4),), {"reduction": "none"}),
        Case("none, equal neighbours", (steps(2, 3, 5, 4),), {"reduction": "none"}, smooth=False),
    ],
}

WORKLOADS = {
    "gram_matrix": [Case("4×128×64²", ((4, 128, 64, 64),))],
    "total_variation": [Case("4×3×256²", ((4, 3, 256, 256),))],
}


def _gram_matrix(rng):
    return Case("random", (tuple(distinct_sizes(rng, 4, 1, 7)),), {"normalize": bool(rng.random() < 0.5)})


def _total_variation(rng):
    return Case("random", (tuple(distinct_sizes(rng, 4, 1, 7)),), {"reduction": str(rng.choice(["mean", "sum", "none"]))})


RANDOM = {"gram_matrix": _gram_matrix, "total_variation": _total_variation}
