"""Larger images from smaller ones: interpolation, and channels turned into pixels."""

import numpy as np

from dlkit.errors import ShapeError
from dlkit.shapes import expect_floats, expect_shapes, expect_upstream, flag, listing, number, one_of, per_axis, whole

IMAGE = "x[N C H W]"


def interpolate_forward(x: np.ndarray, *, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """Resize a batch of images, repeating the nearest pixel or blending the nearest four.

    nearest:  y[n, c, p, q] = x[n, c, ⌊p·s⌋, ⌊q·t⌋]
    bilinear: y[n, c, p, q] = Σ_h Σ_w x[n, c, h, w] · max(0, 1 − |u − h|) · max(0, 1 − |v − w|) at u = (p + ½)·s − ½, and
    u = p·(H − 1)/(H_out − 1) with ``align_corners``; v likewise along the width; what lies outside is moved to the edge

    Parameters
    ----------
    x : np.ndarray, shape (N, C, H, W)
        The images.
    size : int or pair of int, optional
        (H_out, W_out).
    scale_factor : float or pair of float, optional
        Instead of ``size``: H_out = ⌊H · scale_factor⌋.
    mode : str
        "nearest" or "bilinear".
    align_corners : bool, optional
        For "bilinear": whether the centres of the corner pixels stay in place; by default the outer edges of the images do.

    Returns
    -------
    y : np.ndarray, shape (N, C, H_out, W_out)
    cache : tuple
        For :func:`interpolate_backward`.

    Raises
    ------
    ShapeError
        When ``x`` has not four axes, an axis but N is empty, or nothing would be left of the images.
    TypeError
        For anything but a floating-point array, sizes that are not whole numbers, factors that are not numbers.
    ValueError
        When not exactly one of ``size`` and ``scale_factor`` is given, the mode is another, or ``align_corners`` is given for
        "nearest".

    Notes
    -----
    The step s from one result to the next is 1 / scale_factor where that is given, otherwise H / H_out: the two differ where
    the size was rounded. Height and width are resized one after the other, each as a sum of picked and weighted pixels.

    Lesson: 10_segmentation
    Source: Long, Shelhamer and Darrell, 2015, Fully convolutional networks for semantic segmentation, section 3.3.
    """
    where = "interpolate_forward"
    expect_shapes(where, IMAGE, x)
    expect_floats(where, x=x)
    one_of(where, "mode", mode, "nearest", "bilinear")
    if align_corners is not None:
        flag(where, "align_corners", align_corners)
    if mode == "nearest" and align_corners is not None:
        raise ValueError(f'{where}: align_corners is {align_corners}; it says something for mode="bilinear" only')
    sizes, steps = _sizes(where, x, size, scale_factor)
    y, taps = x, []
    for axis, count, step in zip((2, 3), sizes, steps, strict=True):
        if mode == "nearest":
            taps.append([(_nearest(x.shape[axis], count, step), x.dtype.type(1))])
        else:
            low, high, share = _between(x.shape[axis], count, step, align_corners)
            share = share.astype(x.dtype).reshape((-1, 1) if axis == 2 else -1)  # (H_out, 1) or (W_out,)
            taps.append([(low, 1 - share), (high, share)])
        picked = [y.take(index, axis) for index, _ in taps[-1]]  # each (N, C, H_out, W), then (N, C, H_out, W_out)
        for pixels, (_, weight) in zip(picked, taps[-1], strict=True):
            pixels *= weight
        y = picked[0] if len(picked) == 1 else np.add(*picked, out=picked[0])
    return y, (x.shape, y.shape, x.dtype, taps)


def _sizes(where: str, x: np.ndarray, size, scale_factor) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The sides of the result, and the steps from one of its pixels to the next, in pixels of ``x``."""
    if (size is None) == (scale_factor is None):
        raise ValueError(f"{where}: give one of size and scale_factor, not {'both' if size is not None else 'none'}")
    if size is not None:
        sizes = per_axis(where, "size", size, least=1)
        steps = tuple(n / count for n, count in zip(x.shape[2:], sizes, strict=True))
    else:
        factors = tuple(scale_factor) if isinstance(scale_factor, tuple | list) else (scale_factor,) * 2
        if len(factors) != 2:
            raise ShapeError(f"{where}: scale_factor has {len(factors)} numbers, {scale_factor!r}; give one, or two")
        factors = [number(where, "scale_factor", factor, least=0, most=2**31) for factor in factors]
        sizes = tuple(int(n * factor) for n, factor in zip(x.shape[2:], factors, strict=True))
        steps = tuple(1 / factor if factor else 0 for factor in factors)
    if 0 in x.shape[1:] or 0 in sizes:
        raise ShapeError(f"{where}: {x.shape[1:]} cannot become {(x.shape[1], *sizes)}, an axis is empty.\n{listing(IMAGE, x)}")
    return sizes, steps


def _nearest(n: int, count: int, step: float) -> np.ndarray:
    """Which of ``n`` pixels each of ``count`` repeats; rounded in single precision, as PyTorch does for every dtype."""
    if count in (n, 2 * n):
        return np.arange(count) * n // count  # whatever the step
    return np.minimum(np.arange(count, dtype=np.float32) * np.float32(step), n - 1).astype(int)


def _between(n: int, count: int, step: float, align_corners) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The two of ``n`` pixels between which each of ``count`` lies, and the share of the second."""
    if count == n:
        u = np.arange(n, dtype=float)  # whatever the step
    elif align_corners:
        u = np.arange(count) * ((n - 1) / max(count - 1, 1))
    else:
        u = np.maximum((np.arange(count) + 0.5) * step - 0.5, 0)
    low = np.minimum(u.astype(int), n - 1)
    return low, np.minimum(low + 1, n - 1), u - low


def interpolate_backward(dy: np.ndarray, cache: tuple):
    """Give every pixel the gradients of the results it was repeated or blended into, each times its weight.

    nearest: dx[n, c, h, w] = Σ dy[n, c, p, q] over the p, q with ⌊p·s⌋ = h, ⌊q·t⌋ = w; bilinear: the same weights as forward.

    Parameters
    ----------
    dy : np.ndarray, shape (N, C, H_out, W_out)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`interpolate_forward`.

    Returns
    -------
    np.ndarray, shape (N, C, H, W)

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 10_segmentation
    Source: Long, Shelhamer and Darrell, 2015, Fully convolutional networks for semantic segmentation, section 3.3.
    """
    shape, out_shape, dtype, taps = cache
    dx = expect_upstream("interpolate_backward", dy, out_shape, dtype)
    for axis in (2, 3):
        dx = sum(_add_back(dx * weight, index, axis, shape[axis]) for index, weight in taps[axis - 2])
    return dx


def _add_back(dy: np.ndarray, index: np.ndarray, axis: int, n: int) -> np.ndarray:
    """The reverse of ``take`` with an ascending ``index`` along an axis of ``n`` cells: what was picked often gets a sum."""
    places, starts = np.unique(index, return_index=True)
    dx = np.zeros((*dy.shape[:axis], n, *dy.shape[axis + 1 :]), dy.dtype)
    dx[(slice(None),) * axis + (places,)] = np.add.reduceat(dy, starts, axis=axis)
    return dx


def pixel_shuffle_forward(x: np.ndarray, *, upscale_factor):
    """Turn channels into pixels: r² channels become one that is r times as high and as wide.

    y[n, c, h·r + i, w·r + j] = x[n, c·r² + i·r + j, h, w]

    Parameters
    ----------
    x : np.ndarray, shape (N, C·r², H, W)
    upscale_factor : int
        r

    Returns
    -------
    y : np.ndarray, shape (N, C, H·r, W·r)
    cache : tuple
        For :func:`pixel_shuffle_backward`.

    Raises
    ------
    ShapeError
        When r² does not divide the channels, ``x`` has not four axes, or one of them is empty.
    TypeError
        For anything but a floating-point array, or a factor that is not a whole number.

    Notes
    -----
    An empty batch is refused because PyTorch has no gradient of one here.

    Lesson: 10_segmentation
    Source: Shi and others, 2016, Real-time single image and video super-resolution using an efficient sub-pixel convolutional
    neural network, equation 4.
    """
    spec = "x[N C_in H W]"
    expect_shapes("pixel_shuffle_forward", spec, x)
    expect_floats("pixel_shuffle_forward", x=x)
    r = whole("pixel_shuffle_forward", "upscale_factor", upscale_factor, least=1)
    n, channels, height, width = x.shape
    if 0 in x.shape:
        raise ShapeError(f"pixel_shuffle_forward: there is nothing to shuffle, an axis of x is empty.\n{listing(spec, x)}")
    if channels % r**2:
        raise ShapeError(f"pixel_shuffle_forward: C_in is {channels}, which {r}² = {r**2} does not divide.\n{listing(spec, x)}")
    apart = x.reshape(n, channels // r**2, r, r, height, width)  # (N, C, i, j, H, W)
    y = apart.transpose(0, 1, 4, 2, 5, 3).reshape(n, channels // r**2, height * r, width * r)  # from (N, C, H, i, W, j)
    return (y if r > 1 else y.copy()), (r, y.shape, x.dtype)  # never x itself: what changes y must not change x


def pixel_shuffle_backward(dy: np.ndarray, cache: tuple):
    """Put every pixel's gradient back into the channel it came from.

    dx[n, c·r² + i·r + j, h, w] = dy[n, c, h·r + i, w·r + j]

    Parameters
    ----------
    dy : np.ndarray, shape (N, C, H·r, W·r)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`pixel_shuffle_forward`.

    Returns
    -------
    np.ndarray, shape (N, C·r², H, W)

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 10_segmentation
    Source: Shi and others, 2016, Real-time single image and video super-resolution using an efficient sub-pixel convolutional
    neural network, equation 4.
    """
    r, shape, dtype = cache
    dy = expect_upstream("pixel_shuffle_backward", dy, shape, dtype)
    n, c, height, width = shape
    apart = dy.reshape(n, c, height // r, r, width // r, r)  # (N, C, H, i, W, j)
    dx = apart.transpose(0, 1, 3, 5, 2, 4).reshape(n, c * r**2, height // r, width // r)  # from (N, C, i, j, H, W)
    return dx if r > 1 else dx.copy()
