"""Convolution of images, forward and backward.

Deep learning says convolution and computes cross-correlation: the filter slides along without being flipped.
"""

import numpy as np

from dlkit.numpy_ops.convolution.columns import (
    IMAGE,
    collect,
    correlate_filters,
    distribute,
    fold,
    matrices,
    out_sizes,
    prepare,
    unfold,
    widen,
)
from dlkit.numpy_ops.windows import Windows
from dlkit.shapes import expect_floats, expect_shapes


def conv2d_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, *, stride=1, padding=0, dilation=1, groups=1):
    """Slide C_out small filters over a batch of images, taking a dot product at every place.

    y[n, o, p, q] = b[o] + Σ_c Σ_i Σ_j x[n, c, p·stride + i·dilation − padding, q·stride + j·dilation − padding] · w[o, c, i, j]

    Parameters
    ----------
    x : np.ndarray, shape (N, C_in, H, W)
        The images.
    w : np.ndarray, shape (C_out, C_in / groups, KH, KW)
        The filters; each spans the full depth of its group.
    b : np.ndarray, shape (C_out,), optional
        One offset a filter; ``None`` for none.
    stride : int or pair of int
        Pixels from one window to the next.
    padding : int, pair of int, "same" or "valid"
        Zeros on each side. "same" keeps H and W (stride 1 only), "valid" adds none.
    dilation : int or pair of int
        Pixels from one tap of the filter to the next.
    groups : int
        Channels are split into so many groups that do not see each other.

    Returns
    -------
    y : np.ndarray, shape (N, C_out, H_out, W_out)
    cache : tuple
        For :func:`conv2d_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit, the kernel is larger than the padded image, or groups do not divide the channels.
    TypeError
        For anything but floating-point arrays of one dtype, or options that are not whole numbers.

    Notes
    -----
    The images are unfolded into columns (im2col), a few at a time so that they stay in the processor's cache, and one
    matrix product a chunk does the arithmetic.

    Lesson: 05_convolution
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 9.1; Chellapilla, Puri and Simard, 2006, section 4.
    """
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    g, groups = prepare("conv2d_forward", IMAGE, x, w, b, **options)
    return correlate(x, w, b, g, groups), (x, w, b is not None, g, groups)


def correlate(x, w, b, g: Windows, groups: int) -> np.ndarray:
    """Convolve checked arrays ``x``, ``w`` and ``b`` over the windows ``g`` in ``groups``."""
    rows = matrices(w, groups)  # (groups, C_out / groups, K)
    y = np.empty((len(x), len(w), *g.out), x.dtype)  # (N, C_out, H_out, W_out)
    for images, columns in unfold(x, g):
        collect(rows, columns, g, y[images])
    if b is not None:
        y += b[:, None, None]
    return y


def conv2d_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of a convolution back to the images, the filters and the offsets.

    dw[o, c, i, j] = Σ_n Σ_p Σ_q dy[n, o, p, q] · x[n, c, p·stride + i·dilation − padding, …]: the input slid under dy.
    dx: every window gets its dy times the filter back, and overlapping windows add. db[o] = Σ_n Σ_p Σ_q dy[n, o, p, q].

    Parameters
    ----------
    dy : np.ndarray, shape (N, C_out, H_out, W_out)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`conv2d_forward`.

    Returns
    -------
    dx : np.ndarray, shape (N, C_in, H, W)
    dw : np.ndarray, shape (C_out, C_in / groups, KH, KW)
    db : np.ndarray, shape (C_out,), or None where there was no ``b``

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 05_convolution
    Source: Dumoulin and Visin, 2016, A guide to convolution arithmetic for deep learning, section 4.
    """
    x, w, has_bias, g, groups = cache
    expect_shapes("conv2d_backward", "dy[N C_out H_out W_out]", dy, owner="y", **out_sizes(x, w, g))
    expect_floats("conv2d_backward", x=x, dy=dy)
    return correlate_backward(dy, x, w, has_bias, g, groups)


def correlate_backward(dy, x, w, has_bias: bool, g: Windows, groups: int):
    """Send a checked ``dy`` back through :func:`correlate` of ``x``, ``w``, ``g`` and ``groups``; ``has_bias`` asks for db."""
    rows, dx = matrices(w, groups), np.empty(x.shape, x.dtype)
    dw = np.zeros_like(rows)  # (groups, C_out / groups, K)
    for images, columns in unfold(x, g):
        wide = widen(dy[images], g, groups)  # (n, groups, C_out / groups, H_out·row)
        dw += correlate_filters(columns, wide)
        distribute(rows, wide, columns)  # the columns have served: their buffer takes their gradient
        dx[images] = fold(columns, g, x.shape[2:])
    return dx, dw.reshape(w.shape), (dy.sum(axis=(0, 2, 3)) if has_bias else None)
