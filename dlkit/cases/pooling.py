"""Inputs for pooling of signals and images."""

import numpy as np

from dlkit.cases.case import Case, distinct_sizes

_X = (2, 3, 7, 6)


def _ties(rng):
    return rng.integers(0, 3, (2, 3, 7, 6)).astype(float)


def _lowest(rng):
    return np.where(rng.random((2, 3, 5, 4)) < 0.2, rng.standard_normal((2, 3, 5, 4)), -np.inf)


def _nan(rng):
    return np.where(rng.random((2, 3, 7, 6)) < 0.2, np.nan, rng.standard_normal((2, 3, 7, 6)))


_WINDOWS = [
    Case("ordinary", (_X,), {"kernel_size": (5, 4)}),
    Case("smallest", ((1, 1, 1, 1),), {"kernel_size": 1}),
    Case("empty batch", ((0, 3, 7, 6),), {"kernel_size": 2}),
    Case("apart, some pixels left over", (_X,), {"kernel_size": 2}),
    Case("overlapping", (_X,), {"kernel_size": 3, "stride": 2}),
    Case("stride larger than the window", ((2, 3, 8, 9),), {"kernel_size": 2, "stride": (3, 4)}),
    Case("padding", (_X,), {"kernel_size": 3, "padding": 1}),
    Case("padding of a pair", (_X,), {"kernel_size": (2, 4), "stride": 1, "padding": (1, 2)}),
    Case("ceil mode", ((2, 3, 8, 6),), {"kernel_size": 3, "stride": 2, "ceil_mode": True}),
    Case("ceil mode, no window past the end", ((2, 3, 4, 5),), {"kernel_size": 1, "stride": 3, "ceil_mode": True}),
    Case("ceil mode, window larger than the image", ((2, 3, 4, 3),), {"kernel_size": 5, "stride": 3, "ceil_mode": True}),
    Case("ceil mode and padding", (_X,), {"kernel_size": (3, 4), "stride": (2, 3), "padding": (1, 2), "ceil_mode": True}),
]
_SIGNALS = [
    Case("ordinary", ((2, 3, 8),), {"kernel_size": 4}),
    Case("smallest", ((1, 1, 1),), {"kernel_size": 1}),
    Case("empty batch", ((0, 3, 8),), {"kernel_size": 4}),
    Case("overlapping", ((2, 3, 8),), {"kernel_size": 3, "stride": 2}),
    Case("padding", ((2, 3, 8),), {"kernel_size": 4, "padding": 2}),
    Case("ceil mode", ((2, 3, 8),), {"kernel_size": 3, "ceil_mode": True}),
]
_IMAGES = [
    Case("ordinary", (_X,)),
    Case("smallest", ((1, 1, 1, 1),)),
    Case("empty batch", ((0, 3, 7, 6),)),
]

CASES = {
    "max_pool1d": [
        *_SIGNALS,
        Case("dilation", ((2, 3, 11),), {"kernel_size": 4, "dilation": 3}),
        Case("ties", (lambda rng: rng.integers(0, 3, (2, 3, 8)).astype(float),), {"kernel_size": 4, "stride": 1}, smooth=False),
        Case(
            "everything", ((2, 3, 12),), {"kernel_size": 4, "stride": 3, "padding": 2, "dilation": 2, "ceil_mode": True}
        ),
    ],
    "max_pool2d": [
        *_WINDOWS,
        Case("more cells than a byte counts", ((2, 1, 18, 17),), {"kernel_size": (17, 16), "stride": 1}),
        Case("dilation", ((2, 3, 8, 9),), {"kernel_size": 3, "stride": 1, "dilation": (2, 3)}),
        Case(
            "everything",
            ((2, 3, 9, 10),),
            {"kernel_size": (3, 2), "stride": (2, 3), "padding": 1, "dilation": (2, 3), "ceil_mode": True},
        ),
        Case("ties", (_ties,), {"kernel_size": 3, "stride": 2}, smooth=False),
        Case("ties, padded", (_ties,), {"kernel_size": 3, "stride": 2, "padding": 1}, smooth=False),
        Case("all −∞", (_lowest,), {"kernel_size": 2, "stride": 1, "padding": 1}, smooth=False),
        Case("NaN", (_nan,), {"kernel_size": 3, "stride": 2, "padding": 1}, smooth=False),
    ],
    "avg_pool1d": [
        *_SIGNALS,
        Case("padding not counted", ((2, 3, 8),), {"kernel_size": 4, "padding": 2, "count_include_pad": False}),
        Case(
            "everything",
            ((2, 3, 12),),
            {"kernel_size": 4, "stride": 3, "padding": 1, "ceil_mode": True, "count_include_pad": False},
        ),
    ],
    "avg_pool2d": [
        *_WINDOWS,
        Case("padding not counted", (_X,), {"kernel_size": 3, "padding": (0, 1), "count_include_pad": False}),
        Case("divisor", (_X,), {"kernel_size": (3, 2), "padding": 1, "divisor_override": 5}),
        Case(
            "ceil mode, padding not counted",
            (_X,),
            {"kernel_size": (3, 4), "stride": (2, 3), "padding": (1, 2), "ceil_mode": True, "count_include_pad": False},
        ),
        Case(
            "everything",
            (_X,),
            {
                "kernel_size": (3, 4), "stride": (2, 3), "padding": (1, 2), "ceil_mode": True, "count_include_pad": False,
                "divisor_override": 3,
            },
        ),
    ],
    "adaptive_avg_pool2d": [
        Case("ordinary", (_X,), {"output_size": (5, 4)}),
        Case("smallest", ((1, 1, 1, 1),), {"output_size": 1}),
        Case("empty batch", ((0, 3, 7, 6),), {"output_size": 2}),
        Case("one pixel", (_X,), {"output_size": 1}),
        Case("sizes that divide", ((2, 3, 8, 9),), {"output_size": (4, 3)}),
        Case("one side kept", (_X,), {"output_size": (None, 4)}),
        Case("larger than the image", ((2, 3, 4, 5),), {"output_size": (7, 6)}),
    ],
    "global_avg_pool2d": [*_IMAGES, Case("extreme", (_X,), scale=1000.0)],
    "global_max_pool2d": [
        *_IMAGES,
        Case("extreme", (_X,), scale=1000.0),
        Case("ties", (_ties,), smooth=False),
        Case("all −∞", (lambda rng: np.full(_X, -np.inf),), smooth=False),
    ],
}  # fmt: skip

