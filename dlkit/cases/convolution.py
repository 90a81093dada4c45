"""Inputs for convolution of signals and images."""

from math import prod

from dlkit.cases.case import Case

_X, _W, _B = (2, 3, 7, 6), (4, 3, 3, 2), (4,)
_SMALL, _SPREAD, _OFFSETS = (2, 3, 5, 4), (3, 6, 3, 2), (6,)  # of a transposed convolution

CASES = {
    "conv1d": [
        Case("ordinary", ((2, 3, 8), (4, 3, 5), (4,))),
        Case("no bias", ((2, 3, 8), (4, 3, 5), None)),
        Case("smallest", ((1, 1, 1), (1, 1, 1), (1,))),
        Case("empty batch", ((0, 3, 8), (4, 3, 5), (4,))),
        Case("stride", ((2, 3, 9), (4, 3, 2), (4,)), {"stride": 3}),
        Case("padding", ((2, 3, 4), (5, 3, 6), (5,)), {"padding": 2}),
        Case("same, even kernel", ((2, 3, 7), (4, 3, 6), (4,)), {"padding": "same"}),
        Case("dilation", ((2, 3, 11), (4, 3, 5), (4,)), {"dilation": 2}),
        Case("groups", ((2, 6, 7), (9, 2, 4), (9,)), {"groups": 3}),
        Case("everything", ((2, 6, 17), (9, 2, 4), (9,)), {"stride": 2, "padding": 1, "dilation": 3, "groups": 3}),
    ],
    "conv2d": [
        Case("ordinary", (_X, _W, _B)),
        Case("no bias", (_X, _W, None)),
        Case("smallest", ((1, 1, 1, 1), (1, 1, 1, 1), (1,))),
        Case("empty batch", ((0, 3, 7, 6), _W, _B)),
        Case("kernel as large as the image", ((2, 3, 5, 4), (6, 3, 5, 4), (6,))),
        Case("extreme", (_X, _W, _B), scale=1000.0),
        Case("stride", (_X, _W, _B), {"stride": 2}),
        Case("stride of a pair", (_X, _W, _B), {"stride": (3, 2)}),
        Case("stride larger than the kernel", ((2, 3, 11, 9), _W, _B), {"stride": 4}),
        Case("padding", (_X, _W, _B), {"padding": 1}),
        Case("padding of a pair", (_X, _W, _B), {"padding": (0, 3)}),
        Case("padding larger than the kernel", ((2, 3, 2, 4), _W, _B), {"padding": 4}),
        Case("same", ((2, 3, 7, 6), (4, 3, 3, 5), _B), {"padding": "same"}),
        Case("same, even kernel", ((2, 3, 7, 6), (5, 3, 4, 2), (5,)), {"padding": "same"}),
        Case("same, dilation", ((2, 3, 7, 6), _W, _B), {"padding": "same", "dilation": (2, 3)}),
        Case("valid", (_X, _W, _B), {"padding": "valid"}),
        Case("dilation", ((2, 3, 9, 8), _W, _B), {"dilation": 2}),
        Case("dilation of a pair", ((2, 3, 9, 8), _W, _B), {"dilation": (1, 4)}),
        Case("groups", ((2, 6, 7, 5), (8, 3, 3, 4), (8,)), {"groups": 2}),
        Case("depthwise", ((2, 3, 7, 6), (6, 1, 5, 4), (6,)), {"groups": 3}),
        Case(
            "everything",
            ((2, 6, 10, 9), (8, 3, 3, 4), (8,)),
            {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2), "groups": 2},
        ),
    ],
    "conv_transpose2d": [
        Case("ordinary", (_SMALL, _SPREAD, _OFFSETS)),
        Case("no bias", (_SMALL, _SPREAD, None)),
        Case("smallest", ((1, 1, 1, 1), (1, 1, 1, 1), (1,))),
        Case("empty batch", ((0, 3, 5, 4), _SPREAD, _OFFSETS)),
        Case("extreme", (_SMALL, _SPREAD, _OFFSETS), scale=1000.0),
        Case("stride", (_SMALL, _SPREAD, _OFFSETS), {"stride": 2}),
        Case("stride of a pair, larger than the kernel", (_SMALL, _SPREAD, _OFFSETS), {"stride": (2, 3)}),
        Case("padding", (_SMALL, _SPREAD, _OFFSETS), {"padding": 1}),
        Case("padding of a pair, larger than the kernel", ((2, 3, 2, 7), _SPREAD, _OFFSETS), {"padding": (1, 3)}),
        Case("output padding", (_SMALL, _SPREAD, _OFFSETS), {"stride": 3, "output_padding": (2, 1)}),
        Case("output padding under dilation", (_SMALL, _SPREAD, _OFFSETS), {"dilation": 3, "output_padding": (1, 2)}),
        Case("groups", ((2, 4, 3, 5), (4, 3, 2, 3), (6,)), {"groups": 2}),
        Case("one filter a group", ((2, 3, 4, 5), (3, 2, 2, 3), (6,)), {"groups": 3, "stride": 2}),
        Case("dilation", (_SMALL, _SPREAD, _OFFSETS), {"dilation": (2, 4)}),
        Case(
            "everything",
            ((2, 4, 3, 5), (4, 3, 2, 3), (6,)),
            {"stride": (2, 3), "padding": (1, 2), "output_padding": (1, 0), "groups": 2, "dilation": (2, 1)},
        ),
    ],
}


