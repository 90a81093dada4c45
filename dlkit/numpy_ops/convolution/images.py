"""Convolution of signals and images, forward and backward.

Deep learning says convolution and computes cross-correlation: the filter slides along without being flipped.
"""

from functools import partial
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from dlkit.errors import ShapeError
from dlkit.numpy_ops.windows import Windows, output_size, place
from dlkit.shapes import expect_floats, expect_shapes, listing, per_axis, whole

__all__ = [
    "conv1d_backward", "conv1d_forward", "conv2d_backward", "conv2d_forward", "im2col", "output_size", "prepare", "out_sizes",
]  # fmt: skip

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


def _row(g: Windows) -> int:
    """How many numbers a row of output takes while it is computed.

    At stride 1 that is the padded width: windows that wrap round the end of a row are computed too and dropped, for then each
    kernel cell reads one long run of memory.
    """
    return g.padded[1] if g.stride == (1, 1) and g.padded[1] <= 1.5 * g.out[1] else g.out[1]


def _windows(padded: np.ndarray, g: Windows) -> np.ndarray:
    """Every window of the padded images as a view, shape (n, C_in, KH, KW, H_out, row); nothing is copied."""
    image, channel, down, right = padded.strides
    steps = [down * g.dilation[0], right * g.dilation[1], down * g.stride[0], right * g.stride[1]]
    return as_strided(padded, (*padded.shape[:2], *g.kernel, g.out[0], _row(g)), (image, channel, *steps))


def _buffer(count: int, channels: int, g: Windows, dtype) -> np.ndarray:
    """Zeros for padded images, with one row to spare: windows that wrap round the last row run over into it."""
    return np.zeros((count, channels, g.padded[0] + 1, g.padded[1]), dtype)  # (n, C_in, H + padding + 1, W + padding)


