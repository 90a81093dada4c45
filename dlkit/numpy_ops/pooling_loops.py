"""Pooling as the formula says it: a loop for every index. Slow, readable, and under the same tests as the fast one."""

from itertools import product

import numpy as np

from dlkit.numpy_ops.pooling import IMAGE, counts, prepare
from dlkit.shapes import expect_upstream


def _windows(shape: tuple[int, ...], g):
    """Every window: its output index (n, c, p, q) and the pixels under it in reading order; padding has none."""
    for n, c, p, q in np.ndindex(*shape[:2], *g.out):
        rows, columns = (
            [pixel for i in range(f) if 0 <= (pixel := place * s + i * d - b) < size]
            for place, f, s, d, b, size in zip((p, q), g.kernel, g.stride, g.dilation, g.before, shape[2:], strict=True)
        )
        yield (n, c, p, q), [(n, c, row, column) for row, column in product(rows, columns)]


def max_pool2d_loops_forward(x: np.ndarray, *, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Look at every pixel of every window and keep the largest: the same numbers as ``max_pool2d_forward``.

    y[n, c, p, q] = max over i, j of x[n, c, p·stride + i·dilation − padding, q·stride + j·dilation − padding]

    Parameters
    ----------
    x : np.ndarray, shape (N, C, H, W)
    kernel_size, stride, padding, dilation, ceil_mode
        As in :func:`dlkit.numpy_ops.pooling.max_pool2d_forward`.

    Returns
    -------
    y : np.ndarray, shape (N, C, H_out, W_out)
    cache : tuple
        For :func:`max_pool2d_loops_backward`.

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`dlkit.numpy_ops.pooling.max_pool2d_forward`.

    Lesson: 06_pooling
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 9.3.
    """
    options = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil_mode}
    g = prepare("max_pool2d_loops_forward", IMAGE, x, **options)
    y, winner = np.empty((*x.shape[:2], *g.out), x.dtype), {}  # (N, C, H_out, W_out)
    for here, pixels in _windows(x.shape, g):
        best = pixels[0]
        for pixel in pixels[1:]:
            if x[pixel] > x[best] or np.isnan(x[pixel]):
                best = pixel
        y[here], winner[here] = x[best], best
    return y, (winner, x.shape, y.shape, x.dtype)


def max_pool2d_loops_backward(dy: np.ndarray, cache: tuple):
    """Give each winner the gradient of the window it won.

    Parameters
    ----------
    dy : np.ndarray, shape (N, C, H_out, W_out)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`max_pool2d_loops_forward`.

    Returns
    -------
    np.ndarray, shape (N, C, H, W)

    Raises
    ------
    ShapeError, TypeError
        As in :func:`dlkit.numpy_ops.pooling.max_pool2d_backward`.

    Lesson: 06_pooling
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 9.3.
    """
    winner, shape, out_shape, dtype = cache
    dy = expect_upstream("max_pool2d_loops_backward", dy, out_shape, dtype)
    dx = np.zeros(shape, dtype)  # (N, C, H, W)
    for here, best in winner.items():
        dx[best] += dy[here]
    return dx


def avg_pool2d_loops_forward(
    x: np.ndarray, *, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
):
    """Add the pixels of every window one by one, and divide: the same numbers as ``avg_pool2d_forward``.

    y[n, c, p, q] = Σ_i Σ_j x[n, c, p·stride + i − padding, q·stride + j − padding] / count[p, q]

    Parameters
    ----------
    x : np.ndarray, shape (N, C, H, W)
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        As in :func:`dlkit.numpy_ops.pooling.avg_pool2d_forward`.

    Returns
    -------
    y : np.ndarray, shape (N, C, H_out, W_out)
    cache : tuple
        For :func:`avg_pool2d_loops_backward`.

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`dlkit.numpy_ops.pooling.avg_pool2d_forward`.

    Lesson: 06_pooling
    Source: LeCun, Bottou, Bengio and Haffner, 1998, Gradient-based learning applied to document recognition, section II.B.
    """
    where = "avg_pool2d_loops_forward"
    g = prepare(where, IMAGE, x, kernel_size=kernel_size, stride=stride, padding=padding, ceil_mode=ceil_mode)
    count = counts(where, x.shape[2:], g, count_include_pad=count_include_pad, divisor_override=divisor_override)
    y = np.zeros((*x.shape[:2], *g.out), x.dtype)  # (N, C, H_out, W_out)
    for here, pixels in _windows(x.shape, g):
        for pixel in pixels:
            y[here] += x[pixel]
        y[here] /= count[here[2:]]
    return y, (x.shape, x.dtype, count, g)


def avg_pool2d_loops_backward(dy: np.ndarray, cache: tuple):
    """Give every pixel of a window its share of the gradient.

    Parameters
    ----------
    dy : np.ndarray, shape (N, C, H_out, W_out)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`avg_pool2d_loops_forward`.

    Returns
    -------
    np.ndarray, shape (N, C, H, W)

    Raises
    ------
    ShapeError, TypeError
        As in :func:`dlkit.numpy_ops.pooling.avg_pool2d_backward`.

    Lesson: 06_pooling
    Source: LeCun, Bottou, Bengio and Haffner, 1998, Gradient-based learning applied to document recognition, section II.B.
    """
    shape, dtype, count, g = cache
    dy = expect_upstream("avg_pool2d_loops_backward", dy, (*shape[:2], *g.out), dtype)
    dx = np.zeros(shape, dtype)  # (N, C, H, W)
    for here, pixels in _windows(shape, g):
        for pixel in pixels:
            dx[pixel] += dy[here] / count[here[2:]]
    return dx
