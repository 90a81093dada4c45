"""Convolution as the formula says it: a loop for every index. Slow, readable, and under the same tests as the fast one."""

import numpy as np

from dlkit.numpy_ops.convolution import IMAGE, out_sizes, prepare, prepare_transposed
from dlkit.shapes import expect_floats, expect_shapes, expect_upstream


def _windows(x: np.ndarray, w: np.ndarray, g, groups: int):
    """Every place a filter looks at: its output index (n, o, p, q) and the slices of the padded images under it."""
    c, per_group = w.shape[1], len(w) // groups
    (s, t), (d, e) = g.stride, g.dilation
    for n in range(len(x)):
        for o in range(len(w)):
            first = o // per_group * c  # the first channel of the filter's group
            for p in range(g.out[0]):
                for q in range(g.out[1]):
                    rows = slice(p * s, p * s + d * (w.shape[2] - 1) + 1, d)
                    columns = slice(q * t, q * t + e * (w.shape[3] - 1) + 1, e)
                    yield (n, o, p, q), (n, slice(first, first + c), rows, columns)


def conv2d_loops_forward(
    x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, *, stride=1, padding=0, dilation=1, groups=1
):
    """Convolve with a Python loop for every output pixel: the same numbers as ``conv2d_forward``, some hundred times slower.

    y[n, o, p, q] = b[o] + Σ_c Σ_i Σ_j x[n, c, p·stride + i·dilation − padding, q·stride + j·dilation − padding] · w[o, c, i, j]

    Parameters
    ----------
    x : np.ndarray, shape (N, C_in, H, W)
    w : np.ndarray, shape (C_out, C_in / groups, KH, KW)
    b : np.ndarray, shape (C_out,), optional
    stride, padding, dilation, groups
        As in :func:`dlkit.numpy_ops.convolution.conv2d_forward`.

    Returns
    -------
    y : np.ndarray, shape (N, C_out, H_out, W_out)
    cache : tuple
        For :func:`conv2d_loops_backward`.

    Raises
    ------
    ShapeError, TypeError
        As in :func:`dlkit.numpy_ops.convolution.conv2d_forward`.

    Lesson: 05_convolution
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, equation 9.6.
    """
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    g, groups = prepare("conv2d_loops_forward", IMAGE, x, w, b, **options)
    padded = np.zeros((*x.shape[:2], *g.padded), x.dtype)  # (N, C_in, H + padding, W + padding)
    padded[:, :, *g.inner(x)] = x
    y = np.zeros((len(x), len(w), *g.out), x.dtype)  # (N, C_out, H_out, W_out)
    for here, window in _windows(x, w, g, groups):
        y[here] = (padded[window] * w[here[1]]).sum()
        if b is not None:
            y[here] += b[here[1]]
    return y, (x, padded, w, b is not None, g, groups)


def conv2d_loops_backward(dy: np.ndarray, cache: tuple):
    """Walk the same loop back: each output pixel hands its gradient to the window and the filter it came from.

    For every (n, o, p, q): the window of dx gains dy[n, o, p, q] · w[o], and dw[o] gains dy[n, o, p, q] · window of x.

    Parameters
    ----------
    dy : np.ndarray, shape (N, C_out, H_out, W_out)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`conv2d_loops_forward`.

    Returns
    -------
    dx : np.ndarray, shape (N, C_in, H, W)
    dw : np.ndarray, shape (C_out, C_in / groups, KH, KW)
    db : np.ndarray, shape (C_out,), or None where there was no ``b``

    Raises
    ------
    ShapeError, TypeError
        As in :func:`dlkit.numpy_ops.convolution.conv2d_backward`.

    Lesson: 05_convolution
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 9.5.
    """
    x, padded, w, has_bias, g, groups = cache
    expect_shapes("conv2d_loops_backward", "dy[N C_out H_out W_out]", dy, owner="y", **out_sizes(x, w, g))
    expect_floats("conv2d_loops_backward", x=x, dy=dy)
    dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
    for here, window in _windows(x, w, g, groups):
        dpadded[window] += dy[here] * w[here[1]]
        dw[here[1]] += dy[here] * padded[window]
    return dpadded[:, :, *g.inner(x)], dw, (dy.sum(axis=(0, 2, 3)) if has_bias else None)


