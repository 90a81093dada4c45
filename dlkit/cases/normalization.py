"""Inputs for batch, layer, group and local response normalisation.

At least three numbers share a mean: the gradient of one or two is nothing but rounding, and rounding has no twin. What one
number, or equal ones, must give is tested by value.
"""

import numpy as np

from dlkit.cases.case import Case, distinct_sizes


def _positive(*shape):
    """Running variances."""
    return lambda rng: rng.uniform(0.5, 2.0, shape)


def _constant(*shape):
    return lambda rng: np.full(shape, 3.0)


def _batch(name, x, options=None, *, running=True, scale=1.0, **kwargs):
    """A case of batch normalisation with everything given."""
    c = x[1]
    arrays = (x, (c,), _positive(c), (c,), (c,)) if running else (x, None, None, (c,), (c,))
    return Case(name, arrays, options or {}, scale, constants=(1, 2) if running else (), **kwargs)


TRAINING = {"training": True}

CASES = {
    "batch_norm": [
        _batch("ordinary", (5, 3, 4, 2), TRAINING),
        _batch("images, evaluation", (5, 3, 4, 2)),
        _batch("features", (6, 4), TRAINING, running=False),
        _batch("features, evaluation", (6, 4)),
        _batch("signals", (2, 3, 7), TRAINING, running=False),
        _batch("smallest, evaluation", (1, 1)),
        _batch("small", (3, 1), TRAINING, running=False),
        _batch("one example", (1, 3, 5), TRAINING),
        _batch("empty batch", (0, 3, 4, 2), TRAINING),
        _batch("empty batch, evaluation", (0, 3)),
        _batch("no places", (2, 3, 0), TRAINING),
        Case("no scale, no offset", ((5, 3, 4), None, None, None, None), TRAINING),
        Case("no scale", ((5, 3, 4), None, None, None, (3,)), TRAINING),
        Case("no offset, evaluation", ((5, 3, 4), (3,), _positive(3), (3,), None), constants=(1, 2)),
        Case("no scale, no offset, evaluation", ((5, 3, 4), (3,), _positive(3), None, None), constants=(1, 2)),
        _batch("eps", (5, 3, 4), TRAINING | {"eps": 0.5}),
        _batch("eps, evaluation", (5, 3, 4), {"eps": 0.5, "training": False}),
        _batch("extreme", (5, 3, 4), TRAINING, scale=1000.0),
        _batch("extreme, evaluation", (5, 3, 4), scale=1000.0),
        Case("constant", (_constant(5, 3, 4), None, None, (3,), (3,)), TRAINING, step=1e-6),
    ],
    "layer_norm": [
        Case("ordinary", ((6, 7, 5), (5,), (5,))),
        Case("small", ((1, 3), (3,), (3,))),
        Case("one example", ((7,), (7,), (7,))),
        Case("empty batch", ((0, 3), (3,), (3,))),
        Case("no features", ((3, 0), (0,), (0,))),
        Case("no scale, no offset", ((4, 5), None, None)),
        Case("no scale", ((4, 5), None, (5,))),
        Case("no offset", ((4, 5), (5,), None)),
        Case("two axes, by the weights", ((4, 3, 5), (3, 5), (3, 5))),
        Case("two axes", ((4, 3, 5), None, None), {"normalized_shape": (3, 5)}),
        Case("every axis", ((2, 3), (2, 3), (2, 3)), {"normalized_shape": (2, 3)}),
        Case("a whole number", ((4, 5), None, None), {"normalized_shape": 5}),
        Case("eps", ((4, 5), (5,), (5,)), {"eps": 0.5}),
        Case("everything", ((2, 4, 3, 5), (3, 5), (3, 5)), {"normalized_shape": (3, 5), "eps": 0.1}),
        Case("extreme", ((4, 5), (5,), (5,)), scale=1000.0),
        Case("constant", (_constant(4, 5), (5,), (5,)), step=1e-6),
    ],
    "group_norm": [
        Case("ordinary", ((5, 6, 4, 3), (6,), (6,)), {"num_groups": 2}),
        Case("features", ((5, 6), (6,), (6,)), {"num_groups": 2}),
        Case("signals", ((2, 6, 5), (6,), (6,)), {"num_groups": 3}),
        Case("one group", ((2, 6, 5), (6,), (6,)), {"num_groups": 1}),
        Case("a group each", ((2, 6, 5), (6,), (6,)), {"num_groups": 6}),
        Case("small", ((1, 3), (3,), (3,)), {"num_groups": 1}),
        Case("empty batch", ((0, 4, 5), (4,), (4,)), {"num_groups": 2}),
        Case("no scale, no offset", ((5, 6, 4), None, None), {"num_groups": 2}),
        Case("no scale", ((5, 6, 4), None, (6,)), {"num_groups": 2}),
        Case("no offset", ((5, 6, 4), (6,), None), {"num_groups": 2}),
        Case("eps", ((5, 6, 4), (6,), (6,)), {"num_groups": 2, "eps": 0.5}),
        Case("extreme", ((5, 6, 4), (6,), (6,)), {"num_groups": 2}, scale=1000.0),
    ],
    "local_response_norm": [
        Case("ordinary", ((2, 7, 4, 3),), {"size": 5, "alpha": 0.3}),
        Case("even size", ((2, 7, 4),), {"size": 4, "alpha": 0.3}),
        Case("size of 1", ((2, 3, 4),), {"size": 1, "alpha": 0.3}),
        Case("size of 2", ((2, 3, 4),), {"size": 2, "alpha": 0.3}),
        Case("wider than the channels", ((2, 3, 4),), {"size": 9, "alpha": 0.3}),
        Case("smallest", ((1, 1, 1),), {"size": 1}),
        Case("empty batch", ((0, 3, 4, 2),), {"size": 3}),
        Case("no channels", ((2, 0, 4),), {"size": 3}),
        Case("defaults", ((2, 7, 4),), {"size": 3}),
        Case("beta", ((2, 7, 4),), {"size": 3, "alpha": 0.3, "beta": 1.5}),
        Case("beta of 0", ((2, 7, 4),), {"size": 3, "alpha": 0.3, "beta": 0}),
        Case("k", ((2, 7, 4),), {"size": 3, "alpha": 0.3, "k": 2.0}),
        Case("AlexNet", ((2, 7, 4, 3),), {"size": 5, "alpha": 5e-4, "beta": 0.75, "k": 2.0}),
        Case("extreme", ((2, 7, 4),), {"size": 3}, scale=1000.0),
        Case("zeros", (lambda rng: np.zeros((2, 3, 4)),), {"size": 3, "alpha": 0.3, "k": 0.1}),
    ],
}

