"""Max pooling, and what the exercises of lesson 06 share: their images and the loop over windows."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.numpy_ops import pooling as ops

LESSON = "06_pooling"


def images(rng: np.random.Generator) -> list[np.ndarray]:
    """Batches of images for the windows of ``WINDOWS``, drawn by ``rng``: no two sizes equal, and one image of one window.

    One batch lies far below zero: whatever number a running maximum starts from, it must not win.
    """
    shapes = []
    for kernel, _ in WINDOWS[:-1]:
        n, c, h, w = distinct_sizes(rng, 4, 2, 6)
        shapes.append((n, c, h + 2 * kernel, w + 2 * kernel))
    pictures = [rng.standard_normal(shape) for shape in [*shapes, (1, 1, 2, 2)]]
    pictures[1] -= 1000
    return pictures


WINDOWS = ((2, 2), (3, 2), (3, 1), (2, 3), (4, 3), (2, 2))  # side and stride: apart, overlapping, with gaps


def batches(rng: np.random.Generator) -> list[Call]:
    """One call for each window."""
    return [Call((x, *window)) for x, window in zip(images(rng), WINDOWS, strict=True)]


def places(x: np.ndarray, kernel_size: int, stride: int) -> tuple[int, ...]:
    """The shape of the result."""
    return (*x.shape[:2], (x.shape[2] - kernel_size) // stride + 1, (x.shape[3] - kernel_size) // stride + 1)


def windowed(x, kernel_size, stride, rule, *, step=None, reach=0):
    """Fill a result of the right size with ``rule(windows, axis=(2, 3))``."""
    # The mistakes cut their windows wrongly: `step` cells apart, `reach` cells too long.
    y = np.zeros(places(x, kernel_size, stride), x.dtype)
    step, side = stride if step is None else step, kernel_size + reach
    for p, q in np.ndindex(*y.shape[2:]):
        y[:, :, p, q] = rule(x[:, :, p * step : p * step + side, q * step : q * step + side], axis=(2, 3))
    return y


def only_first(y: np.ndarray) -> np.ndarray:
    """What is left when ``return`` stands inside the loop."""
    left = np.zeros_like(y)
    left.flat[0] = y.flat[0]
    return left


def channels_mixed(x, kernel_size, stride, rule):
    """A window cut with ``x[n, :, …]``: every channel gets the same answer."""
    return windowed(x, kernel_size, stride, lambda window, axis: rule(window, axis=(1, *axis))[:, None])


def images_mixed(x, kernel_size, stride, rule):
    """A window cut with ``x[:, c, …]``: every image gets the same answer."""
    return channels_mixed(x.swapaxes(0, 1), kernel_size, stride, rule).swapaxes(0, 1)


def _max_pool2d(x, kernel_size, stride):
    return ops.max_pool2d_forward(x, kernel_size=kernel_size, stride=stride)[0]


def _from_zero(x, kernel_size, stride):
    """A running maximum that starts at zero."""
    return np.maximum(_max_pool2d(x, kernel_size, stride), 0)


def _hanging(x, kernel_size, stride):
    return ops.max_pool2d_forward(x, kernel_size=kernel_size, stride=stride, ceil_mode=True)[0]


def _largest_or_zero(window, axis):
    return window.max(axis) if window.size else 0


def _stride_one(x, kernel_size, stride):
    return _max_pool2d(x, kernel_size, 1)


max_pool2d = Exercise(
    name="max_pool2d",
    lesson=LESSON,
    reference=_max_pool2d,
    inputs=batches,
    takes="x[N C H W]",
    returns="y[N C H_out W_out]",
    mistakes=(
        Mistake(
            "the mean instead of the maximum",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, np.mean),
            "Each window gave its mean. Here its largest number is wanted; the mean comes in the next exercise.",
        ),
        Mistake(
            "the minimum instead of the maximum",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, np.min),
            "Each window gave its smallest number.",
        ),
        Mistake(
            "a maximum that starts at zero",
            _from_zero,
            "Where all numbers of a window are negative you give 0. A running maximum that starts at zero never goes below it: "
            "what is the smallest number to start from?",
        ),
        Mistake(
            "a maximum that starts at minus one",
            lambda x, kernel_size, stride: np.maximum(_max_pool2d(x, kernel_size, stride), -1),
            "Where all numbers of a window are below −1 you give −1. No fixed number is small enough to start from: start from "
            "the window's first cell, or from −np.inf.",
        ),
        Mistake(
            "the largest size without its sign",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, lambda window, axis: np.abs(window).max(axis)),
            "Signs are lost: a large negative number won as if it were positive. −5 is less than 1.",
        ),
        Mistake(
            "the first cell of each window",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, lambda window, axis: window[:, :, 0, 0]),
            "Each window gave its upper left cell. That is skipping, not pooling: the other cells were never looked at.",
        ),
        Mistake(
            "stride forgotten where the window is cut",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, np.max, step=1),
            "The size is right, but the windows stand one cell apart. Place p starts stride times further on than p.",
        ),
        Mistake(
            "windows set side by side",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, _largest_or_zero, step=kernel_size),
            "The windows stand as far apart as they are long, whatever the stride. With a smaller stride they overlap, with a "
            "larger one they leave gaps.",
        ),
        Mistake(
            "stride ignored",
            _stride_one,
            "There is a window at every cell: the answer for stride 1.",
        ),
        Mistake(
            "stride taken from the window",
            lambda x, kernel_size, stride: _max_pool2d(x, kernel_size, kernel_size),
            "The stride does not appear in your answer: the size of the window was used in its place.",
        ),
        Mistake(
            "a window hanging over the edge",
            _hanging,
            "There is a window too many: the last one hangs over the edge. Only whole windows count, as in convolution.",
        ),
        Mistake(
            "last window missing",
            lambda x, kernel_size, stride: _max_pool2d(x, kernel_size, stride)[:, :, :-1, :-1],
            "The last row and column of windows are missing. The division counts steps; there is one place more.",
        ),
        Mistake(
            "windows one cell too short",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, np.max, reach=-1),
            "The last row and column of each window were left out. The end of a slice is not part of it.",
        ),
        Mistake(
            "windows one cell too long",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, np.max, reach=1),
            "Each window reaches one cell too far down and to the right. The end of a slice is not part of it.",
        ),
        Mistake(
            "axes forgotten",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, lambda window, axis: window.max()),
            "All images and channels hold the same numbers: the maximum ran over all four axes of a window, not only over its "
            "rows and columns.",
        ),
        Mistake(
            "channels mixed",
            lambda x, kernel_size, stride: channels_mixed(x, kernel_size, stride, np.max),
            "All channels of an image hold the same numbers: the maximum was taken over the channels too. Pooling treats each "
            "channel on its own.",
        ),
        Mistake(
            "images mixed",
            lambda x, kernel_size, stride: images_mixed(x, kernel_size, stride, np.max),
            "All images of the batch hold the same numbers: the maximum was taken over the batch too.",
        ),
        Mistake(
            "only the first place filled",
            lambda x, kernel_size, stride: only_first(_max_pool2d(x, kernel_size, stride)),
            "All places but the first are zero. Does the line with return stand inside the loop?",
        ),
        Mistake(
            "one image only",
            lambda x, kernel_size, stride: _max_pool2d(x, kernel_size, stride) * (np.arange(len(x)) == 0)[:, None, None, None],
            "Only image 0 was pooled; the others are zero. The loop must run over the batch too.",
        ),
        Mistake(
            "one channel only",
            lambda x, kernel_size, stride: _max_pool2d(x, kernel_size, stride) * (np.arange(x.shape[1]) == 0)[:, None, None],
            "Only channel 0 was pooled; the others are zero. The loop must run over the channels too.",
        ),
        Mistake(
            "rows and columns exchanged",
            lambda x, kernel_size, stride: _max_pool2d(x, kernel_size, stride).swapaxes(2, 3),
            "Your result lies on its side: rows of the result come from columns of the image.",
        ),
    ),
)