def _chunks(x: np.ndarray, g: Windows):
    """Unfold a few images at a time into columns, in one buffer that is used again.

    Yields the images' slice and their columns, shape (n, C_in, KH, KW, H_out, row). A few images' columns fit in the
    processor's cache; those of the whole batch would be KH·KW times the batch.
    """
    n, shape = len(x), (x.shape[1], *g.kernel, g.out[0], _row(g))
    size = max(1, min(n, _CHUNK_BYTES // max(prod(shape) * x.itemsize, 1)))
    columns = np.empty((size, *shape), x.dtype)  # (n, C_in, KH, KW, H_out, row)
    padded, inner = _buffer(size, x.shape[1], g, x.dtype), g.inner(x)
    windows = _windows(padded, g)
    for start in range(0, n, size):
        count = min(size, n - start)
        padded[:count, :, *inner] = x[start : start + count]
        columns[:count] = windows[:count]
        yield slice(start, start + count), columns[:count]


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
    for images, chunk in _chunks(x, g):
        columns[images] = chunk[..., : g.out[1]].reshape(len(chunk), *columns.shape[1:])
    return columns


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
    return _correlate(x, w, b, g, groups), (x, w, b is not None, g, groups)


def _correlate(x, w, b, g: Windows, groups: int) -> np.ndarray:
    rows = _rows(w, groups)  # (groups, C_out / groups, K)
    y = np.empty((len(x), len(w), *g.out), x.dtype)  # (N, C_out, H_out, W_out)
    for images, columns in _chunks(x, g):
        wide = rows @ columns.reshape(len(columns), groups, rows.shape[2], -1)  # (n, groups, C_out / groups, H_out·row)
        y[images] = wide.reshape(len(columns), len(w), g.out[0], _row(g))[..., : g.out[1]]
    if b is not None:
        y += b[:, None, None]
    return y


def _rows(w: np.ndarray, groups: int) -> np.ndarray:
    """The filters as matrices, one a group and one filter a row."""
    return w.reshape(groups, len(w) // groups, w.shape[1] * w.shape[2] * w.shape[3])


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
    return _correlate_backward(dy, x, w, has_bias, g, groups)


def out_sizes(x: np.ndarray, w: np.ndarray, g: Windows) -> dict[str, int]:
    """The sizes of the result by letter."""
    return {"N": len(x), "C_out": len(w), "H_out": g.out[0], "W_out": g.out[1]}


def _correlate_backward(dy, x, w, has_bias, g: Windows, groups: int):
    rows = _rows(w, groups)  # (groups, C_out / groups, K)
    dw = np.zeros((groups, rows.shape[2], rows.shape[1]), x.dtype)  # (groups, K, C_out / groups): transposed, it is faster
    dx, inner, wide = np.empty(x.shape, x.dtype), g.inner(x), None
    for images, columns in _chunks(x, g):
        n = len(columns)
        if wide is None:
            wide = np.zeros((n, len(w), g.out[0], _row(g)), x.dtype)  # dy with zeros where windows wrap round
        wide[:n, ..., : g.out[1]] = dy[images]
        dys = wide[:n].reshape(n, groups, rows.shape[1], -1)  # (n, groups, C_out / groups, H_out·row)
        flat = columns.reshape(n, groups, rows.shape[2], -1)  # (n, groups, K, H_out·row)
        dw += np.matmul(flat, dys.transpose(0, 1, 3, 2)).sum(axis=0)
        np.matmul(rows.transpose(0, 2, 1), dys, out=flat)  # the columns have served: their buffer takes their gradient
        padded = _buffer(n, x.shape[1], g, x.dtype)
        windows = _windows(padded, g)
        for i, j in np.ndindex(*g.kernel):
            windows[:, :, i, j] += columns[:, :, i, j]  # windows overlap, but for one kernel cell they do not
        dx[images] = padded[:, :, *inner]
    dw = np.ascontiguousarray(dw.transpose(0, 2, 1)).reshape(w.shape)  # (C_out, C_in / groups, KH, KW)
    return dx, dw, (dy.sum(axis=(0, 2, 3)) if has_bias else None)


def conv1d_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, *, stride=1, padding=0, dilation=1, groups=1):
    """Slide C_out filters along a batch of signals: :func:`conv2d_forward` on images one pixel high.

    y[n, o, p] = b[o] + Σ_c Σ_i x[n, c, p·stride + i·dilation − padding] · w[o, c, i]

    Parameters
    ----------
    x : np.ndarray, shape (N, C_in, L)
    w : np.ndarray, shape (C_out, C_in / groups, K)
    b : np.ndarray, shape (C_out,), optional
    stride, padding, dilation, groups : int
        As in :func:`conv2d_forward`; ``padding`` may be "same" or "valid".

    Returns
    -------
    y : np.ndarray, shape (N, C_out, L_out)
    cache : tuple
        For :func:`conv1d_backward`.

    Raises
    ------
    ShapeError, TypeError
        As in :func:`conv2d_forward`.

    Lesson: 05_convolution
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 9.1.
    """
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    g, groups = prepare("conv1d_forward", SIGNAL, x, w, b, sides=("length",), **options)
    x, w, g = x[:, :, None], w[:, :, None], g.as_image()  # (N, C_in, 1, L), (C_out, C_in / groups, 1, K)
    return _correlate(x, w, b, g, groups)[:, :, 0], (x, w, b is not None, g, groups)


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
        As in :func:`conv2d_backward`.

    Lesson: 05_convolution
    Source: Dumoulin and Visin, 2016, A guide to convolution arithmetic for deep learning, section 4.
    """
    x, w, has_bias, g, groups = cache
    expect_shapes("conv1d_backward", "dy[N C_out L_out]", dy, owner="y", N=len(x), C_out=len(w), L_out=g.out[1])
    expect_floats("conv1d_backward", x=x, dy=dy)
    dx, dw, db = _correlate_backward(dy[:, :, None], x, w, has_bias, g, groups)
    return dx[:, :, 0], dw[:, :, 0], db
