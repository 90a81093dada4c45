"""Layer normalisation: every example over its own features."""

from math import prod

import numpy as np

from dlkit.errors import ShapeError
from dlkit.numpy_ops.normalization.moments import LAYER, normalize, normalize_backward, positive
from dlkit.shapes import expect_floats, expect_shapes, expect_upstream, whole


def _expect(where: str, x, w, b, normalized_shape) -> tuple[int, ...]:
    """Check the arrays, and find the sizes of the axes that share a mean."""
    owner = "normalized_shape"
    if normalized_shape is None:
        owner, normalized_shape = ("x", getattr(x, "shape", ())[-1:]) if w is None else ("w", getattr(w, "shape", (1,)))
    sizes = normalized_shape if isinstance(normalized_shape, tuple | list) else (normalized_shape,)
    sizes = tuple(whole(where, "normalized_shape", size, least=0) for size in sizes)
    letters = ["D"] if len(sizes) < 2 else [f"D{k + 1}" for k in range(len(sizes))]
    last = " ".join(letters)
    known = dict(zip(letters, sizes, strict=False))
    expect_shapes(where, f"x[... {last}] w[{last}]? b[{last}]?", x, w, b, owner=owner, **known)
    expect_floats(where, x=x, w=w, b=b)
    if not sizes:
        raise ShapeError(f"{where}: normalized_shape is (); give the size of one last axis or of several")
    return sizes


def layer_norm_forward(
    x: np.ndarray, w: np.ndarray | None = None, b: np.ndarray | None = None, *, normalized_shape=None, eps=1e-5
):
    """Bring the features of every example to mean 0 and variance 1, then scale and shift them by what was learned.

    y[…, i] = (x[…, i] − μ[…]) / √(σ²[…] + eps) · w[i] + b[i],  μ and σ² over i alone

    Parameters
    ----------
    x : np.ndarray, shape (..., D)
    w, b : np.ndarray, shape (D,), optional
        Scale and offset of each feature; ``None`` for 1 and 0.
    normalized_shape : int or tuple of int, optional
        The sizes of the last axes that share a mean, for several at once (w and b then have these axes). ``None`` takes the
        shape of ``w``, or the last axis.
    eps : float
        Above 0; keeps constant features from a division by 0.

    Returns
    -------
    y : np.ndarray, shape of ``x``
    cache : tuple
        For :func:`layer_norm_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit.
    TypeError
        For anything but floating-point arrays of one dtype.
    ValueError
        For an ``eps`` that is not above 0.

    Notes
    -----
    Nothing is shared between examples: training and evaluation compute the same, and a batch of one is as good as any.

    Lesson: 04_training
    Source: Ba, Kiros and Hinton, 2016, Layer normalization, equations 3 and 4.
    """
    sizes = _expect("layer_norm_forward", x, w, b, normalized_shape)
    eps = positive("layer_norm_forward", eps)
    gain = np.ones(prod(sizes), x.dtype) if w is None else w.reshape(-1)  # (D,)
    rows = x.reshape(prod(x.shape[: x.ndim - len(sizes)]), prod(sizes))  # (every example, D)
    y, centred, rstd = normalize(rows, gain, None if b is None else b.reshape(-1), LAYER, eps)
    return y.reshape(x.shape), (centred, rstd, gain, x.shape, sizes, w is not None, b is not None)


def layer_norm_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of layer normalisation back to the input, the scales and the offsets.

    dx = (g − mean(g) − x̂ · mean(g · x̂)) / σ with g = dy · w and x̂ the normalised input; means over the features of one
    example. dw[i] = Σ dy[…, i] · x̂[…, i],  db[i] = Σ dy[…, i].

    Parameters
    ----------
    dy : np.ndarray, shape of ``y``
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`layer_norm_forward`.

    Returns
    -------
    dx : np.ndarray, shape of ``x``
    dw, db : np.ndarray, shape (D,), or None where there was none

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 04_training
    Source: Ba, Kiros and Hinton, 2016, Layer normalization, equations 3 and 4.
    """
    centred, rstd, gain, shape, sizes, has_scale, has_offset = cache
    rows = expect_upstream("layer_norm_backward", dy, shape, centred.dtype).reshape(centred.shape)  # (every example, D)
    dx, dw, db = normalize_backward(rows, centred, rstd, gain, LAYER)
    return dx.reshape(shape), dw.reshape(sizes) if has_scale else None, db.reshape(sizes) if has_offset else None
