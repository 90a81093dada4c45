"""Inputs for activations and softmax."""

import numpy as np

from dlkit.cases.case import Case, distinct_sizes

_X, _W, _B = (5, 3), (2, 4, 3), (2, 4)


def _at_zero(rng):
    """Zeros of both signs among other numbers."""
    return np.concatenate([[0.0, -0.0, 0.0], rng.standard_normal(4)])


def _at_threshold(rng):
    """Numbers that are, times 2, exactly 3, and numbers just beside."""
    return np.concatenate([[1.5, 1.25, 1.75], rng.standard_normal(4)])


def _tails(rng):
    """Both tails of the normal distribution, as far as float64 reaches."""
    return np.concatenate([np.linspace(-38, 9, 17), rng.standard_normal(4)])


def _tied_scores(rng):
    """Rows of scores that are all the same."""
    return np.repeat(rng.standard_normal((5, 1)), 3, axis=1)


def _impossible(rng):
    """Scores of which some are −∞, and a row of nothing else."""
    scores = rng.standard_normal(_X)
    scores[1, 2] = scores[2, :2] = scores[4] = -np.inf
    return scores


def _everywhere(*more):
    """The cases of an activation that takes every number for itself."""
    return [
        Case("ordinary", (_X,)),
        Case("smallest", ((1,),)),
        Case("empty batch", ((0, 3),)),
        Case("images", ((2, 3, 5, 4),)),
        *more,
    ]


_EXTREME = Case("extreme", (_X,), scale=1000.0, step=1e-4)
_ZERO = Case("at zero", (_at_zero,), smooth=False)


def _softmax():
    return [
        *_everywhere(_EXTREME),
        Case("one axis", ((7,),)),
        Case("one score", ((4, 1),)),
        Case("no score", ((4, 0),)),
        Case("first axis", (_X,), {"dim": 0}),
        Case("channels", ((2, 4, 3, 5),), {"dim": 1}),
        Case("counted from behind", ((2, 4, 3, 5),), {"dim": -2}),
        Case("extreme, first axis", (_X,), {"dim": 0}, scale=1000.0, step=1e-4),
        Case("tied scores", (_tied_scores,)),
        Case("impossible scores", (_impossible,), smooth=False),
    ]


CASES = {
    "relu": _everywhere(_EXTREME, _ZERO),
    "leaky_relu": _everywhere(
        _EXTREME,
        _ZERO,
        Case("slope", (_X,), {"negative_slope": 0.1}),
        Case("slope of one", (_X,), {"negative_slope": 1.0}),
        Case("steeper below", (_X,), {"negative_slope": 3}),
        Case("falling below", (_X,), {"negative_slope": -0.3}),
        Case("slope, at zero", (_at_zero,), {"negative_slope": 0.1}, smooth=False),
    ),
    "elu": _everywhere(
        _EXTREME,
        _ZERO,
        Case("alpha", (_X,), {"alpha": 1.7}),
        Case("alpha of zero", (_X,), {"alpha": 0}),
        Case("negative alpha", (_X,), {"alpha": -0.6}),
        Case("alpha, extreme", (_X,), {"alpha": 1.7}, scale=1000.0, step=1e-4),
        Case("alpha, at zero", (_at_zero,), {"alpha": 1.7}, smooth=False),
    ),
    "maxout": [
        Case("ordinary", (_X, _W, _B)),
        Case("no bias", (_X, _W, None)),
        Case("smallest", ((1, 1), (1, 1, 1), (1, 1))),
        Case("empty batch", ((0, 3), _W, _B)),
        Case("one piece", (_X, (1, 4, 3), (1, 4))),
        Case("many pieces", (_X, (7, 2, 3), (7, 2))),
        Case("sequences", ((2, 6, 3), (5, 4, 3), (5, 4))),
        Case("one example", ((3,), _W, _B)),
        Case("no features", ((5, 0), (2, 4, 0), _B)),
        Case("extreme", (_X, _W, _B), scale=1000.0, step=1e-3),
        Case("tied pieces", (_X, lambda rng: np.repeat(rng.standard_normal((1, 4, 3)), 3, axis=0), None), smooth=False),
        Case("all pieces zero", (_X, lambda rng: np.zeros((2, 4, 3)), lambda rng: np.zeros((2, 4))), smooth=False),
    ],
    "sigmoid": _everywhere(_EXTREME),
    "tanh": _everywhere(_EXTREME),
    "softplus": _everywhere(
        _EXTREME,
        Case("beta", (_X,), {"beta": 2.5}),
        Case("negative beta", (_X,), {"beta": -1.5}),
        Case("threshold", (_X,), {"threshold": 0.2}),
        Case("beta and threshold", ((7, 4),), {"beta": 2, "threshold": 1}),
        Case("beta, extreme", (_X,), {"beta": 0.1, "threshold": 5}, scale=1000.0, step=1e-4),
        Case("at the threshold", (_at_threshold,), {"beta": 2.0, "threshold": 3.0}, smooth=False),
    ),
    "gelu": _everywhere(
        _EXTREME,
        Case("tails", (_tails,)),
        Case("tanh", (_X,), {"approximate": "tanh"}),
        Case("tanh, tails", (_tails,), {"approximate": "tanh"}),
        Case("tanh, extreme", (_X,), {"approximate": "tanh"}, scale=1000.0, step=1e-4),
    ),
    "silu": _everywhere(_EXTREME, Case("tails", (_tails,))),
    "softmax": _softmax(),
    "log_softmax": _softmax(),
}


def _options(rng, op, axes):
    """Random options of an operation on an array with so many axes."""
    return {
        "leaky_relu": {"negative_slope": float(rng.uniform(-0.5, 1.5))},
        "elu": {"alpha": float(rng.uniform(-0.5, 2))},
        "softplus": {"beta": float(rng.uniform(0.5, 3)), "threshold": float(rng.uniform(0, 5))},
        "gelu": {"approximate": str(rng.choice(["none", "tanh"]))},
        "softmax": {"dim": int(rng.integers(-axes, axes))},
        "log_softmax": {"dim": int(rng.integers(-axes, axes))},
    }.get(op, {})


def _random(op):
    def draw(rng):
        axes = int(rng.integers(1, 5))
        shape = tuple(distinct_sizes(rng, axes, 1, 7))
        return Case("random", (shape,), _options(rng, op, axes), scale=float(rng.choice([0.1, 1, 2])))

    return draw


def _maxout(rng):
    n, k, d_out, d_in = distinct_sizes(rng, 4, 1, 7)
    lead = ((), (n,), (n, 2))[rng.integers(3)]
    return Case("random", ((*lead, d_in), (k, d_out, d_in), (k, d_out) if rng.random() < 0.7 else None))


RANDOM = {op: _random(op) for op in CASES} | {"maxout": _maxout}

_LARGE = ((2048, 2048),)  # four million numbers

WORKLOADS = {
    **{op: [Case("4M", _LARGE)] for op in ("relu", "leaky_relu", "elu", "sigmoid", "tanh", "softplus", "silu")},
    "gelu": [Case("4M", _LARGE), Case("4M, tanh", _LARGE, {"approximate": "tanh"})],
    "maxout": [
        Case("1024×768→512, 4 pieces", ((1024, 768), (4, 512, 768), (4, 512)), flops=3 * 2 * 1024 * 768 * 512 * 4),
    ],
    **{op: [Case("4096×1000", ((4096, 1000),))] for op in ("softmax", "log_softmax")},
}
