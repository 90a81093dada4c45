"""Group normalisation: every example over groups of its own channels."""

from functools import partial
from math import prod

import numpy as np

from dlkit.errors import ShapeError
from dlkit.numpy_ops.normalization.moments import GROUP, channel_letters, normalize, normalize_backward, positive
from dlkit.shapes import expect_floats, expect_shapes, expect_upstream, listing, whole


def group_norm_forward(x: np.ndarray, w: np.ndarray | None = None, b: np.ndarray | None = None, *, num_groups, eps=1e-5):
    """Bring each group of channels of every example to mean 0 and variance 1, then scale and shift each channel.

    y[n, c, …] = (x[n, c, …] − μ[n, g]) / √(σ²[n, g] + eps) · w[c] + b[c],  c in group g of C / num_groups channels

    Parameters
    ----------
    x : np.ndarray, shape (N, C), (N, C, L) or (N, C, H, W)
    w, b : np.ndarray, shape (C,), optional
        Scale and offset of each channel; ``None`` for 1 and 0.
    num_groups : int
        Divides C. 1 shares one mean among all channels, C gives each its own (instance normalisation).
    eps : float
        Above 0; keeps a constant group from a division by 0.

    Returns
    -------
    y : np.ndarray, shape of ``x``
    cache : tuple
        For :func:`group_norm_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit, or groups do not divide the channels.
    TypeError
        For anything but floating-point arrays of one dtype.
    ValueError
        For an ``eps`` that is not above 0, and, as in PyTorch, for one example with one value a group.

    Lesson: 04_training
    Source: Wu and He, 2018, Group normalization, equations 1 to 7.
    """
    where = "group_norm_forward"
    spec = f"x[{channel_letters(where, x)}] w[C]? b[C]?"
    expect_shapes(where, spec, x, w, b)
    expect_floats(where, x=x, w=w, b=b)
    groups, eps, shapes = whole(where, "num_groups", num_groups, least=1), positive(where, eps), partial(listing, spec, x, w, b)
    if x.shape[1] % groups:
        raise ShapeError(f"{where}: C is {x.shape[1]}, which num_groups={groups} does not divide.\n{shapes()}")
    if x.size == 0 and len(x) > 0:
        raise ShapeError(f"{where}: a group has no values to take a mean of.\n{shapes()}")
    if x.size == groups and len(x) == 1:
        raise ShapeError(f"{where}: one value a group has no variance; try fewer groups.\n{shapes()}")
    split = (groups, x.shape[1] // groups)
    blocks = x.reshape(len(x), *split, prod(x.shape[2:]))  # (N, groups, C / groups, L)
    gain = np.ones(split, x.dtype) if w is None else w.reshape(split)  # (groups, C / groups)
    y, centred, rstd = normalize(blocks, gain, None if b is None else b.reshape(split), GROUP, eps)
    return y.reshape(x.shape), (centred, rstd, gain, x.shape, w is not None, b is not None)


def group_norm_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of group normalisation back to the input, the scales and the offsets.

    dx = (g − mean(g) − x̂ · mean(g · x̂)) / σ with g = dy · w and x̂ the normalised input; means over one group of one
    example. dw[c] = Σ dy · x̂,  db[c] = Σ dy.

    Parameters
    ----------
    dy : np.ndarray, shape of ``y``
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`group_norm_forward`.

    Returns
    -------
    dx : np.ndarray, shape of ``x``
    dw, db : np.ndarray, shape (C,), or None where there was none

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 04_training
    Source: Wu and He, 2018, Group normalization, equations 1 to 7.
    """
    centred, rstd, gain, shape, has_scale, has_offset = cache
    blocks = expect_upstream("group_norm_backward", dy, shape, centred.dtype).reshape(
        centred.shape
    )  # (N, groups, C / groups, L)
    dx, dw, db = normalize_backward(blocks, centred, rstd, gain, GROUP)
    return dx.reshape(shape), dw.reshape(-1) if has_scale else None, db.reshape(-1) if has_offset else None
