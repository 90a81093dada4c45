"""Windows as columns: checks, geometry and the few steps that every convolution is made of.

A convolution is a matrix product of its filters with the windows of the images laid out as columns (:func:`unfold`), and its
gradient with respect to the images adds such columns back where they came from (:func:`fold`). A few images are unfolded at a
time: their columns fit in the processor's cache, those of the whole batch would be KH·KW times the batch.
"""

from functools import partial
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from dlkit.errors import ShapeError
from dlkit.numpy_ops.windows import Windows, place
from dlkit.shapes import expect_floats, expect_shapes, listing, per_axis, whole

SIGNAL = "x[N C_in L] w[C_out {c} K] b[C_out]?"
IMAGE = "x[N C_in H W] w[C_out {c} KH KW] b[C_out]?"
_CHUNK_BYTES = 2**20  # columns of this size stay in the cache of one core


def prepare(where: str, template: str, x, w, b, *, groups, sides=("height", "width"), **options) -> tuple[Windows, int]:
    """Check shapes, dtypes and options of a convolution, and place its windows.

    Parameters
    ----------
    where : str
        The operation's name; it opens the messages.
    template : str
        ``SIGNAL`` or ``IMAGE``.
    x, w, b : np.ndarray
        Input, filters and offsets; ``b`` may be ``None``.
    groups : int
    sides : tuple of str
        The names of the axes the filter slides along.
    **options
        stride, padding, dilation.

    Returns
    -------
    Windows, int
        The windows, and the number of groups.

    Raises
    ------
    ShapeError, TypeError
        As in :func:`conv2d_forward`.
    """
    groups = whole(where, "groups", groups, least=1)
    spec = template.format(c="C_in" if groups == 1 else "C_in/groups")
    known, shapes = {}, partial(listing, spec, x, w, b)
    if groups > 1 and getattr(x, "ndim", 0) > 1:
        if x.shape[1] % groups:
            raise ShapeError(f"{where}: C_in is {x.shape[1]}, which groups={groups} does not divide.\n{shapes()}")
        known["C_in/groups"] = x.shape[1] // groups
    expect_shapes(where, spec, x, w, b, **known)
    expect_floats(where, x=x, w=w, b=b)
    if 0 in w.shape:
        raise ShapeError(f"{where}: there is nothing to slide, an axis of the filters has no cells.\n{shapes()}")
    if len(w) % groups:
        raise ShapeError(f"{where}: C_out is {len(w)}, which groups={groups} does not divide.\n{shapes()}")
    return place(where, x.shape[2:], w.shape[2:], shapes=shapes, sides=sides, **options), groups


def out_sizes(x: np.ndarray, w: np.ndarray, g: Windows) -> dict[str, int]:
    """The sizes of the result by letter."""
    return {"N": len(x), "C_out": len(w), "H_out": g.out[0], "W_out": g.out[1]}


def _row(g: Windows) -> int:
    """How many numbers a row of output takes while it is computed.

    At stride 1 that is the padded width: windows that wrap round the end of a row are computed too and dropped, for then each
    kernel cell reads one long run of memory.
    """
    return g.padded[1] if g.stride == (1, 1) and g.padded[1] <= 1.5 * g.out[1] else g.out[1]


def _windows(padded: np.ndarray, g: Windows) -> np.ndarray:
    """Every window of the padded images as a view, shape (n, C, KH, KW, H_out, row); nothing is copied."""
    image, channel, down, right = padded.strides
    steps = [down * g.dilation[0], right * g.dilation[1], down * g.stride[0], right * g.stride[1]]
    return as_strided(padded, (*padded.shape[:2], *g.kernel, g.out[0], _row(g)), (image, channel, *steps))


def _zeros(count: int, channels: int, g: Windows, dtype) -> np.ndarray:
    """Empty padded images, with one row to spare: windows that wrap round the last row run over into it."""
    return np.zeros((count, channels, g.padded[0] + 1, g.padded[1]), dtype)  # (n, C, H + padding + 1, W + padding)