WORKLOADS = {
    "max_pool1d": [Case("32×64×512, 2/2", ((32, 64, 512),), {"kernel_size": 2})],
    "max_pool2d": [
        Case("64×64×32², 2×2/2", ((64, 64, 32, 32),), {"kernel_size": 2}),
        Case("64×64×32², 3×3/2", ((64, 64, 32, 32),), {"kernel_size": 3, "stride": 2}),
    ],
    "avg_pool1d": [Case("32×64×512, 2/2", ((32, 64, 512),), {"kernel_size": 2})],
    "avg_pool2d": [Case("64×64×32², 2×2/2", ((64, 64, 32, 32),), {"kernel_size": 2})],
    "adaptive_avg_pool2d": [Case("32×256×13² to 6²", ((32, 256, 13, 13),), {"output_size": 6})],
    "global_avg_pool2d": [Case("64×512×7²", ((64, 512, 7, 7),))],
    "global_max_pool2d": [Case("64×512×7²", ((64, 512, 7, 7),))],
}


def _random(rng, axes, average):
    kernel = [int(k) for k in rng.integers(1, 5, axes)]
    dilation = [1 if average else int(d) for d in rng.integers(1, 4, axes)]
    # An image at least as large as a step between two cells: no window then sees padding alone.
    sizes = [d * (k - 1) + 1 + int(rng.integers(0, 7)) for k, d in zip(kernel, dilation, strict=True)]
    padding = [int(rng.integers(0, k // 2 + 1)) for k in kernel]
    options = {"kernel_size": tuple(kernel), "padding": tuple(padding), "ceil_mode": bool(rng.random() < 0.5)}
    if rng.random() < 0.7:
        options["stride"] = tuple(int(s) for s in rng.integers(1, 6, axes))
    if average:
        options["count_include_pad"] = bool(rng.random() < 0.5)
        if axes == 2 and rng.random() < 0.3:
            options["divisor_override"] = int(rng.integers(1, 9))
    else:
        options["dilation"] = tuple(dilation)
    return Case("random", ((int(rng.integers(0, 4)), int(rng.integers(1, 4)), *sizes),), options)


def _random_adaptive(rng):
    output_size = tuple(None if rng.random() < 0.2 else int(n) for n in rng.integers(1, 9, 2))
    return Case("random", (tuple(distinct_sizes(rng, 4, 1, 9)),), {"output_size": output_size})


def _random_global(rng):
    return Case("random", (tuple(distinct_sizes(rng, 4, 1, 9)),))


RANDOM = {
    "max_pool1d": lambda rng: _random(rng, 1, False),
    "max_pool2d": lambda rng: _random(rng, 2, False),
    "avg_pool1d": lambda rng: _random(rng, 1, True),
    "avg_pool2d": lambda rng: _random(rng, 2, True),
    "adaptive_avg_pool2d": _random_adaptive,
    "global_avg_pool2d": _random_global,
    "global_max_pool2d": _random_global,
}
