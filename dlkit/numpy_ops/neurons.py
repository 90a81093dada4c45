"""A layer of neurons: the linear map and its gradients."""

from math import prod

import numpy as np

from dlkit.shapes import expect_floats, expect_shapes, expect_upstream


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
    y = _rows(x) @ w.T  # (every example, D_out): one product for all examples, where x @ w.T would make one for each sequence
    if b is not None:
        y += b
    return y.reshape(*x.shape[:-1], len(w)), (x, w, b is not None)


def _rows(x: np.ndarray) -> np.ndarray:
    """Every example as a row, whatever the axes before the last."""
    return x.reshape(prod(x.shape[:-1]), x.shape[-1])


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
    dy = expect_upstream("linear_backward", dy, (*x.shape[:-1], len(w)), x.dtype)
    rows = _rows(dy)  # (every example, D_out)
    dx = (rows @ w).reshape(x.shape)  # (..., D_in)
    dw = rows.T @ _rows(x)  # (D_out, D_in)
    db = np.ones(len(rows), rows.dtype) @ rows if has_bias else None  # (D_out,): keeps more digits than a plain sum
    return dx, dw, db
