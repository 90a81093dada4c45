"""Convolution as one matrix product: unfolding windows into columns."""

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.convolution.images import (
    FIRST_IMAGE,
    FLIPPED,
    NO_BIAS,
    PADDING_IGNORED,
    STRIDE_IGNORED,
    conv2d,
    convolutions,
    reference_conv2d,
)
from dlkit.exercises.convolution.windows import LESSON
from dlkit.numpy_ops import convolution as ops


def _im2col(x, kh, kw, stride=1, padding=0):
    return ops.im2col(x, (kh, kw), stride=stride, padding=padding)


def _columns(x, kh, kw, stride, padding):
    """The columns with every axis apart: (N, C, KH, KW, H_out, W_out)."""
    span = x.shape[2] + 2 * padding - kh, x.shape[3] + 2 * padding - kw
    return _im2col(x, kh, kw, stride, padding).reshape(*x.shape[:2], kh, kw, span[0] // stride + 1, span[1] // stride + 1)


def _windows(rng):
    calls = []
    for (kh, kw), options in (
        ((2, 3), {}),
        ((3, 2), {"stride": 2}),
        ((3, 3), {"padding": 1}),
        ((2, 4), {"stride": 2, "padding": 1}),
    ):
        n, c = distinct_sizes(rng, 2, 2, 4)
        calls.append(Call((rng.standard_normal((n, c, *distinct_sizes(rng, 2, 6, 9))), kh, kw), options))
    return calls


im2col = Exercise(
    name="im2col",
    lesson=LESSON,
    reference=_im2col,
    inputs=_windows,
    takes="x[N C H W]",
    returns="columns[N C·KH·KW H_out·W_out]",
    mistakes=(
        Mistake(
            "windows as rows",
            lambda x, kh, kw, stride=1, padding=0: _im2col(x, kh, kw, stride, padding).swapaxes(1, 2),
            "Each window became a row. Here a window is a column, so that a filter's row times a column is one output pixel.",
        ),
        Mistake(
            "channels last in a column",
            lambda x, kh, kw, stride=1, padding=0: (
                _columns(x, kh, kw, stride, padding)
                .transpose(0, 2, 3, 1, 4, 5)
                .reshape(_im2col(x, kh, kw, stride, padding).shape)
            ),
            "Inside a column the channel runs fastest. The order must be that of w.reshape(C_out, −1): channel, then "
            "row, then column.",
        ),
        Mistake(
            "kernel cells column by column",
            lambda x, kh, kw, stride=1, padding=0: (
                _columns(x, kh, kw, stride, padding).swapaxes(2, 3).reshape(_im2col(x, kh, kw, stride, padding).shape)
            ),
            "Inside a column the window's cells run downwards first. They should run along a row first, as in "
            "w.reshape(C_out, −1).",
        ),
        Mistake(
            "windows column by column",
            lambda x, kh, kw, stride=1, padding=0: (
                _columns(x, kh, kw, stride, padding).swapaxes(4, 5).reshape(_im2col(x, kh, kw, stride, padding).shape)
            ),
            "The windows are taken downwards first. They should run along a row of the output first.",
        ),
        Mistake(
            "scrambled by reshape",
            lambda x, kh, kw, stride=1, padding=0: (
                _columns(x, kh, kw, stride, padding)
                .transpose(0, 4, 5, 1, 2, 3)
                .reshape(_im2col(x, kh, kw, stride, padding).shape)
            ),
            "The shape is right but the numbers are out of order: reshape only re-reads memory, it never exchanges axes. "
            "Transpose first, then reshape.",
        ),
        Mistake(
            "stride ignored",
            lambda x, kh, kw, stride=1, padding=0: _im2col(x, kh, kw, 1, padding),
            "The windows stand one pixel apart whatever the stride.",
        ),
        Mistake(
            "padding ignored",
            lambda x, kh, kw, stride=1, padding=0: _im2col(x, kh, kw, stride, 0),
            "The windows are those of the image without padding.",
        ),
    ),
)


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