def conv_transpose2d_loops_forward(
    x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """Spread every pixel over a window with a Python loop for each: the same numbers as ``conv_transpose2d_forward``.

    y[n, o, p·stride + i·dilation − padding, q·stride + j·dilation − padding] += x[n, c, p, q] · w[c, o, i, j], from y = b[o]

    Parameters
    ----------
    x : np.ndarray, shape (N, C_in, H, W)
    w : np.ndarray, shape (C_in, C_out / groups, KH, KW)
    b : np.ndarray, shape (C_out,), optional
    stride, padding, output_padding, groups, dilation
        As in :func:`dlkit.numpy_ops.convolution.conv_transpose2d_forward`.

    Returns
    -------
    y : np.ndarray, shape (N, C_out, H_out, W_out)
    cache : tuple
        For :func:`conv_transpose2d_loops_backward`.

    Raises
    ------
    ShapeError, TypeError
        As in :func:`dlkit.numpy_ops.convolution.conv_transpose2d_forward`.

    Lesson: 10_segmentation
    Source: Dumoulin and Visin, 2016, A guide to convolution arithmetic for deep learning, section 4.
    """
    options = {"stride": stride, "padding": padding, "output_padding": output_padding, "groups": groups, "dilation": dilation}
    sizes, g, groups = prepare_transposed("conv_transpose2d_loops_forward", x, w, b, **options)
    padded = np.zeros((*sizes[:2], *g.padded), x.dtype)  # (N, C_out, H_out + 2·padding, W_out + 2·padding)
    for here, window in _windows(x, w, g, groups):  # here is a pixel of x, window where it is spread in y
        padded[window] += x[here] * w[here[1]]
    y = padded[:, :, g.before[0] : g.before[0] + sizes[2], g.before[1] : g.before[1] + sizes[3]]
    if b is not None:
        y += b[:, None, None]
    return y, (x, w, b is not None, sizes, g, groups)


def conv_transpose2d_loops_backward(dy: np.ndarray, cache: tuple):
    """Walk the same loop back: each pixel of the input takes its gradient from the window it was spread over.

    For every (n, c, p, q): dx[n, c, p, q] = Σ window of dy · w[c], and dw[c] gains x[n, c, p, q] · window of dy.

    Parameters
    ----------
    dy : np.ndarray, shape (N, C_out, H_out, W_out)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`conv_transpose2d_loops_forward`.

    Returns
    -------
    dx : np.ndarray, shape (N, C_in, H, W)
    dw : np.ndarray, shape (C_in, C_out / groups, KH, KW)
    db : np.ndarray, shape (C_out,), or None where there was no ``b``

    Raises
    ------
    ShapeError, TypeError
        As in :func:`dlkit.numpy_ops.convolution.conv_transpose2d_backward`.

    Lesson: 10_segmentation
    Source: Dumoulin and Visin, 2016, A guide to convolution arithmetic for deep learning, section 4.
    """
    x, w, has_bias, sizes, g, groups = cache
    dy = expect_upstream("conv_transpose2d_loops_backward", dy, sizes, x.dtype)
    padded = np.zeros((*sizes[:2], *g.padded), x.dtype)  # (N, C_out, H_out + 2·padding, W_out + 2·padding)
    padded[:, :, *g.inner(dy)] = dy
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for here, window in _windows(x, w, g, groups):
        dx[here] = (padded[window] * w[here[1]]).sum()
        dw[here[1]] += x[here] * padded[window]
    return dx, dw, (dy.sum(axis=(0, 2, 3)) if has_bias else None)
