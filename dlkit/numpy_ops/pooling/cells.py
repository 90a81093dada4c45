"""Which pixels each cell of a pooling kernel sees: a loop over the few cells of the kernel, never over the pixels."""

from functools import partial
from math import prod

import numpy as np

from dlkit.errors import ShapeError
from dlkit.numpy_ops.windows import Windows, place
from dlkit.shapes import expect_floats, expect_shapes, flag, listing, per_axis

SIGNAL = "x[N C L]"
IMAGE = "x[N C H W]"
_CHUNK_NUMBERS = 2**18  # so many numbers stay in the cache of one core


def prepare(where: str, spec: str, x, *, kernel_size, stride, padding, ceil_mode, dilation=1, sides=("height", "width")):
    """Check input and options of a pooling, and place its windows.

    Parameters
    ----------
    where : str
        The operation's name; it opens the messages.
    spec : str
        ``SIGNAL`` or ``IMAGE``.
    x : np.ndarray
    kernel_size, stride, padding, ceil_mode, dilation
        As in :func:`dlkit.numpy_ops.pooling.max_pool2d_forward`.
    sides : tuple of str
        The names of the axes the window slides along.

    Returns
    -------
    Windows

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`dlkit.numpy_ops.pooling.max_pool2d_forward`.
    """
    expect_shapes(where, spec, x)
    expect_floats(where, x=x)
    shapes = partial(listing, spec, x)
    _expect_cells(where, spec, x)
    kernel = per_axis(where, "kernel_size", kernel_size, least=1, sides=sides)
    padding = per_axis(where, "padding", padding, least=0, sides=sides)
    flag(where, "ceil_mode", ceil_mode)
    for side, k, p in zip(sides, kernel, padding, strict=True):
        if p > k // 2:
            raise ShapeError(f"{where}: padding is {p} along the {side}, more than half of the kernel ({k} cells)")
    options = {"stride": kernel if stride is None else stride, "padding": padding, "dilation": dilation}
    g = place(where, x.shape[2:], kernel, ceil_mode=ceil_mode, shapes=shapes, sides=sides, **options)
    for side, n, f, s, b, d, first in zip(
        sides, x.shape[2:], kernel, g.stride, g.before, g.dilation, first_cells(g), strict=True
    ):
        if ((first >= f) | (np.arange(len(first)) * s - b + first * d >= n)).any():
            raise ShapeError(f"{where}: a window sees nothing but padding along the {side}.\n{shapes()}\n  Try less dilation.")
    return g


def _expect_cells(where: str, spec: str, x: np.ndarray) -> None:
    if 0 in x.shape[1:]:
        raise ShapeError(f"{where}: there is nothing to pool, an axis of x has no cells.\n{listing(spec, x)}")


def expect_pixels(where: str, x) -> None:
    """Insist on images ``x`` that can be pooled as a whole; ``where`` opens the messages."""
    expect_shapes(where, IMAGE, x)
    expect_floats(where, x=x)
    _expect_cells(where, IMAGE, x)


def first_cells(g: Windows) -> list[np.ndarray]:
    """For each axis of ``g`` and each window, the first cell of the kernel that is not on the padding before the input."""
    axes = zip(g.out, g.stride, g.before, g.dilation, strict=True)
    return [np.maximum(0, -((np.arange(out) * s - b) // d)) for out, s, b, d in axes]


def cells(g: Windows, shape: tuple[int, ...]):
    """Walk through the cells of a kernel in reading order, for a few images at a time: they fit in the processor's cache.

    Yields a cell's number and two indices: the windows for which that cell lies on the image, and the pixels it then lies on,
    one for each of those windows. What lies on padding is left out, so that none is ever made.

    Parameters
    ----------
    g : Windows
    shape : tuple of int
        (N, C, H, W)
    """
    size = max(1, _CHUNK_NUMBERS // prod(shape[1:]))
    for start in range(0, shape[0], size):
        images = slice(start, start + size)
        for k, cell in enumerate(np.ndindex(*g.kernel)):
            windows, pixels = [], []
            for n, out, s, d, b, i in zip(shape[2:], g.out, g.stride, g.dilation, g.before, cell, strict=True):
                shift = i * d - b
                first = max(0, -(shift // s))  # p·s + shift ≥ 0 from this window on
                last = max(first, min(out, (n - 1 - shift) // s + 1))  # and < n before this one
                windows.append(slice(first, last))
                pixels.append(slice(first * s + shift, last * s + shift, s))
            yield k, (images, slice(None), *windows), (images, slice(None), *pixels)


def windows_overlap(g: Windows) -> bool:
    """Whether some pixel may be seen by two windows of ``g``."""
    return any(d * (f - 1) + 1 > s for d, f, s in zip(g.dilation, g.kernel, g.stride, strict=True))
