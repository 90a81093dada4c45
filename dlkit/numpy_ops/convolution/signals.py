"""Convolution of signals, forward and backward: that of images one pixel high."""

import numpy as np

from dlkit.numpy_ops.convolution.columns import SIGNAL, prepare
from dlkit.numpy_ops.convolution.images import correlate, correlate_backward
from dlkit.shapes import expect_floats, expect_shapes


def conv1d_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, *, stride=1, padding=0, dilation=1, groups=1):
    """Slide C_out filters along a batch of signals: ``conv2d_forward`` on images one pixel high.

    y[n, o, p] = b[o] + Σ_c Σ_i x[n, c, p·stride + i·dilation − padding] · w[o, c, i]

    Parameters
    ----------
    x : np.ndarray, shape (N, C_in, L)
    w : np.ndarray, shape (C_out, C_in / groups, K)
    b : np.ndarray, shape (C_out,), optional
    stride, padding, dilation, groups : int
        As in :func:`dlkit.numpy_ops.convolution.conv2d_forward`; ``padding`` may be "same" or "valid".

    Returns
    -------
    y : np.ndarray, shape (N, C_out, L_out)
    cache : tuple
        For :func:`conv1d_backward`.

    Raises
    ------
    ShapeError, TypeError
        As in :func:`dlkit.numpy_ops.convolution.conv2d_forward`.

    Lesson: 05_convolution
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 9.1.
    """
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    g, groups = prepare("conv1d_forward", SIGNAL, x, w, b, sides=("length",), **options)
    x, w, g = x[:, :, None], w[:, :, None], g.as_image()  # (N, C_in, 1, L), (C_out, C_in / groups, 1, K)
    return correlate(x, w, b, g, groups)[:, :, 0], (x, w, b is not None, g, groups)


def conv1d_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of a convolution along signals back to its input, filters and offsets.

    Parameters
    ----------
    dy : np.ndarray, shape (N, C_out, L_out)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`conv1d_forward`.

    Returns
    -------
    dx : np.ndarray, shape (N, C_in, L)
    dw : np.ndarray, shape (C_out, C_in / groups, K)
    db : np.ndarray, shape (C_out,), or None where there was no ``b``

    Raises
    ------
    ShapeError, TypeError
        As in :func:`dlkit.numpy_ops.convolution.conv2d_backward`.

    Lesson: 05_convolution
    Source: Dumoulin and Visin, 2016, A guide to convolution arithmetic for deep learning, section 4.
    """
    x, w, has_bias, g, groups = cache
    expect_shapes("conv1d_backward", "dy[N C_out L_out]", dy, owner="y", N=len(x), C_out=len(w), L_out=g.out[1])
    expect_floats("conv1d_backward", x=x, dy=dy)
    dx, dw, db = correlate_backward(dy[:, :, None], x, w, has_bias, g, groups)
    return dx[:, :, 0], dw[:, :, 0], db
