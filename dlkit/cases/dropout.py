"""Inputs for dropout."""

import numpy as np

from dlkit.cases.case import Case


def _mask(*shape):
    return lambda rng: rng.random(shape) < 0.6


CASES = {
    "dropout": [
        Case("ordinary", ((4, 3, 5), _mask(4, 3, 5))),
        Case("smallest", ((1,), _mask(1))),
        Case("empty batch", ((0, 3), _mask(0, 3))),
        Case("p", ((4, 3), _mask(4, 3)), {"p": 0.2}),
        Case("p is 0", ((4, 3), _mask(4, 3)), {"p": 0}),
        Case("p is 0, no mask", ((4, 3), None), {"p": 0}),
        Case("p is 1", ((4, 3), _mask(4, 3)), {"p": 1}),
        Case("p is 1, a mask of what is left", ((4, 3), lambda rng: np.zeros((4, 3), bool)), {"p": 1.0}),
        Case("evaluation", ((4, 3), None), {"training": False}),
        Case("evaluation, a mask", ((4, 3), _mask(4, 3)), {"training": False, "p": 0.9}),
    ],
}

WORKLOADS = {"dropout": [Case("4M, p 0.5", ((2048, 2048), None), {"rng": np.random.default_rng(0)})]}


def _dropout(rng):
    shape = tuple(int(n) for n in rng.integers(0, 5, rng.integers(0, 4)))
    return Case("random", (shape, _mask(*shape)), {"p": float(rng.random()), "training": bool(rng.random() < 0.7)})


RANDOM = {"dropout": _dropout}
