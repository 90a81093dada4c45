"""Means: of windows, of whole channels, and of windows that adapt to the size asked for."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.pooling.maximum import LESSON, batches, channels_mixed, images_mixed, only_first, windowed
from dlkit.numpy_ops import pooling as ops


def _avg_pool2d(x, kernel_size, stride):
    return ops.avg_pool2d_forward(x, kernel_size=kernel_size, stride=stride)[0]


def _never_reset(x, kernel_size, stride):
    """A running sum that is not set back to zero between windows."""
    sums = _avg_pool2d(x, kernel_size, stride) * kernel_size**2
    return np.cumsum(sums.ravel()).reshape(sums.shape) / kernel_size**2


avg_pool2d = Exercise(
    name="avg_pool2d",
    lesson=LESSON,
    reference=_avg_pool2d,
    inputs=batches,
    takes="x[N C H W]",
    returns="y[N C H_out W_out]",
    mistakes=(
        Mistake(
            "twice the side instead of its square",
            lambda x, kernel_size, stride: _avg_pool2d(x, kernel_size, stride) * kernel_size / 2,
            "The sum was divided by twice the side of the window: right for 2×2 only. A window has kernel_size ** 2 cells.",
        ),
        Mistake(
            "the sum instead of the mean",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, np.sum),
            "Each window gave its sum. A mean is the sum divided by the number of cells.",
        ),
        Mistake(
            "divided by the side of the window",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, np.sum) / kernel_size,
            "The sum was divided by the side of the window. How many cells has a window of that side?",
        ),
        Mistake(
            "divided by the stride",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, np.sum) / stride**2,
            "The sum was divided by stride·stride. How far windows stand apart says nothing about how many cells each has.",
        ),
        Mistake(
            "divided twice",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, np.mean) / kernel_size**2,
            "The mean was divided by the number of cells once more.",
        ),
        Mistake(
            "divided down to a whole number",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, np.sum) // kernel_size**2,
            "Every result is a whole number: // rounds down. Use / for a mean.",
        ),
        Mistake(
            "the maximum instead of the mean",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, np.max),
            "Each window gave its largest number: that was the last exercise.",
        ),
        Mistake(
            "the median instead of the mean",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, np.median),
            "Each window gave its median. A mean adds all cells and divides by their number.",
        ),
        Mistake(
            "the sum never set back",
            _never_reset,
            "Each result still holds all earlier windows. Start the sum at zero again for every window.",
        ),
        Mistake(
            "stride forgotten where the window is cut",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, np.mean, step=1),
            "The size is right, but the windows stand one cell apart. Place p starts stride times further on than p.",
        ),
        Mistake(
            "stride ignored",
            lambda x, kernel_size, stride: _avg_pool2d(x, kernel_size, 1),
            "There is a window at every cell: the answer for stride 1.",
        ),
        Mistake(
            "stride taken from the window",
            lambda x, kernel_size, stride: _avg_pool2d(x, kernel_size, kernel_size),
            "The stride does not appear in your answer: the size of the window was used in its place.",
        ),
        Mistake(
            "windows one cell too short",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, np.mean, reach=-1),
            "The last row and column of each window were left out. The end of a slice is not part of it.",
        ),
        Mistake(
            "windows one cell too long",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, np.mean, reach=1),
            "Each window reaches one cell too far down and to the right. The end of a slice is not part of it.",
        ),
        Mistake(
            "axes forgotten",
            lambda x, kernel_size, stride: windowed(x, kernel_size, stride, lambda window, axis: window.mean()),
            "All images and channels hold the same numbers: the mean ran over all four axes of a window, not only over its "
            "rows and columns.",
        ),
        Mistake(
            "channels mixed",
            lambda x, kernel_size, stride: channels_mixed(x, kernel_size, stride, np.mean),
            "All channels of an image hold the same numbers: the mean was taken over the channels too.",
        ),
        Mistake(
            "images mixed",
            lambda x, kernel_size, stride: images_mixed(x, kernel_size, stride, np.mean),
            "All images of the batch hold the same numbers: the mean was taken over the batch too.",
        ),
        Mistake(
            "only the first place filled",
            lambda x, kernel_size, stride: only_first(_avg_pool2d(x, kernel_size, stride)),
            "All places but the first are zero. Does the line with return stand inside the loop?",
        ),
    ),
)


def _feature_maps(rng):
    shapes = [*(distinct_sizes(rng, 4, 2, 7) for _ in range(4)), [1, 1, 1, 1]]
    return [Call((rng.standard_normal(shape),)) for shape in shapes]


global_avg_pool = Exercise(
    name="global_avg_pool",
    lesson=LESSON,
    reference=lambda x: x.mean(axis=(2, 3)),
    inputs=_feature_maps,
    takes="x[N C H W]",
    returns="y[N C]",
    mistakes=(
        Mistake(
            "channels and rows averaged",
            lambda x: x.mean(axis=(1, 2)),
            "Axes 1 and 2 were averaged, channels and rows: images by columns are left. Rows and columns are axes 2 and 3.",
        ),
        Mistake(
            "channels and columns averaged",
            lambda x: x.mean(axis=(1, 3)),
            "Axes 1 and 3 were averaged, channels and columns: images by rows are left. Rows and columns are axes 2 and 3.",
        ),
        Mistake(
            "axes of size one kept",
            lambda x: x.mean(axis=(2, 3), keepdims=True),
            "The numbers are right, but two axes of size one were kept. Here a table is wanted: a row an image, a number a "
            "channel.",
        ),
        Mistake(
            "the batch averaged too",
            lambda x: x.mean(axis=(0, 2, 3)),
            "The mean ran over the images too. Each image keeps its own numbers.",
        ),
        Mistake(
            "the channels averaged too",
            lambda x: x.mean(axis=(1, 2, 3)),
            "The mean ran over the channels too: one number an image. Each channel keeps its own.",
        ),
        Mistake(
            "one mean for everything",
            lambda x: x.mean(),
            "One number came back for the whole batch. Which axes should disappear, and which should stay?",
        ),
        Mistake(
            "rows averaged only",
            lambda x: x.mean(axis=2),
            "Only axis 2, the rows, was averaged; the columns are still there.",
        ),
        Mistake(
            "columns averaged only",
            lambda x: x.mean(axis=3),
            "Only axis 3, the columns, was averaged; the rows are still there.",
        ),
        Mistake(
            "the first two axes averaged",
            lambda x: x.mean(axis=(0, 1)),
            "Batch and channels were averaged away and the picture is left. It is the other way round.",
        ),
        Mistake(
            "the sum instead of the mean",
            lambda x: x.sum(axis=(2, 3)),
            "Each channel gave its sum, so a larger image gives larger numbers. Divide by the number of pixels.",
        ),
        Mistake(
            "divided by the height only",
            lambda x: x.sum(axis=(2, 3)) / x.shape[2],
            "The sum was divided by the height only.",
        ),
        Mistake(
            "divided by height plus width",
            lambda x: x.sum(axis=(2, 3)) / (x.shape[2] + x.shape[3]),
            "The sum was divided by H + W. How many pixels has an image of H rows and W columns?",
        ),
        Mistake(
            "divided twice",
            lambda x: x.mean(axis=(2, 3)) / (x.shape[2] * x.shape[3]),
            "The mean was divided by the number of pixels once more.",
        ),
        Mistake(
            "the maximum instead of the mean",
            lambda x: x.max(axis=(2, 3)),
            "Each channel gave its largest number: that is global max pooling.",
        ),
        Mistake(
            "rows and columns of the table exchanged",
            lambda x: x.mean(axis=(2, 3)).T,
            "The table has a row for each channel; it should have a row for each image.",
        ),
    ),
)


def _binned(x, output_size, first, last, rule=np.mean):
    """Average x over rows ``first(p, H, H_out)`` to ``last(p, H, H_out)``, and columns likewise."""
    y = np.zeros((*x.shape[:2], *output_size), x.dtype)
    h, w = x.shape[2:]
    for p in range(output_size[0]):
        for q in range(output_size[1]):
            rows = slice(first(p, h, output_size[0]), last(p, h, output_size[0]))
            columns = slice(first(q, w, output_size[1]), last(q, w, output_size[1]))
            y[:, :, p, q] = rule(x[:, :, rows, columns], axis=(2, 3))
    return y


def _start(p, n, count):
    return p * n // count


def _end(p, n, count):
    return -(-(p + 1) * n // count)


def _split(p, n, count):
    """Where np.array_split begins part p: the first parts are the longer ones."""
    return p * (n // count) + min(p, n % count)


def _rest(p, n, count):
    """The end of equal parts of which the last takes what is left over."""
    return n if p == count - 1 else (p + 1) * (n // count)


def _grids(rng):
    calls = []
    for shape, size in (((7, 9), (3, 4)), ((8, 11), (5, 3)), ((10, 7), (4, 5))):
        n, c = distinct_sizes(rng, 2, 2, 5)
        grow = int(rng.integers(0, 2)) * np.array(size)  # a whole number of windows more leaves the same remainder
        calls.append(Call((rng.standard_normal((n, c, *(np.array(shape) + grow))), size)))
    n, c = distinct_sizes(rng, 2, 2, 5)
    calls.append(Call((rng.standard_normal((n, c, 6, 8)), (3, 2))))  # sizes that divide
    return [*calls, Call((rng.standard_normal((1, 1, 5, 3)), (1, 1)))]


adaptive_avg_pool2d = Exercise(
    name="adaptive_avg_pool2d",
    lesson=LESSON,
    reference=lambda x, output_size: ops.adaptive_avg_pool2d_forward(x, output_size=output_size)[0],
    inputs=_grids,
    takes="x[N C H W]",
    returns="y[N C H_out W_out]",
    mistakes=(
        Mistake(
            "right starts, all windows as long as the longest",
            lambda x, output_size: _binned(x, output_size, _start, lambda p, n, count: p * n // count - (-n // count)),
            "The starts are right, but all windows are equally long, H / H_out rounded up. The end has a formula of its own.",
        ),
        Mistake(
            "starts of equal steps",
            lambda x, output_size: _binned(x, output_size, lambda p, n, count: p * (n // count), _end),
            "The ends are right, but the starts are p times a rounded step. Multiply first, then round: p·H // H_out.",
        ),
        Mistake(
            "ends rounded down",
            lambda x, output_size: _binned(x, output_size, _start, lambda p, n, count: (p + 1) * n // count),
            "Starts are right, but the ends were rounded down too, so no two windows share a cell. An end is rounded up.",
        ),
        Mistake(
            "one added to every end",
            lambda x, output_size: _binned(x, output_size, _start, lambda p, n, count: (p + 1) * n // count + 1),
            "One was added to every end after rounding down. That is rounding up only where the division leaves a "
            "rest; where it "
            "does not, the window is now a cell too long.",
        ),
        Mistake(
            "starts rounded up",
            lambda x, output_size: _binned(x, output_size, lambda p, n, count: -(-p * n // count), _end),
            "The starts were rounded up. A cell that belongs partly to a window is part of it: a start is rounded down.",
        ),
        Mistake(
            "starts and ends rounded to the nearest",
            lambda x, output_size: _binned(
                x, output_size, lambda p, n, count: round(p * n / count), lambda p, n, count: round((p + 1) * n / count)
            ),
            "Starts and ends were rounded to the nearest cell. A start is rounded down, an end up.",
        ),
        Mistake(
            "equal windows, the rest dropped",
            lambda x, output_size: _binned(
                x, output_size, lambda p, n, count: p * (n // count), lambda p, n, count: (p + 1) * (n // count)
            ),
            "All windows are equally long and the last cells of the image are never seen. Start and end must be computed from "
            "p·H / H_out.",
        ),
        Mistake(
            "the last window takes the rest",
            lambda x, output_size: _binned(x, output_size, lambda p, n, count: p * (n // count), _rest),
            "All windows are equally long but the last, which takes what is left over. Here the lengths differ by one at most.",
        ),
        Mistake(
            "split into longer windows first",
            lambda x, output_size: _binned(x, output_size, _split, lambda p, n, count: _split(p + 1, n, count)),
            "The image was split as np.array_split does it, the longer parts first. Here every start is p·H / H_out "
            "rounded down, "
            "and every end is rounded up.",
        ),
        Mistake(
            "the end one cell too far",
            lambda x, output_size: _binned(x, output_size, _start, lambda p, n, count: min(n, _end(p, n, count) + 1)),
            "Each window reaches one cell too far. The end of a slice is not part of it.",
        ),
        Mistake(
            "the sum instead of the mean",
            lambda x, output_size: _binned(x, output_size, _start, _end, np.sum),
            "Each window gave its sum.",
        ),
        Mistake(
            "the maximum instead of the mean",
            lambda x, output_size: _binned(x, output_size, _start, _end, np.max),
            "Each window gave its largest number.",
        ),
        Mistake(
            "every window divided by the same number",
            lambda x, output_size: _binned(x, output_size, _start, _end, np.sum) * np.prod(output_size) / np.prod(x.shape[2:]),
            "Every sum was divided by H·W / (H_out·W_out). The windows differ in size: divide each by its own number of cells.",
        ),
        Mistake(
            "height and width exchanged",
            lambda x, output_size: _binned(x, output_size[::-1], _start, _end),
            "The result is W_out rows by H_out columns: output_size gives the rows first.",
        ),
        Mistake(
            "only the first place filled",
            lambda x, output_size: _first_place(_binned(x, output_size, _start, _end)),
            "All places but the first are zero. Does the line with return stand inside the loop?",
        ),
    ),
)


def _first_place(y):
    left = np.zeros_like(y)
    left[:, :, 0, 0] = y[:, :, 0, 0]
    return left
