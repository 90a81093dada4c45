"""Transposed convolution, forward and backward: the halves of a convolution, swapped."""

from functools import partial

import numpy as np

from dlkit.errors import ShapeError
from dlkit.numpy_ops.convolution.columns import (
    chunks,
    collect,
    correlate_filters,
    distribute,
    fold,
    matrices,
    unfold,
    widen,
)
from dlkit.numpy_ops.windows import Windows
from dlkit.shapes import expect_floats, expect_shapes, expect_upstream, listing, per_axis, whole


def prepare_transposed(where: str, x, w, b, *, stride, padding, output_padding, groups, dilation):
    """Check a transposed convolution, and place the windows of the convolution it reverses, which stand on its result.

    Parameters
    ----------
    where : str
        The operation's name; it opens the messages.
    x, w, b : np.ndarray
        Input, filters and offsets; ``b`` may be ``None``.
    stride, padding, output_padding, groups, dilation
        As in :func:`conv_transpose2d_forward`.

    Returns
    -------
    sizes : tuple of int
        The shape of the result, (N, C_out, H_out, W_out).
    windows : Windows
        One window of the result for every pixel of ``x``.
    groups : int

    Raises
    ------
    ShapeError, TypeError
        As in :func:`conv_transpose2d_forward`.
    """
    groups = whole(where, "groups", groups, least=1)
    spec = f"x[N C_in H W] w[C_in {'C_out' if groups == 1 else 'C_out/groups'} KH KW] b[C_out]?"
    per_group = w.shape[1] if getattr(w, "ndim", 0) == 4 else 0
    expect_shapes(where, spec, x, w, b, owner="w", **({"C_out": per_group * groups} if per_group else {}))
    expect_floats(where, x=x, w=w, b=b)
    shapes = partial(listing, spec, x, w, b)
    if 0 in w.shape:
        raise ShapeError(f"{where}: there is nothing to slide, an axis of the filters has no cells.\n{shapes()}")
    if len(w) % groups:
        raise ShapeError(f"{where}: C_in is {len(w)}, which groups={groups} does not divide.\n{shapes()}")
    stride = per_axis(where, "stride", stride, least=1)
    padding = per_axis(where, "padding", padding, least=0)
    output_padding = per_axis(where, "output_padding", output_padding, least=0)
    dilation = per_axis(where, "dilation", dilation, least=1)
    padded = []
    for side, n, f, s, p, o, d in zip(
        ("height", "width"), x.shape[2:], w.shape[2:], stride, padding, output_padding, dilation, strict=True
    ):
        if o >= max(s, d):
            raise ShapeError(
                f"{where}: output_padding is {o} along the {side}; give less than the stride ({s}) or the dilation ({d})"
            )
        full = (n - 1) * s + d * (f - 1) + 1 + o  # cells that the windows reach, padding not yet cut away
        if n < 1 or full - 2 * p < 1:
            raise ShapeError(
                f"{where}: nothing is left along the {side}: {n} cells spread over {max(full, 0)}, "
                f"padding cuts {2 * p} away.\n{shapes()}"
            )
        padded.append(full)
    sizes = tuple(full - 2 * p for full, p in zip(padded, padding, strict=True))
    windows = Windows(w.shape[2:], stride, dilation, padding, tuple(padded), x.shape[2:])
    return (len(x), w.shape[1] * groups, *sizes), windows, groups


def conv_transpose2d_forward(
    x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """Spread every pixel of a batch of images over a window of a larger one: a convolution run backwards.

    y[n, o, p·stride + i·dilation − padding, q·stride + j·dilation − padding] += x[n, c, p, q] · w[c, o, i, j], from y = b[o]

    Parameters
    ----------
    x : np.ndarray, shape (N, C_in, H, W)
        The images.
    w : np.ndarray, shape (C_in, C_out / groups, KH, KW)
        What one pixel of each input channel becomes: the filters of the convolution from ``y`` to ``x``.
    b : np.ndarray, shape (C_out,), optional
        One offset an output channel; ``None`` for none.
    stride : int or pair of int
        Pixels of ``y`` from one window to the next: roughly how many times larger ``y`` is.
    padding : int or pair of int
        Pixels cut away on each side of ``y``.
    output_padding : int or pair of int
        Pixels kept at the end of ``y`` only. A convolution of this stride rounds several sizes down to one; this says which.
    groups : int
        Channels are split into so many groups that do not see each other.
    dilation : int or pair of int
        Pixels of ``y`` from one tap of the filter to the next.

    Returns
    -------
    y : np.ndarray, shape (N, C_out, H_out, W_out)
        H_out = (H − 1)·stride − 2·padding + dilation·(KH − 1) + output_padding + 1.
    cache : tuple
        For :func:`conv_transpose2d_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit, padding leaves nothing, ``output_padding`` is too large, or groups do not divide the channels.
    TypeError
        For anything but floating-point arrays of one dtype, or options that are not whole numbers.

    Notes
    -----
    The forward is conv2d's gradient with respect to its images, the backward is conv2d's forward. It is the transpose of a
    convolution's matrix, not its inverse. A kernel that the stride does not divide covers pixels unevenly: checkerboards.

    Lesson: 10_segmentation
    Source: Dumoulin and Visin, 2016, A guide to convolution arithmetic for deep learning, section 4.
    """
    options = {"stride": stride, "padding": padding, "output_padding": output_padding, "groups": groups, "dilation": dilation}
    sizes, g, groups = prepare_transposed("conv_transpose2d_forward", x, w, b, **options)
    rows, y = matrices(w, groups), np.empty(sizes, x.dtype)  # (groups, C_in / groups, K), (N, C_out, H_out, W_out)
    for images, columns in chunks(len(x), sizes[1], g, x.dtype):
        distribute(rows, widen(x[images], g, groups), columns)
        y[images] = fold(columns, g, sizes[2:])
    if b is not None:
        y += b[:, None, None]
    return y, (x, w, b is not None, sizes, g, groups)


def conv_transpose2d_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of a transposed convolution back to the images, the filters and the offsets.

    dx[n, c, p, q] = Σ_o Σ_i Σ_j dy[n, o, p·stride + i·dilation − padding, …] · w[c, o, i, j]: the convolution of dy with w.
    dw[c, o, i, j] = Σ_n Σ_p Σ_q x[n, c, p, q] · dy[n, o, p·stride + i·dilation − padding, …]: dy slid under x.
    db[o] = Σ_n Σ_p Σ_q dy[n, o, p, q].

    Parameters
    ----------
    dy : np.ndarray, shape (N, C_out, H_out, W_out)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`conv_transpose2d_forward`.

    Returns
    -------
    dx : np.ndarray, shape (N, C_in, H, W)
    dw : np.ndarray, shape (C_in, C_out / groups, KH, KW)
    db : np.ndarray, shape (C_out,), or None where there was no ``b``

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 10_segmentation
    Source: Dumoulin and Visin, 2016, A guide to convolution arithmetic for deep learning, section 4.
    """
    x, w, has_bias, sizes, g, groups = cache
    dy = expect_upstream("conv_transpose2d_backward", dy, sizes, x.dtype)
    rows, dx = matrices(w, groups), np.empty(x.shape, x.dtype)
    dw = np.zeros_like(rows)  # (groups, C_in / groups, K)
    for images, columns in unfold(dy, g):
        collect(rows, columns, g, dx[images])
        dw += correlate_filters(columns, widen(x[images], g, groups))
    return dx, dw.reshape(w.shape), (dy.sum(axis=(0, 2, 3)) if has_bias else None)