def chunks(n: int, channels: int, g: Windows, dtype):
    """Cut a batch of ``n`` images of so many ``channels`` into runs whose columns, one a window of ``g``, fit in the cache.

    Yields each run's slice and room of ``dtype`` for its columns, shape (n, C, KH, KW, H_out, row): one buffer, used again.
    """
    shape = (channels, *g.kernel, g.out[0], _row(g))
    size = max(1, min(n, _CHUNK_BYTES // max(prod(shape) * np.dtype(dtype).itemsize, 1)))
    columns = np.empty((size, *shape), dtype)  # (n, C, KH, KW, H_out, row)
    for start in range(0, n, size):
        count = min(size, n - start)
        yield slice(start, start + count), columns[:count]


def unfold(x: np.ndarray, g: Windows):
    """Lay the windows ``g`` of a few images of ``x`` at a time out as columns.

    Yields as :func:`chunks` does, with the columns filled in.
    """
    padded = None
    for images, columns in chunks(len(x), x.shape[1], g, x.dtype):
        if padded is None:
            padded, inner = _zeros(len(columns), x.shape[1], g, x.dtype), g.inner(x)
        n = len(columns)
        padded[:n, :, *inner] = x[images]
        columns[...] = _windows(padded[:n], g)
        yield images, columns


def fold(columns: np.ndarray, g: Windows, sizes: tuple[int, int]) -> np.ndarray:
    """Add every column back to its window, the reverse of :func:`unfold`.

    Parameters
    ----------
    columns : np.ndarray, shape (n, C, KH, KW, H_out, row)
    g : Windows
    sizes : pair of int
        (H, W) of the images without padding.

    Returns
    -------
    np.ndarray, shape (n, C, H, W)
    """
    padded = _zeros(len(columns), columns.shape[1], g, columns.dtype)
    windows = _windows(padded, g)
    for i, j in np.ndindex(*g.kernel):
        windows[:, :, i, j] += columns[:, :, i, j]  # windows overlap, but for one kernel cell they do not
    return padded[:, :, g.before[0] : g.before[0] + sizes[0], g.before[1] : g.before[1] + sizes[1]]


def matrices(w: np.ndarray, groups: int) -> np.ndarray:
    """The filters ``w`` as a matrix for each of the ``groups``, one filter a row: (groups, filters / groups, K)."""
    return w.reshape(groups, len(w) // groups, w.shape[1] * w.shape[2] * w.shape[3])


def _flat(array: np.ndarray, groups: int) -> np.ndarray:
    """Channels (and kernel cells) in one axis, places in another: (n, groups, channels / groups, H_out·row)."""
    n, *channels, height, width = array.shape
    return array.reshape(n, groups, prod(channels) // groups, height * width)


def widen(dy: np.ndarray, g: Windows, groups: int) -> np.ndarray:
    """Lay some images ``dy`` of the size of the result out as matrices, with zeros where windows wrap round.

    Parameters
    ----------
    dy : np.ndarray, shape (n, C_out, H_out, W_out)
    g : Windows
    groups : int

    Returns
    -------
    np.ndarray, shape (n, groups, C_out / groups, H_out·row)
    """
    if _row(g) > g.out[1]:
        wide = np.empty((*dy.shape[:3], _row(g)), dy.dtype)  # (n, C_out, H_out, row)
        wide[..., : g.out[1]], wide[..., g.out[1] :] = dy, 0
        dy = wide
    return _flat(dy, groups)


def collect(rows: np.ndarray, columns: np.ndarray, g: Windows, y: np.ndarray) -> None:
    """Write the dot product of every filter and every window into ``y``.

    Parameters
    ----------
    rows : np.ndarray, shape (groups, C_out / groups, K)
        From :func:`matrices`.
    columns : np.ndarray, shape (n, C_in, KH, KW, H_out, row)
        From :func:`unfold`.
    g : Windows
    y : np.ndarray, shape (n, C_out, H_out, W_out)
    """
    groups = len(rows)
    if _row(g) == g.out[1]:
        np.matmul(rows, _flat(columns, groups), out=_flat(y, groups))
    else:
        wide = rows @ _flat(columns, groups)  # (n, groups, C_out / groups, H_out·row)
        y[...] = wide.reshape(*y.shape[:3], _row(g))[..., : g.out[1]]


def distribute(rows: np.ndarray, dy: np.ndarray, columns: np.ndarray) -> None:
    """Give every window each filter times its number in ``dy``: the reverse of :func:`collect`, written into ``columns``.

    Parameters
    ----------
    rows : np.ndarray, shape (groups, C_out / groups, K)
        From :func:`matrices`.
    dy : np.ndarray, shape (n, groups, C_out / groups, H_out·row)
        From :func:`widen`.
    columns : np.ndarray, shape (n, C_in, KH, KW, H_out, row)
    """
    product = np.multiply if rows.shape[1] == 1 else np.matmul  # a sum of one term, and five times faster
    product(rows.transpose(0, 2, 1), dy, out=_flat(columns, len(rows)))


def correlate_filters(columns: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """Sum each window times its number in ``dy``: what some images give to the gradient of the filters.

    Parameters
    ----------
    columns : np.ndarray, shape (n, C_in, KH, KW, H_out, row)
        From :func:`unfold`.
    dy : np.ndarray, shape (n, groups, C_out / groups, H_out·row)
        From :func:`widen`.

    Returns
    -------
    np.ndarray, shape (groups, C_out / groups, K)
        A view of its transpose: in that order the product is faster.
    """
    dw = np.matmul(_flat(columns, dy.shape[1]), dy.transpose(0, 1, 3, 2)).sum(axis=0)  # (groups, K, C_out / groups)
    return dw.transpose(0, 2, 1)


def im2col(x: np.ndarray, kernel: tuple[int, int], *, stride=1, padding=0, dilation=1) -> np.ndarray:
    """Lay every window of every image out as a column.

    columns[n, (c, i, j), (p, q)] = x[n, c, p·stride + i·dilation − padding, q·stride + j·dilation − padding]

    Parameters
    ----------
    x : np.ndarray, shape (N, C, H, W)
    kernel : pair of int
        (KH, KW)
    stride, padding, dilation
        As in :func:`conv2d_forward`.

    Returns
    -------
    np.ndarray, shape (N, C·KH·KW, H_out·W_out)

    Raises
    ------
    ShapeError, TypeError
        As in :func:`conv2d_forward`.

    Lesson: 05_convolution
    Source: Chellapilla, Puri and Simard, 2006, High performance convolutional neural networks for document processing, sec. 4.
    """
    expect_shapes("im2col", "x[N C H W]", x)
    expect_floats("im2col", x=x)
    kernel = per_axis("im2col", "kernel", kernel, least=1)
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    g = place("im2col", x.shape[2:], kernel, shapes=partial(listing, "x[N C H W]", x), **options)
    columns = np.empty((len(x), x.shape[1] * kernel[0] * kernel[1], g.out[0] * g.out[1]), x.dtype)  # (N, C·KH·KW, H_out·W_out)
    for images, chunk in unfold(x, g):
        columns[images] = chunk[..., : g.out[1]].reshape(len(chunk), *columns.shape[1:])
    return columns
