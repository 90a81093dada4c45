"""A layer of neurons: the linear map and its gradients."""

import numpy as np

from dlkit.errors import ShapeError
from dlkit.shapes import expect_floats, expect_shapes


def linear_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None):
    """Apply a layer of neurons to every example of a batch.

    y[…, o] = Σ_i x[…, i] · w[o, i] + b[o]

    Parameters
    ----------
    x : np.ndarray, shape (..., D_in)
        Features on the last axis; (N, D_in) for a batch, (N, T, D_in) for sequences.
    w : np.ndarray, shape (D_out, D_in)
        One neuron a row.
    b : np.ndarray, shape (D_out,), optional
        One offset a neuron; ``None`` for none.

    Returns
    -------
    y : np.ndarray, shape (..., D_out)
    cache : tuple
        For :func:`linear_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit.
    TypeError
        For anything but floating-point arrays of one dtype.

    Lesson: 01_neurons
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 6.1.
    """
    expect_shapes("linear_forward", "x[... D_in] w[D_out D_in] b[D_out]?", x, w, b)
    expect_floats("linear_forward", x=x, w=w, b=b)
    y = x @ w.T  # (..., D_out)
    if b is not None:
        y += b
    return y, (x, w, b is not None)


def linear_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of a layer of neurons back to its input, weights and offsets.

    dx = dy · w,  dw[o, i] = Σ dy[…, o] · x[…, i],  db[o] = Σ dy[…, o]

    Parameters
    ----------
    dy : np.ndarray, shape (..., D_out)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`linear_forward`.

    Returns
    -------
    dx : np.ndarray, shape (..., D_in)
    dw : np.ndarray, shape (D_out, D_in)
    db : np.ndarray, shape (D_out,), or None where there was no ``b``

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 02_backpropagation
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 6.5.
    """
    x, w, has_bias = cache
    expect_shapes("linear_backward", "dy[... D_out]", dy, owner="w", D_out=len(w))
    if dy.shape[:-1] != x.shape[:-1]:
        raise ShapeError(f"linear_backward: dy has shape {dy.shape}, y had {(*x.shape[:-1], len(w))}")
    expect_floats("linear_backward", x=x, dy=dy)
    dx = dy @ w  # (..., D_in)
    rows = dy.reshape(-1, len(w))  # (every example, D_out)
    dw = rows.T @ x.reshape(-1, w.shape[1])  # (D_out, D_in)
    db = rows.sum(axis=0) if has_bias else None  # (D_out,)
    return dx, dw, db