def _workload(name, x, w, *, stride=1, padding=0, dilation=1, groups=1):
    """A convolution with an offset; each of its results is a dot product with one filter."""
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    places = prod((n + 2 * padding - dilation * (k - 1) - 1) // stride + 1 for n, k in zip(x[2:], w[2:], strict=True))
    return Case(name, (x, w, w[:1]), options, flops=3 * 2 * x[0] * places * prod(w))


# The shapes a reader knows from the architectures.
WORKLOADS = {
    "conv1d": [_workload("32×64×512, 64 of 5", (32, 64, 512), (64, 64, 5), padding=2)],
    "conv2d": [
        _workload("LeNet-1, 64×1×28², 6 of 5×5", (64, 1, 28, 28), (6, 1, 5, 5), padding=2),
        _workload("LeNet-2, 64×6×14², 16 of 5×5", (64, 6, 14, 14), (16, 6, 5, 5)),
        _workload("128×3×32², 16 of 3×3", (128, 3, 32, 32), (16, 3, 3, 3), padding=1),
        _workload("128×16×32², 32 of 3×3", (128, 16, 32, 32), (32, 16, 3, 3), padding=1),
        _workload("32×64×32², 64 of 3×3", (32, 64, 32, 32), (64, 64, 3, 3), padding=1),
        _workload("AlexNet-1, 8×3×227², 96 of 11×11", (8, 3, 227, 227), (96, 3, 11, 11), stride=4),
        _workload("1×1, 32×64×32²", (32, 64, 32, 32), (64, 64, 1, 1)),
        _workload("dilation 2, 32×64×32²", (32, 64, 32, 32), (64, 64, 3, 3), padding=2, dilation=2),
        _workload("groups 4, 32×64×32²", (32, 64, 32, 32), (64, 16, 3, 3), padding=1, groups=4),
        _workload("depthwise, 32×64×32²", (32, 64, 32, 32), (64, 1, 3, 3), padding=1, groups=64),
    ],
    "conv_transpose2d": [
        Case(
            "32×64×16², 64 of 4×4",
            ((32, 64, 16, 16), (64, 64, 4, 4), (64,)),
            {"stride": 2, "padding": 1},
            flops=6 * 32 * 256 * 64**2 * 16,
        ),
        Case(
            "U-Net, 8×64×32², 32 of 2×2",
            ((8, 64, 32, 32), (64, 32, 2, 2), (32,)),
            {"stride": 2},
            flops=6 * 8 * 1024 * 64 * 32 * 4,
        ),
    ],
}


def _random(rng, axes):
    n, c, k, groups = (int(v) for v in rng.integers(1, 4, 4))
    kernel, stride, dilation = (tuple(int(v) for v in rng.integers(1, 4, axes)) for _ in range(3))
    padding = tuple(int(v) for v in rng.integers(0, 4, axes))
    sizes = tuple(d * (f - 1) + 1 + int(rng.integers(0, 6)) for d, f in zip(dilation, kernel, strict=True))
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    shapes = ((n, c * groups, *sizes), (k * groups, c, *kernel), (k * groups,) if rng.random() < 0.7 else None)
    return Case("random", shapes, options)


def _random_transposed(rng):
    n, c, k, groups = (int(v) for v in rng.integers(1, 4, 4))
    kernel, stride, dilation, size = (tuple(int(v) for v in rng.integers(1, 4, 2)) for _ in range(4))
    output_padding = tuple(int(rng.integers(0, max(s, d))) for s, d in zip(stride, dilation, strict=True))
    spans = zip(size, stride, dilation, kernel, output_padding, strict=True)
    full = [(m - 1) * s + d * (f - 1) + 1 + o for m, s, d, f, o in spans]
    padding = tuple(int(rng.integers(0, min(4, (cells + 1) // 2))) for cells in full)
    options = {"stride": stride, "padding": padding, "output_padding": output_padding, "groups": groups, "dilation": dilation}
    shapes = ((n, c * groups, *size), (c * groups, k, *kernel), (k * groups,) if rng.random() < 0.7 else None)
    return Case("random", shapes, options)


RANDOM = {
    "conv1d": lambda rng: _random(rng, 1),
    "conv2d": lambda rng: _random(rng, 2),
    "conv_transpose2d": _random_transposed,
}
