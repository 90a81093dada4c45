"""Before images: one dimension, how many windows fit, zeros round the edge, how many weights."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.numpy_ops import convolution as ops

LESSON = "05_convolution"


def normal(rng: np.random.Generator, *shapes):
    """Arrays of normal numbers."""
    return tuple(rng.standard_normal(shape) for shape in shapes)


def _convolve1d(x, w):
    return sliding_window_view(x, len(w)) @ w


def _signals(rng):
    return [Call(normal(rng, rng.integers(9, 15), size)) for size in (2, 3, 4, 1)] + [Call(normal(rng, 3, 3))]


convolve1d = Exercise(
    name="convolve1d",
    lesson=LESSON,
    reference=_convolve1d,
    inputs=_signals,
    takes="x[L] w[K]",
    returns="y[L_out]",
    mistakes=(
        Mistake(
            "flipped filter",
            lambda x, w: _convolve1d(x, w[::-1]),
            "The filter was turned round: that is convolution as mathematics defines it (np.convolve does it). "
            "Deep learning slides the filter as it stands.",
        ),
        Mistake(
            "one window too few",
            lambda x, w: _convolve1d(x, w)[:-1],
            "The last place where the filter fits is missing. Count the windows on paper for L = 5, K = 3.",
        ),
        Mistake(
            "the signal continued past its ends",
            lambda x, w: np.correlate(x, w, "same"),
            "The result is as long as the signal: zeros were assumed beyond its ends. Here only whole windows count.",
        ),
        Mistake(
            "every overlap counted",
            lambda x, w: np.correlate(x, w, "full"),
            "The result is longer than the signal: windows that hang over the ends were counted. Here only whole "
            "windows count.",
        ),
        Mistake(
            "average instead of sum",
            lambda x, w: _convolve1d(x, w) / len(w),
            "You averaged the products over the window. A dot product adds them; the weights themselves do the scaling.",
        ),
        Mistake(
            "weights left out",
            lambda x, w: _convolve1d(x, np.ones(len(w))),
            "The window was summed without the weights.",
        ),
        Mistake(
            "only the last product kept",
            lambda x, w: x[len(w) - 1 :] * w[-1],
            "Each product replaced the one before it. The products of a window are added up: = stores, += adds.",
        ),
        Mistake(
            "only the first place filled",
            lambda x, w: np.concatenate([_convolve1d(x, w)[:1], np.zeros(len(x) - len(w))]),
            "All places but the first are zero. Does the line with return stand inside the loop?",
        ),
        Mistake(
            "running total",
            lambda x, w: np.cumsum(_convolve1d(x, w)),
            "Each result still holds all the earlier ones. Start the sum at zero again for every place.",
        ),
        Mistake(
            "window jumps by its own length",
            lambda x, w: _convolve1d(x, w)[:: len(w)],
            "Windows stand side by side without overlapping. The filter should move by one cell at a time.",
        ),
    ),
)


def _output_size(n, f, stride=1, padding=0):
    return ops.output_size(n, f, stride=stride, padding=padding)


def _arithmetic(rng):
    calls = []
    for stride in (1, 2, 3, 4):
        for left_over in range(stride):
            f, padding = int(rng.integers(2, 6)), int(rng.integers(1, 4))
            n = f - 2 * padding + stride * int(rng.integers(4, 9)) + left_over
            calls.append(Call((n, f), {"stride": stride, "padding": padding}))
    return calls


output_size = Exercise(
    name="output_size",
    lesson=LESSON,
    reference=_output_size,
    inputs=_arithmetic,
    takes="",
    returns="size[]",
    mistakes=(
        Mistake(
            "the + 1 forgotten",
            lambda n, f, stride=1, padding=0: (n - f + 2 * padding) // stride,
            "You counted the steps, not the places. A filter that cannot move at all still stands in one place.",
        ),
        Mistake(
            "the + 1 inside the division",
            lambda n, f, stride=1, padding=0: (n - f + 2 * padding + 1) // stride,
            "The one was added before dividing by the stride. The first place is there whatever the stride.",
        ),
        Mistake(
            "padding on one side",
            lambda n, f, stride=1, padding=0: (n - f + padding) // stride + 1,
            "The padding was counted once; zeros are added on both sides.",
        ),
        Mistake(
            "padding ignored",
            lambda n, f, stride=1, padding=0: (n - f) // stride + 1,
            "The padding does not appear in your count.",
        ),
        Mistake(
            "stride ignored",
            lambda n, f, stride=1, padding=0: n - f + 2 * padding + 1,
            "The stride does not appear in your count: this is the answer for stride 1.",
        ),
        Mistake(
            "rounded up",
            lambda n, f, stride=1, padding=0: -(-(n - f + 2 * padding) // stride) + 1,
            "You rounded up: the last window would hang over the edge. Frameworks count only whole windows.",
        ),
        Mistake(
            "not rounded",
            lambda n, f, stride=1, padding=0: (n - f + 2 * padding) / stride + 1,
            "A fraction of a window cannot be placed: a size is a whole number.",
        ),
        Mistake(
            "brackets forgotten",
            lambda n, f, stride=1, padding=0: n - f + 2 * padding // stride + 1,
            "Division binds more tightly than addition: only the padding was divided by the stride.",
        ),
        Mistake(
            "filter size ignored",
            lambda n, f, stride=1, padding=0: (n + 2 * padding) // stride + 1,
            "The filter's size does not appear in your count, yet a larger filter fits in fewer places.",
        ),
    ),
)


def _pad2d(x, padding):
    return np.pad(x, [(0, 0)] * 2 + [(padding, padding)] * 2)


def pad_sides(x, top, bottom, left, right, **how):
    """Images with another border on each side."""
    return np.pad(x, [(0, 0), (0, 0), (top, bottom), (left, right)], **how)


def _images_to_pad(rng):
    shapes = [distinct_sizes(rng, 4, 2, 7) for _ in range(4)] + [[1, 1, 2, 3]]
    return [Call((rng.standard_normal(shape), padding)) for shape, padding in zip(shapes, (1, 2, 0, 3, 1), strict=True)]


pad2d = Exercise(
    name="pad2d",
    lesson=LESSON,
    reference=_pad2d,
    inputs=_images_to_pad,
    takes="x[N C H W]",
    returns="padded[N C H_out W_out]",
    mistakes=(
        Mistake(
            "one-sided padding",
            lambda x, padding: pad_sides(x, padding, 0, padding, 0),
            "Zeros were added above and to the left only; below and to the right are missing.",
        ),
        Mistake(
            "image in the corner",
            lambda x, padding: pad_sides(x, 0, 2 * padding, 0, 2 * padding),
            "The size is right but the image stands in the upper left corner. It belongs in the middle.",
        ),
        Mistake(
            "padding ignored",
            lambda x, padding: x.copy(),
            "The image came back as it was.",
        ),
        Mistake(
            "rows only",
            lambda x, padding: pad_sides(x, padding, padding, 0, 0),
            "Zeros were added above and below but not at the left and right.",
        ),
        Mistake(
            "columns only",
            lambda x, padding: pad_sides(x, 0, 0, padding, padding),
            "Zeros were added at the left and right but not above and below.",
        ),
        Mistake(
            "batch and channels padded too",
            lambda x, padding: np.pad(x, padding),
            "All four axes grew. Only the last two, H and W, are the picture; N and C must stay.",
        ),
        Mistake(
            "edge repeated",
            lambda x, padding: pad_sides(x, padding, padding, padding, padding, mode="edge"),
            "The border was filled with the nearest pixel. Zero padding fills it with zeros.",
        ),
        Mistake(
            "border of ones",
            lambda x, padding: pad_sides(x, padding, padding, padding, padding, constant_values=1),
            "The border holds ones. Zero padding fills it with zeros.",
        ),
    ),
)


def _count(c_in, c_out, f, bias=True):
    return f * f * c_in * c_out + c_out * bias


def _layers(rng):
    return [Call((*distinct_sizes(rng, 3, 3, 12),), {"bias": bias}) for bias in (True, False, True, False)]


count_conv_parameters = Exercise(
    name="count_conv_parameters",
    lesson=LESSON,
    reference=_count,
    inputs=_layers,
    takes="",
    returns="count[]",
    mistakes=(
        Mistake(
            "bias forgotten",
            lambda c_in, c_out, f, bias=True: f * f * c_in * c_out,
            "The offsets were not counted: each filter has one, where there is a bias.",
        ),
        Mistake(
            "bias always counted",
            lambda c_in, c_out, f, bias=True: f * f * c_in * c_out + c_out,
            "The offsets were counted also where bias=False.",
        ),
        Mistake(
            "one bias for the layer",
            lambda c_in, c_out, f, bias=True: f * f * c_in * c_out + bias,
            "One offset was counted for the whole layer: each filter has its own.",
        ),
        Mistake(
            "a bias for every channel of every filter",
            lambda c_in, c_out, f, bias=True: (f * f + bias) * c_in * c_out,
            "An offset was counted for every input channel. A filter sums over its whole depth and adds one offset.",
        ),
        Mistake(
            "depth forgotten",
            lambda c_in, c_out, f, bias=True: f * f * c_out + c_out * bias,
            "You counted flat filters. A filter spans all C_in channels of its input.",
        ),
        Mistake(
            "number of filters forgotten",
            lambda c_in, c_out, f, bias=True: f * f * c_in + bias,
            "That is one filter. The layer has C_out of them.",
        ),
        Mistake(
            "one side of the filter",
            lambda c_in, c_out, f, bias=True: f * c_in * c_out + c_out * bias,
            "An F×F filter has F·F weights on each channel, not F.",
        ),
    ),
)
