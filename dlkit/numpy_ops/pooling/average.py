"""Average pooling, forward and backward: the mean of every window, and its gradient shared out evenly."""

import numpy as np

from dlkit.numpy_ops.pooling.cells import IMAGE, SIGNAL, cells, expect_pixels, prepare, windows_overlap
from dlkit.numpy_ops.windows import Windows
from dlkit.shapes import expect_upstream, flag, per_axis, whole


def avg_pool2d_forward(
    x: np.ndarray, *, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
):
    """Take the mean of every window of a batch of images.

    y[n, c, p, q] = Σ_i Σ_j x[n, c, p·stride + i − padding, q·stride + j − padding] / count[p, q]

    Parameters
    ----------
    x : np.ndarray, shape (N, C, H, W)
        The images.
    kernel_size : int or pair of int
        Height and width of the window.
    stride : int or pair of int, optional
        Pixels from one window to the next; by default the size of the window.
    padding : int or pair of int
        Zeros on each side, at most half of the window.
    ceil_mode : bool
        Whether a last window may hang over the end.
    count_include_pad : bool
        Whether the zeros of the padding count as pixels. What hangs over the end beyond the padding never counts.
    divisor_override : int, optional
        Divide by this instead of by the count.

    Returns
    -------
    y : np.ndarray, shape (N, C, H_out, W_out)
    cache : tuple
        For :func:`avg_pool2d_backward`.

    Raises
    ------
    ShapeError
        When the window does not fit, the padding is more than half of it, an axis but N has no cells, or the divisor is
        below 1.
    TypeError
        For anything but a floating-point array, or options that are not whole numbers.
    ValueError
        When ``ceil_mode`` or ``count_include_pad`` is neither true nor false.

    Lesson: 06_pooling
    Source: LeCun, Bottou, Bengio and Haffner, 1998, Gradient-based learning applied to document recognition, section II.B.
    """
    where = "avg_pool2d_forward"
    g = prepare(where, IMAGE, x, kernel_size=kernel_size, stride=stride, padding=padding, ceil_mode=ceil_mode)
    count = counts(where, x.shape[2:], g, count_include_pad=count_include_pad, divisor_override=divisor_override)
    return _means(x, count, g), (x.shape, x.dtype, count, g)


def counts(where: str, sizes: tuple[int, int], g: Windows, *, count_include_pad, divisor_override=None) -> np.ndarray:
    """Count the cells of every window that a mean divides by.

    Parameters
    ----------
    where : str
        The operation's name; it opens the messages.
    sizes : pair of int
        (H, W)
    g : Windows
    count_include_pad, divisor_override
        As in :func:`avg_pool2d_forward`.

    Returns
    -------
    np.ndarray, shape (H_out, W_out)
    """
    flag(where, "count_include_pad", count_include_pad)
    if divisor_override is not None:
        return np.full(g.out, whole(where, "divisor_override", divisor_override, least=1))
    lengths = []
    for n, k, s, b, padded, out in zip(sizes, g.kernel, g.stride, g.before, g.padded, g.out, strict=True):
        start = np.arange(out) * s  # in padded pixels
        low, high = (0, padded) if count_include_pad else (b, b + n)
        lengths.append(np.minimum(start + k, high) - np.maximum(start, low))
    return lengths[0][:, None] * lengths[1]


def _means(x: np.ndarray, count: np.ndarray, g: Windows) -> np.ndarray:
    y = np.zeros((*x.shape[:2], *g.out), x.dtype)  # (N, C, H_out, W_out)
    for _, windows, pixels in cells(g, x.shape):
        y[windows] += x[pixels]
    y /= count.astype(x.dtype)
    return y


