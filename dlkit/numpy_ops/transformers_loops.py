"""Rotary positions as the formula says them, one angle at a time. Slow, readable, under the same tests as the fast ones."""

import numpy as np

from dlkit.numpy_ops.transformers import prepare_rotary
from dlkit.shapes import expect_upstream


def rotary_loops_forward(x: np.ndarray, positions: np.ndarray | None = None, *, base=10000.0):
    """Turn one pair of features after the other with the 2×2 matrix of a rotation: the same numbers as ``rotary_forward``.

    (y[…, t, 2i], y[…, t, 2i + 1]) = ((cos θ, −sin θ), (sin θ, cos θ)) · (x[…, t, 2i], x[…, t, 2i + 1]),
    θ = positions[t] · base^(−2i / D)

    Parameters
    ----------
    x : np.ndarray, shape (..., T, D)
    positions : np.ndarray of whole numbers, shape (T,), optional
    base : float
        All as in :func:`dlkit.numpy_ops.transformers.rotary_forward`.

    Returns
    -------
    y : np.ndarray, shape (..., T, D)
    cache : tuple
        For :func:`rotary_loops_backward`.

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`dlkit.numpy_ops.transformers.rotary_forward`.

    Lesson: 16_transformers
    Source: Su et al., 2021, RoFormer: Enhanced transformer with rotary position embedding, equations 14 and 15.
    """
    angles = prepare_rotary("rotary_loops_forward", x, positions, base)  # (T, D / 2)
    y = np.zeros(x.shape, x.dtype)
    for (t, i), angle in np.ndenumerate(angles):
        pair = slice(2 * i, 2 * i + 2)
        y[..., t, pair] = x[..., t, pair] @ _rotation(angle, x.dtype).T  # (..., 2)
    return y, (angles, x.shape, x.dtype)


def _rotation(angle: float, dtype) -> np.ndarray:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], dtype)


def rotary_loops_backward(dy: np.ndarray, cache: tuple):
    """Multiply each pair of the gradient with the transposed matrix, which turns it back.

    Parameters
    ----------
    dy : np.ndarray, shape (..., T, D)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`rotary_loops_forward`.

    Returns
    -------
    dx : np.ndarray, shape (..., T, D)
    dpositions : None

    Raises
    ------
    ShapeError, TypeError
        As in :func:`dlkit.numpy_ops.transformers.rotary_backward`.

    Lesson: 16_transformers
    Source: Su et al., 2021, RoFormer: Enhanced transformer with rotary position embedding, equations 14 and 15.
    """
    angles, shape, dtype = cache
    dy = expect_upstream("rotary_loops_backward", dy, shape, dtype)
    dx = np.zeros(shape, dtype)
    for (t, i), angle in np.ndenumerate(angles):
        pair = slice(2 * i, 2 * i + 2)
        dx[..., t, pair] = dy[..., t, pair] @ _rotation(angle, dtype)  # (..., 2)
    return dx, None