_C = (64,)
WORKLOADS = {
    "batch_norm": [
        Case("64×64×32²", ((64, 64, 32, 32), None, None, _C, _C), TRAINING),
        Case("1024×256", ((1024, 256), None, None, (256,), (256,)), TRAINING),
    ],
    "layer_norm": [Case("4096×768", ((4096, 768), (768,), (768,)))],
    "group_norm": [Case("64×64×32², 8 groups", ((64, 64, 32, 32), _C, _C), {"num_groups": 8})],
    "local_response_norm": [Case("32×96×27², 5 channels", ((32, 96, 27, 27),), {"size": 5, "alpha": 5e-4, "k": 2.0})],
}


def _some(rng, *shape):
    return shape if rng.random() < 0.7 else None


def _eps(rng):
    return float(rng.choice([1e-5, 1e-3, 0.3]))


def _batch_norm(rng):
    n, c, *places = distinct_sizes(rng, int(rng.integers(2, 5)), 3, 8)
    training = bool(rng.random() < 0.7)
    running = not training or rng.random() < 0.5
    arrays = ((n, c, *places), (c,) if running else None, _positive(c) if running else None, _some(rng, c), _some(rng, c))
    return Case("random", arrays, {"training": training, "eps": _eps(rng)}, constants=(1, 2) if running else ())


def _layer_norm(rng):
    shape = tuple(distinct_sizes(rng, int(rng.integers(1, 5)), 3, 8))
    last = shape[int(rng.integers(len(shape))) :]
    w = _some(rng, *last)
    named = last if rng.random() < 0.5 or (w is None and len(last) > 1) else None
    return Case("random", (shape, w, _some(rng, *last)), {"normalized_shape": named, "eps": _eps(rng)})


def _group_norm(rng):
    n, groups, size, *places = distinct_sizes(rng, int(rng.integers(3, 6)), 3, 8)
    c = groups * size
    return Case("random", ((n, c, *places), _some(rng, c), _some(rng, c)), {"num_groups": groups, "eps": _eps(rng)})


def _local_response_norm(rng):
    shape = tuple(distinct_sizes(rng, int(rng.integers(3, 5)), 1, 8))
    alpha, beta, k = (float(v) for v in rng.uniform(0.1, 2.0, 3))
    return Case("random", (shape,), {"size": int(rng.integers(1, 9)), "alpha": alpha, "beta": beta, "k": k})


RANDOM = {
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "group_norm": _group_norm,
    "local_response_norm": _local_response_norm,
}
