"""Convolution of signals and images, forward and backward.

Deep learning says convolution and computes cross-correlation: the filter slides along without being flipped.
"""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from dlkit.errors import ShapeError
from dlkit.shapes import expect_floats, expect_shapes, listing, pair

_SIGNAL = "x[N C_in L] w[C_out {c} K] b[C_out]?"
_IMAGE = "x[N C_in H W] w[C_out {c} KH KW] b[C_out]?"
_CHUNK_BYTES = 2**20  # columns of this size stay in the cache of one core


class _Geometry(NamedTuple):
    """Where the windows stand; every pair is (along the height, along the width).

    ``row`` is how many numbers a row of output takes while it is computed. At stride 1 that is the padded width: windows that
    wrap round the end of a row are computed too and dropped, for then every kernel cell reads one long run of memory.
    """

    stride: tuple[int, int]
    dilation: tuple[int, int]
    before: tuple[int, int]  # zeros above, zeros to the left
    padded: tuple[int, int]
    out: tuple[int, int]
    row: int
    groups: int


def output_size(n: int, f: int, *, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Count the places where a filter of ``f`` cells fits on ``n`` padded cells.

    ⌊(n + 2·padding − dilation·(f − 1) − 1) / stride⌋ + 1

    Parameters
    ----------
    n, f : int
        Cells of the input and of the filter, along one axis.
    stride, padding, dilation : int
        Cells from window to window, zeros added on each side, cells from tap to tap of the filter.

    Returns
    -------
    int
        Rounded down, as every framework does: cells left over at the end are never seen.

    Raises
    ------
    ShapeError
        When the filter is larger than the padded input, or a stride or dilation is below 1.

    Lesson: 05_convolution
    Source: Dumoulin and Visin, 2016, A guide to convolution arithmetic for deep learning, relationship 6.
    """
    for name, value, least in (("stride", stride, 1), ("padding", padding, 0), ("dilation", dilation, 1)):
        pair("output_size", name, value, least=least)
    span = dilation * (f - 1) + 1
    if f < 1 or span > n + 2 * padding:
        raise ShapeError(
            f"output_size: a filter of {f} cells spans {span}, the padded input has {n + 2 * padding} ({n} + 2·{padding}); "
            "try more padding or a smaller filter"
        )
    return (n + 2 * padding - span) // stride + 1


def _geometry(where, spec, x, w, b, sizes, kernel, *, stride, padding, dilation, groups) -> _Geometry:
    """Read the options and refuse what PyTorch refuses, before any arithmetic."""
    c_in, c_out = x.shape[1], w.shape[0]
    stride = pair(where, "stride", stride, least=1)
    dilation = pair(where, "dilation", dilation, least=1)
    if min(*kernel, c_in, c_out) < 1:
        raise ShapeError(f"{where}: there is nothing to slide, an axis of the filters has no cells.\n{listing(spec, x, w, b)}")
    span = tuple(d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True))
    if padding == "same":
        if stride != (1, 1):
            raise ShapeError(f'{where}: padding="same" needs stride 1, not {stride}; give the padding as a number')
        before = tuple((s - 1) // 2 for s in span)  # an odd zero goes to the end, as in PyTorch
        padded = tuple(n + s - 1 for n, s in zip(sizes, span, strict=True))
    else:
        if isinstance(padding, str) and padding != "valid":
            raise ShapeError(f'{where}: padding is {padding!r}; give a number, a pair, "same" or "valid"')
        before = (0, 0) if padding == "valid" else pair(where, "padding", padding, least=0)
        padded = tuple(n + 2 * p for n, p in zip(sizes, before, strict=True))
    for side, s, n, p in zip(("height", "width"), span, sizes, padded, strict=True):
        if s > p:
            raise ShapeError(
                f"{where}: the kernel spans {s} cells along the {side}, the padded input has {p} ({n} + {p - n} of padding); "
                f"try more padding or a smaller kernel.\n{listing(spec, x, w, b)}"
            )
    out = tuple((p - s) // st + 1 for p, s, st in zip(padded, span, stride, strict=True))
    if c_out % groups:
        raise ShapeError(f"{where}: C_out is {c_out}, which groups={groups} does not divide.\n{listing(spec, x, w, b)}")
    row = padded[1] if stride == (1, 1) and padded[1] <= 1.5 * out[1] else out[1]
    return _Geometry(stride, dilation, before, padded, out, row, groups)


def _expect(where, template, x, w, b, groups) -> str:
    """Check shapes and dtypes; return the spec used, with the letter of the filter's channel axis filled in."""
    groups, _ = pair(where, "groups", groups, least=1)
    spec = template.format(c="C_in" if groups == 1 else "C_in/groups")
    known = {}
    if groups > 1 and getattr(x, "ndim", 0) > 1:
        if x.shape[1] % groups:
            raise ShapeError(f"{where}: C_in is {x.shape[1]}, which groups={groups} does not divide.\n{listing(spec, x, w, b)}")
        known["C_in/groups"] = x.shape[1] // groups
    expect_shapes(where, spec, x, w, b, **known)
    expect_floats(where, x=x, w=w, b=b)
    return spec


def _windows(padded: np.ndarray, kernel: tuple[int, int], g: _Geometry) -> np.ndarray:
    """Every window of the padded images as a view, shape (n, C_in, KH, KW, H_out, ``g.row``); nothing is copied."""
    image, channel, down, right = padded.strides
    steps = [down * g.dilation[0], right * g.dilation[1], down * g.stride[0], right * g.stride[1]]
    return as_strided(padded, (*padded.shape[:2], *kernel, g.out[0], g.row), (image, channel, *steps))


def _buffer(count: int, channels: int, g: _Geometry, dtype) -> np.ndarray:
    """Zeros for padded images, with one row to spare: windows that wrap round the last row run over into it."""
    return np.zeros((count, channels, g.padded[0] + 1, g.padded[1]), dtype)  # (n, C_in, H + padding + 1, W + padding)


def _chunks(x: np.ndarray, kernel: tuple[int, int], g: _Geometry):
    """Unfold a few images at a time into columns, in one buffer that is used again.

    Yields the images' slice and their columns, shape (n, C_in, KH, KW, H_out, ``g.row``). A few images' columns fit in the
    processor's cache; those of the whole batch would be KH·KW times the batch.
    """
    n, c = x.shape[:2]
    column_bytes = c * kernel[0] * kernel[1] * g.out[0] * g.row * x.itemsize
    size = max(1, min(n, _CHUNK_BYTES // max(column_bytes, 1)))
    columns = np.empty((size, c, *kernel, g.out[0], g.row), x.dtype)  # (n, C_in, KH, KW, H_out, row)
    padded, inner = _buffer(size, c, g, x.dtype), _inner(x, g)
    windows = _windows(padded, kernel, g)
    for start in range(0, n, size):
        count = min(size, n - start)
        padded[:count, :, *inner] = x[start : start + count]
        columns[:count] = windows[:count]
        yield slice(start, start + count), columns[:count]


def _inner(x: np.ndarray, g: _Geometry) -> tuple[slice, slice]:
    """The slices of a padded image that hold the image itself."""
    return tuple(slice(p, p + n) for p, n in zip(g.before, x.shape[2:], strict=True))


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
    w = np.empty((1, x.shape[1], *pair("im2col", "kernel", kernel, least=1)), x.dtype)
    spec = _expect("im2col", _IMAGE, x, w, None, 1)
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": 1}
    g = _geometry("im2col", spec, x, w, None, x.shape[2:], w.shape[2:], **options)
    columns = np.empty((len(x), w.size, g.out[0] * g.out[1]), x.dtype)  # (N, C·KH·KW, H_out·W_out)
    for images, chunk in _chunks(x, w.shape[2:], g):
        columns[images] = chunk[..., : g.out[1]].reshape(len(chunk), w.size, -1)
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
    spec = _expect("conv2d_forward", _IMAGE, x, w, b, groups)
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    g = _geometry("conv2d_forward", spec, x, w, b, x.shape[2:], w.shape[2:], **options)
    return _correlate(x, w, b, g), (x, w, b is not None, g)


def _correlate(x, w, b, g: _Geometry) -> np.ndarray:
    rows = _rows(w, g)  # (groups, C_out / groups, K)
    y = np.empty((len(x), len(w), *g.out), x.dtype)  # (N, C_out, H_out, W_out)
    for images, columns in _chunks(x, w.shape[2:], g):
        wide = rows @ columns.reshape(len(columns), g.groups, rows.shape[2], -1)  # (n, groups, C_out / groups, H_out·row)
        y[images] = wide.reshape(len(columns), len(w), g.out[0], g.row)[..., : g.out[1]]
    if b is not None:
        y += b[:, None, None]
    return y


def _rows(w: np.ndarray, g: _Geometry) -> np.ndarray:
    """The filters as matrices, one a group and one filter a row."""
    return w.reshape(g.groups, len(w) // g.groups, w.shape[1] * w.shape[2] * w.shape[3])


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
    x, w, has_bias, g = cache
    expect_shapes("conv2d_backward", "dy[N C_out H_out W_out]", dy, **_out_sizes(x, w, g))
    expect_floats("conv2d_backward", x=x, dy=dy)
    return _correlate_backward(dy, x, w, has_bias, g)


def _out_sizes(x, w, g: _Geometry) -> dict[str, int]:
    return {"N": x.shape[0], "C_out": w.shape[0], "H_out": g.out[0], "W_out": g.out[1]}


def _correlate_backward(dy, x, w, has_bias, g: _Geometry):
    rows = _rows(w, g)  # (groups, C_out / groups, K)
    dw = np.zeros((g.groups, rows.shape[2], rows.shape[1]), x.dtype)  # (groups, K, C_out / groups): transposed, it is faster
    dx, inner, wide = np.empty(x.shape, x.dtype), _inner(x, g), None
    for images, columns in _chunks(x, w.shape[2:], g):
        n = len(columns)
        if wide is None:
            wide = np.zeros((n, len(w), g.out[0], g.row), x.dtype)  # dy with zeros where windows wrap round
        wide[:n, ..., : g.out[1]] = dy[images]
        dys = wide[:n].reshape(n, g.groups, rows.shape[1], -1)  # (n, groups, C_out / groups, H_out·row)
        flat = columns.reshape(n, g.groups, rows.shape[2], -1)  # (n, groups, K, H_out·row)
        dw += np.matmul(flat, dys.transpose(0, 1, 3, 2)).sum(axis=0)
        np.matmul(rows.transpose(0, 2, 1), dys, out=flat)  # the columns have served: their buffer takes their gradient
        padded = _buffer(n, x.shape[1], g, x.dtype)
        windows = _windows(padded, w.shape[2:], g)
        for i, j in np.ndindex(*w.shape[2:]):
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
    spec = _expect("conv1d_forward", _SIGNAL, x, w, b, groups)
    along = {name: _along(name, value) for name, value in (("stride", stride), ("dilation", dilation), ("padding", padding))}
    image, kernel = (1, x.shape[2]), (1, w.shape[2])
    g = _geometry("conv1d_forward", spec, x, w, b, image, kernel, groups=groups, **along)
    x, w = x[:, :, None], w[:, :, None]  # (N, C_in, 1, L), (C_out, C_in / groups, 1, K)
    return _correlate(x, w, b, g)[:, :, 0], (x, w, b is not None, g)


def _along(name: str, value):
    """An option of a signal as the option of an image one pixel high."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple | list) and len(value) == 1:
        value = value[0]
    _, along = pair("conv1d_forward", name, (1, value), least=0 if name == "padding" else 1)
    return (0 if name == "padding" else 1, along)


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
    x, w, has_bias, g = cache
    expect_shapes("conv1d_backward", "dy[N C_out L_out]", dy, N=x.shape[0], C_out=w.shape[0], L_out=g.out[1])
    expect_floats("conv1d_backward", x=x, dy=dy)
    dx, dw, db = _correlate_backward(dy[:, :, None], x, w, has_bias, g)
    return dx[:, :, 0], dw[:, :, 0], db
