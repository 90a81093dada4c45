"""Convolution of images by loops and by one matrix product, and edges in a photograph."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.convolution.windows import LESSON, normal, pad_sides
from dlkit.numpy_ops import convolution as ops


def reference_conv2d(x, w, b, stride=1, padding=0):
    """The forward pass without its cache."""
    return ops.conv2d_forward(x, w, b, stride=stride, padding=padding)[0]


def convolutions(rng):
    """Square and oblong kernels, each option alone and with the others; N, C_in, C_out, H, W all different."""
    calls = []
    for kernel, options in (
        ((3, 3), {}),
        ((2, 2), {"stride": 2}),
        ((3, 3), {"padding": 1}),
        ((3, 2), {"stride": 2, "padding": 1}),
        ((2, 3), {"stride": 3, "padding": 2}),
    ):
        n, c_in, c_out = distinct_sizes(rng, 3, 2, 5)
        h, w = distinct_sizes(rng, 2, 7, 10)
        calls.append(Call(normal(rng, (n, c_in, h, w), (c_out, c_in, *kernel), c_out), options))
    return [*calls, Call(normal(rng, (1, 1, 3, 3), (1, 1, 3, 3), 1))]  # the smallest: every axis of the result is 1


FLIPPED = Mistake(
    "flipped kernel",
    lambda x, w, b, stride=1, padding=0: reference_conv2d(x, w[:, :, ::-1, ::-1], b, stride, padding),
    "The kernel was turned upside down and left to right: that is convolution as mathematics defines it. "
    "Deep learning slides the kernel as it stands (cross-correlation).",
)
NO_BIAS = Mistake(
    "bias forgotten",
    lambda x, w, b, stride=1, padding=0: reference_conv2d(x, w, None, stride, padding),
    "Every output is off by its filter's offset b[o].",
)
FIRST_IMAGE = Mistake(
    "first image for all",
    lambda x, w, b, stride=1, padding=0: np.repeat(reference_conv2d(x[:1], w, b, stride, padding), len(x), axis=0),
    "Every image of the batch got the result of image 0. Does the batch index n stand on both sides?",
)

STRIDE_IGNORED = Mistake(
    "stride ignored",
    lambda x, w, b, stride=1, padding=0: reference_conv2d(x, w, b, 1, padding),
    "The window moves by one pixel whatever the stride.",
)
PADDING_IGNORED = Mistake(
    "padding ignored",
    lambda x, w, b, stride=1, padding=0: reference_conv2d(x, w, b, stride),
    "The result is the one without padding.",
)

conv2d = Exercise(
    name="conv2d",
    lesson=LESSON,
    reference=reference_conv2d,
    inputs=convolutions,
    takes="x[N C_in H W] w[C_out C_in KH KW] b[C_out]",
    returns="y[N C_out H_out W_out]",
    mistakes=(
        FLIPPED,
        Mistake(
            "transposed kernel",
            lambda x, w, b, stride=1, padding=0: reference_conv2d(x, w.swapaxes(2, 3), b, stride, padding),
            "Rows and columns of the kernel were exchanged. Does the first kernel index move along the height?",
        ),
        NO_BIAS,
        Mistake(
            "bias once per input channel",
            lambda x, w, b, stride=1, padding=0: reference_conv2d(x, w, b * x.shape[1], stride, padding),
            "The offset was added once for each input channel. It belongs to the filter and is added once, after all "
            "channels are summed.",
        ),
        Mistake(
            "bias once per kernel cell",
            lambda x, w, b, stride=1, padding=0: reference_conv2d(x, w, b * w[0].size, stride, padding),
            "The offset was added inside the innermost sum. It is added once, when the window's sum is complete.",
        ),
        Mistake(
            "stride on the rows only",
            lambda x, w, b, stride=1, padding=0: ops.conv2d_forward(x, w, b, stride=(stride, 1), padding=padding)[0],
            "The window jumps by the stride downwards but by one pixel to the right.",
        ),
        Mistake(
            "stride on the columns only",
            lambda x, w, b, stride=1, padding=0: ops.conv2d_forward(x, w, b, stride=(1, stride), padding=padding)[0],
            "The window jumps by the stride to the right but by one pixel downwards.",
        ),
        STRIDE_IGNORED,
        Mistake(
            "stride in the size only",
            lambda x, w, b, stride=1, padding=0: _cut_with(x, w, b, 1, stride, padding),
            "The output has the right size, but the windows still stand one pixel apart: the stride is missing where "
            "the window is cut out.",
        ),
        Mistake(
            "stride missing at the window's rows",
            lambda x, w, b, stride=1, padding=0: _cut_with(x, w, b, (1, stride), stride, padding),
            "The output has the right size, but the windows stand one pixel apart downwards: the stride is missing where the "
            "window's first row is computed.",
        ),
        Mistake(
            "stride missing at the window's columns",
            lambda x, w, b, stride=1, padding=0: _cut_with(x, w, b, (stride, 1), stride, padding),
            "The output has the right size, but the windows stand one pixel apart sideways: the stride is missing where the "
            "window's first column is computed.",
        ),
        Mistake(
            "average instead of sum",
            lambda x, w, b, stride=1, padding=0: reference_conv2d(x, w / w[0].size, b, stride, padding),
            "You averaged the products over the window. A dot product adds them; the weights themselves do the scaling.",
        ),
        Mistake(
            "one-sided padding",
            lambda x, w, b, stride=1, padding=0: reference_conv2d(pad_sides(x, padding, 0, padding, 0), w, b, stride),
            "Zeros were added above and to the left only; below and to the right are missing.",
        ),
        PADDING_IGNORED,
        Mistake(
            "one window too few",
            lambda x, w, b, stride=1, padding=0: reference_conv2d(x, w, b, stride, padding)[:, :, :-1, :-1],
            "The last row and the last column of windows are missing. How many places does the + 1 in the formula stand for?",
        ),
        Mistake(
            "first channel only",
            lambda x, w, b, stride=1, padding=0: reference_conv2d(x[:, :1], w[:, :1], b, stride, padding),
            "Only channel 0 of the input was used. A filter spans the full depth: sum over all C_in channels.",
        ),
        Mistake(
            "channels averaged",
            lambda x, w, b, stride=1, padding=0: reference_conv2d(x / x.shape[1], w, b, stride, padding),
            "The channels were averaged. A dot product adds them up.",
        ),
        Mistake(
            "first filter for all",
            lambda x, w, b, stride=1, padding=0: reference_conv2d(x, np.repeat(w[:1], len(w), axis=0), b, stride, padding),
            "Every output channel was made with filter 0. Does the filter index o stand on both sides?",
        ),
        FIRST_IMAGE,
    ),
)


def _cut_with(x, w, b, wrong_stride, stride, padding):
    """A result of the right size whose windows were cut with another stride."""
    right = reference_conv2d(x, w, b, stride, padding)
    wide = ops.conv2d_forward(x, w, b, stride=wrong_stride, padding=padding)[0]
    return wide[:, :, : right.shape[2], : right.shape[3]]


# --- conv2d_im2col


def _shuffled_filters(x, w, b, stride, padding, order):
    """Filters laid out in another order than the columns: reshaped scrambled instead of flattened."""
    return reference_conv2d(x, order(w).reshape(w.shape), b, stride, padding)


def _scrambled(x, w, b, stride, padding, order):
    """The right numbers, read back into (N, C_out, H_out, W_out) from memory laid out as ``order``."""
    y = reference_conv2d(x, w, b, stride, padding)
    return y.transpose(order).reshape(y.shape)


conv2d_im2col = Exercise(
    name="conv2d_im2col",
    lesson=LESSON,
    reference=reference_conv2d,
    inputs=convolutions,
    takes=conv2d.takes,
    returns=conv2d.returns,
    mistakes=(
        FLIPPED,
        NO_BIAS,
        Mistake(
            "filters flattened with the channel last",
            lambda x, w, b, stride=1, padding=0: _shuffled_filters(x, w, b, stride, padding, lambda w: w.transpose(0, 2, 3, 1)),
            "The filters' numbers are in another order than the columns': both must run channel, then row, then column.",
        ),
        Mistake(
            "filters reshaped to columns",
            lambda x, w, b, stride=1, padding=0: _shuffled_filters(x, w, b, stride, padding, lambda w: w.reshape(-1, len(w)).T),
            "w.reshape(−1, C_out) re-reads memory and mixes the filters. One filter must stay together, as a row of "
            "w.reshape(C_out, −1).",
        ),
        Mistake(
            "height and width exchanged at the end",
            lambda x, w, b, stride=1, padding=0: _scrambled(x, w, b, stride, padding, (0, 1, 3, 2)),
            "The pixels of each output are out of order: the windows were numbered row by row, so fill H_out rows of W_out.",
        ),
        Mistake(
            "channels and pixels mixed at the end",
            lambda x, w, b, stride=1, padding=0: _scrambled(x, w, b, stride, padding, (0, 2, 3, 1)),
            "The numbers are right but lie in the wrong places: reshape cannot bring the channel axis to the front, "
            "transpose can.",
        ),
        STRIDE_IGNORED,
        PADDING_IGNORED,
        FIRST_IMAGE,
    ),
)


# --- sobel_magnitude


SOBEL = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])  # answers a step from left to right


def _slopes(image, kernel=SOBEL):
    """The slope to the right and the slope downwards, each (H − 2, W − 2)."""
    kernels = np.stack([kernel, kernel.T])[:, None].astype(image.dtype)  # (2, 1, 3, 3)
    return ops.conv2d_forward(image[None, None], kernels)[0][0]


def _sobel_magnitude(image):
    return np.sqrt((_slopes(image) ** 2).sum(axis=0))


def _pictures(rng):
    return [Call((rng.uniform(0, 1, shape),)) for shape in (*(distinct_sizes(rng, 2, 6, 11) for _ in range(4)), (3, 3))]


sobel_magnitude = Exercise(
    name="sobel_magnitude",
    lesson=LESSON,
    reference=_sobel_magnitude,
    inputs=_pictures,
    takes="image[H W]",
    returns="magnitude[H_out W_out]",
    mistakes=(
        Mistake(
            "slope to the right only",
            lambda image: np.abs(_slopes(image)[0]),
            "Only the change from left to right is there; level edges stay dark.",
        ),
        Mistake(
            "slope to the right, with its sign",
            lambda image: _slopes(image)[0],
            "That is one of the two slopes, and it can be negative. The strength is the length of both together.",
        ),
        Mistake(
            "slopes added",
            lambda image: _slopes(image).sum(axis=0),
            "The two slopes were added, so they can cancel. Their length is the root of the sum of their squares.",
        ),
        Mistake(
            "slope downwards only",
            lambda image: np.abs(_slopes(image)[1]),
            "Only the change from top to bottom is there; upright edges stay dark.",
        ),
        Mistake(
            "root forgotten",
            lambda image: (_slopes(image) ** 2).sum(axis=0),
            "That is the squared length of the slope: weak edges all but vanish. Its length is the square root.",
        ),
        Mistake(
            "absolute values added",
            lambda image: np.abs(_slopes(image)).sum(axis=0),
            "|gx| + |gy| makes slanted edges up to 41 % too strong. The length of a vector is the root of the sum of squares.",
        ),
        Mistake(
            "slopes added with their signs",
            lambda image: np.abs(_slopes(image).sum(axis=0)),
            "The two slopes were added before taking the length, so they can cancel.",
        ),
        Mistake(
            "one kernel used twice",
            lambda image: np.sqrt(2) * np.abs(_slopes(image)[0]),
            "Both slopes come from the same kernel. The second is the first, transposed.",
        ),
        Mistake(
            "the middle row not doubled",
            lambda image: np.sqrt((_slopes(image, np.sign(SOBEL)) ** 2).sum(axis=0)),
            "Those are Prewitt's kernels. Sobel's have 2 in the middle of their outer columns.",
        ),
        Mistake(
            "border padded",
            lambda image: _sobel_magnitude(np.pad(image, 1)),
            "The result is as large as the image: it was padded with zeros, and the frame shows up as an edge. Use "
            "whole windows only.",
        ),
    ),
)