def avg_pool2d_backward(dy: np.ndarray, cache: tuple):
    """Share the gradient of every mean out evenly over its window.

    dx[n, c, h, w] = Σ dy[n, c, p, q] / count[p, q] over the windows (p, q) that see pixel (h, w)

    Parameters
    ----------
    dy : np.ndarray, shape (N, C, H_out, W_out)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`avg_pool2d_forward`.

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
    Source: LeCun, Bottou, Bengio and Haffner, 1998, Gradient-based learning applied to document recognition, section II.B.
    """
    shape, dtype, count, g = cache
    dy = expect_upstream("avg_pool2d_backward", dy, (*shape[:2], *g.out), dtype)
    return _shares(dy, shape, count, g)


def _shares(dy: np.ndarray, shape: tuple[int, ...], count: np.ndarray, g: Windows) -> np.ndarray:
    dx = np.zeros(shape, dy.dtype)  # (N, C, H, W)
    share, overlap = dy / count.astype(dy.dtype), windows_overlap(g)  # (N, C, H_out, W_out)
    for _, windows, pixels in cells(g, shape):
        if overlap:
            dx[pixels] += share[windows]  # windows overlap, but for one kernel cell they do not
        else:
            dx[pixels] = share[windows]
    return dx


def avg_pool1d_forward(x: np.ndarray, *, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """Take the mean of every window of a batch of signals: ``avg_pool2d`` on images one pixel high.

    y[n, c, p] = Σ_i x[n, c, p·stride + i − padding] / count[p]

    Parameters
    ----------
    x : np.ndarray, shape (N, C, L)
    kernel_size, stride, padding, ceil_mode, count_include_pad
        As in :func:`avg_pool2d_forward`, each one number.

    Returns
    -------
    y : np.ndarray, shape (N, C, L_out)
    cache : tuple
        For :func:`avg_pool1d_backward`.

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`avg_pool2d_forward`.

    Lesson: 06_pooling
    Source: LeCun, Bottou, Bengio and Haffner, 1998, Gradient-based learning applied to document recognition, section II.B.
    """
    where = "avg_pool1d_forward"
    options = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    g = prepare(where, SIGNAL, x, sides=("length",), **options).as_image()
    count = counts(where, (1, x.shape[2]), g, count_include_pad=count_include_pad)
    return _means(x[:, :, None], count, g)[:, :, 0], (x.shape, x.dtype, count, g)


def avg_pool1d_backward(dy: np.ndarray, cache: tuple):
    """Share the gradient of every mean out evenly over its window of a signal.

    Parameters
    ----------
    dy : np.ndarray, shape (N, C, L_out)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`avg_pool1d_forward`.

    Returns
    -------
    np.ndarray, shape (N, C, L)

    Raises
    ------
    ShapeError, TypeError
        As in :func:`avg_pool2d_backward`.

    Lesson: 06_pooling
    Source: LeCun, Bottou, Bengio and Haffner, 1998, Gradient-based learning applied to document recognition, section II.B.
    """
    (n, c, length), dtype, count, g = cache
    dy = expect_upstream("avg_pool1d_backward", dy, (n, c, g.out[1]), dtype)
    return _shares(dy[:, :, None], (n, c, 1, length), count, g)[:, :, 0]


def adaptive_avg_pool2d_forward(x: np.ndarray, *, output_size):
    """Average images of any size down to one size: the windows adapt.

    y[n, c, p, q] = mean of x[n, c, h, w] over ⌊p·H/H_out⌋ ≤ h < ⌈(p + 1)·H/H_out⌉, and w likewise

    Parameters
    ----------
    x : np.ndarray, shape (N, C, H, W)
    output_size : int or pair of (int or None)
        (H_out, W_out); ``None`` keeps that side as it is.

    Returns
    -------
    y : np.ndarray, shape (N, C, H_out, W_out)
    cache : tuple
        For :func:`adaptive_avg_pool2d_backward`.

    Raises
    ------
    ShapeError
        When ``x`` has not four axes, an axis but N has no cells, or ``output_size`` is below 1 or no pair.
    TypeError
        For anything but a floating-point array, or sizes that are not whole numbers.

    Notes
    -----
    Neighbouring windows share a row where H_out does not divide H; with H_out larger than H, pixels are repeated.

    Lesson: 06_pooling
    Source: He, Zhang, Ren and Sun, 2014, Spatial pyramid pooling in deep convolutional networks, section 2.2.
    """
    where = "adaptive_avg_pool2d_forward"
    expect_pixels(where, x)
    if isinstance(output_size, tuple | list) and len(output_size) == 2:
        output_size = [n if size is None else size for size, n in zip(output_size, x.shape[2:], strict=True)]
    height, width = per_axis(where, "output_size", output_size, least=1)
    y = np.empty((*x.shape[:2], height, width), x.dtype)  # (N, C, H_out, W_out)
    bins = _bins(x.shape[2], height), _bins(x.shape[3], width)
    for p, rows in enumerate(bins[0]):
        for q, columns in enumerate(bins[1]):
            y[:, :, p, q] = x[:, :, rows, columns].mean(axis=(2, 3))
    return y, (x.shape, x.dtype, bins)


def _bins(n: int, count: int) -> list[slice]:
    """Cut ``n`` cells into ``count`` slices of nearly equal length that leave none out."""
    return [slice(k * n // count, -(-(k + 1) * n // count)) for k in range(count)]


def adaptive_avg_pool2d_backward(dy: np.ndarray, cache: tuple):
    """Share the gradient of every mean out evenly over its window.

    dx[n, c, h, w] = Σ dy[n, c, p, q] / size of window (p, q), over the windows that see pixel (h, w)

    Parameters
    ----------
    dy : np.ndarray, shape (N, C, H_out, W_out)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`adaptive_avg_pool2d_forward`.

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
    Source: He, Zhang, Ren and Sun, 2014, Spatial pyramid pooling in deep convolutional networks, section 2.2.
    """
    shape, dtype, bins = cache
    dy = expect_upstream("adaptive_avg_pool2d_backward", dy, (*shape[:2], len(bins[0]), len(bins[1])), dtype)
    dx = np.zeros(shape, dtype)  # (N, C, H, W)
    for p, rows in enumerate(bins[0]):
        for q, columns in enumerate(bins[1]):
            size = (rows.stop - rows.start) * (columns.stop - columns.start)
            dx[:, :, rows, columns] += dy[:, :, p : p + 1, q : q + 1] / size
    return dx


def global_avg_pool2d_forward(x: np.ndarray):
    """Take the mean of every channel: one window as large as the image.

    y[n, c] = Σ_h Σ_w x[n, c, h, w] / (H·W)

    Parameters
    ----------
    x : np.ndarray, shape (N, C, H, W)

    Returns
    -------
    y : np.ndarray, shape (N, C)
    cache : tuple
        For :func:`global_avg_pool2d_backward`.

    Raises
    ------
    ShapeError
        When ``x`` has not four axes, or an axis but N has no cells.
    TypeError
        For anything but a floating-point array.

    Lesson: 06_pooling
    Source: Lin, Chen and Yan, 2014, Network in network, section 3.2.
    """
    expect_pixels("global_avg_pool2d_forward", x)
    return x.mean(axis=(2, 3)), (x.shape, x.dtype)


def global_avg_pool2d_backward(dy: np.ndarray, cache: tuple):
    """Share the gradient of each channel's mean out evenly over all its pixels.

    dx[n, c, h, w] = dy[n, c] / (H·W)

    Parameters
    ----------
    dy : np.ndarray, shape (N, C)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`global_avg_pool2d_forward`.

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
    Source: Lin, Chen and Yan, 2014, Network in network, section 3.2.
    """
    shape, dtype = cache
    dy = expect_upstream("global_avg_pool2d_backward", dy, shape[:2], dtype)
    dx = np.empty(shape, dtype)  # (N, C, H, W)
    dx[...] = (dy / (shape[2] * shape[3]))[:, :, None, None]
    return dx
