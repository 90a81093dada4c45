"""Max pooling, forward and backward: the largest number of every window, and its gradient to where it came from."""

import numpy as np

from dlkit.numpy_ops.pooling.cells import IMAGE, SIGNAL, cells, expect_pixels, first_cells, prepare, windows_overlap
from dlkit.numpy_ops.windows import Windows
from dlkit.shapes import expect_upstream


def max_pool2d_forward(x: np.ndarray, *, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Keep the largest number of every window of a batch of images.

    y[n, c, p, q] = max over i, j of x[n, c, p·stride + i·dilation − padding, q·stride + j·dilation − padding]

    Parameters
    ----------
    x : np.ndarray, shape (N, C, H, W)
        The images.
    kernel_size : int or pair of int
        Height and width of the window.
    stride : int or pair of int, optional
        Pixels from one window to the next; by default the size of the window.
    padding : int or pair of int
        Pixels of −∞ on each side, at most half of the window.
    dilation : int or pair of int
        Pixels from one cell of the window to the next.
    ceil_mode : bool
        Whether a last window may hang over the end.

    Returns
    -------
    y : np.ndarray, shape (N, C, H_out, W_out)
    cache : tuple
        For :func:`max_pool2d_backward`.

    Raises
    ------
    ShapeError
        When the window does not fit, the padding is more than half of it, or an axis but N has no cells.
    TypeError
        For anything but a floating-point array, or options that are not whole numbers.
    ValueError
        When ``ceil_mode`` is neither true nor false.

    Notes
    -----
    Of equal numbers the first in reading order wins, and NaN beats every number, as in PyTorch.

    Lesson: 06_pooling
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 9.3.
    """
    options = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil_mode}
    g = prepare("max_pool2d_forward", IMAGE, x, **options)
    y, winner = _largest(x, g)
    return y, (winner, x.shape, x.dtype, g)


def _largest(x: np.ndarray, g: Windows) -> tuple[np.ndarray, np.ndarray]:
    """The largest number of every window, and the number of the kernel cell that saw it."""
    y = np.full((*x.shape[:2], *g.out), -np.inf, x.dtype)  # (N, C, H_out, W_out)
    winner = np.empty(y.shape, np.min_scalar_type(g.kernel[0] * g.kernel[1]))  # (N, C, H_out, W_out): a byte each, mostly
    down, right = first_cells(g)  # win where all is −∞
    winner[...] = down[:, None] * g.kernel[1] + right
    for k, windows, pixels in cells(g, x.shape):
        here = x[pixels].copy()  # numbers side by side are compared several times as fast
        better = (here > y[windows]) | np.isnan(here)
        # Later cells have larger numbers: the largest that was better is the last. Far faster than winner[better] = k.
        np.maximum(winner[windows], np.multiply(better, k, dtype=winner.dtype), out=winner[windows])
        np.maximum(y[windows], here, out=y[windows])
    return y, winner


def max_pool2d_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of max pooling to the pixel that won each window; the others did not matter.

    dx[n, c, h, w] = Σ dy[n, c, p, q] over the windows (p, q) that pixel (h, w) has won

    Parameters
    ----------
    dy : np.ndarray, shape (N, C, H_out, W_out)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`max_pool2d_forward`.

    Returns
    -------
    np.ndarray, shape (N, C, H, W)

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 06_pooling
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 9.3.
    """
    winner, shape, dtype, g = cache
    dy = expect_upstream("max_pool2d_backward", dy, winner.shape, dtype)
    return _to_winners(dy, winner, shape, g)


def _to_winners(dy: np.ndarray, winner: np.ndarray, shape: tuple[int, ...], g: Windows) -> np.ndarray:
    dx = np.zeros(shape, dy.dtype)  # (N, C, H, W)
    overlap = windows_overlap(g)
    for k, windows, pixels in cells(g, shape):
        won = dy[windows] * (winner[windows] == k)
        if overlap:
            dx[pixels] += won  # windows overlap, but for one kernel cell they do not
        else:
            dx[pixels] = won
    return dx


def max_pool1d_forward(x: np.ndarray, *, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Keep the largest number of every window of a batch of signals: ``max_pool2d`` on images one pixel high.

    y[n, c, p] = max over i of x[n, c, p·stride + i·dilation − padding]

    Parameters
    ----------
    x : np.ndarray, shape (N, C, L)
    kernel_size, stride, padding, dilation, ceil_mode
        As in :func:`max_pool2d_forward`, each one number.

    Returns
    -------
    y : np.ndarray, shape (N, C, L_out)
    cache : tuple
        For :func:`max_pool1d_backward`.

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`max_pool2d_forward`.

    Lesson: 06_pooling
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 9.3.
    """
    options = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil_mode}
    g = prepare("max_pool1d_forward", SIGNAL, x, sides=("length",), **options).as_image()
    y, winner = _largest(x[:, :, None], g)
    return y[:, :, 0], (winner, x.shape, x.dtype, g)


def max_pool1d_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of max pooling to the number that won each window of a signal.

    Parameters
    ----------
    dy : np.ndarray, shape (N, C, L_out)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`max_pool1d_forward`.

    Returns
    -------
    np.ndarray, shape (N, C, L)

    Raises
    ------
    ShapeError, TypeError
        As in :func:`max_pool2d_backward`.

    Lesson: 06_pooling
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 9.3.
    """
    winner, (n, c, length), dtype, g = cache
    dy = expect_upstream("max_pool1d_backward", dy, (n, c, g.out[1]), dtype)
    return _to_winners(dy[:, :, None], winner, (n, c, 1, length), g)[:, :, 0]


def global_max_pool2d_forward(x: np.ndarray):
    """Keep the largest number of every channel: one window as large as the image.

    y[n, c] = max over h, w of x[n, c, h, w]

    Parameters
    ----------
    x : np.ndarray, shape (N, C, H, W)

    Returns
    -------
    y : np.ndarray, shape (N, C)
    cache : tuple
        For :func:`global_max_pool2d_backward`.

    Raises
    ------
    ShapeError
        When ``x`` has not four axes, or an axis but N has no cells.
    TypeError
        For anything but a floating-point array.

    Lesson: 06_pooling
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 9.3.
    """
    expect_pixels("global_max_pool2d_forward", x)
    flat = x.reshape(*x.shape[:2], x.shape[2] * x.shape[3])  # (N, C, H·W)
    winner = flat.argmax(axis=2)[:, :, None]  # (N, C, 1): the first of equal ones
    return np.take_along_axis(flat, winner, axis=2)[:, :, 0], (winner, x.shape, x.dtype)


def global_max_pool2d_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of each channel's maximum to the one pixel that was it.

    Parameters
    ----------
    dy : np.ndarray, shape (N, C)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`global_max_pool2d_forward`.

    Returns
    -------
    np.ndarray, shape (N, C, H, W)

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 06_pooling
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 9.3.
    """
    winner, shape, dtype = cache
    dy = expect_upstream("global_max_pool2d_backward", dy, shape[:2], dtype)
    dx = np.zeros((*shape[:2], shape[2] * shape[3]), dtype)  # (N, C, H·W)
    np.put_along_axis(dx, winner, dy[:, :, None], axis=2)
    return dx.reshape(shape)
