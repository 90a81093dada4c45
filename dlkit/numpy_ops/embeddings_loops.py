"""Looking words up one by one: slow, and as plain as the formula."""

import numpy as np

from dlkit.numpy_ops.embeddings import table_rows
from dlkit.shapes import expect_upstream


def embedding_loops_forward(x: np.ndarray, w: np.ndarray, *, padding_idx: int | None = None):
    """Look words up in a table of vectors, one at a time.

    y[…, d] = w[x[…], d]

    Parameters
    ----------
    x : np.ndarray of whole numbers, shape (...)
    w : np.ndarray, shape (V, D)
    padding_idx : int, optional
        As in :func:`dlkit.numpy_ops.embeddings.embedding_forward`.

    Returns
    -------
    y : np.ndarray, shape (..., D)
    cache : tuple
        For :func:`embedding_loops_backward`.

    Raises
    ------
    ShapeError, TypeError
        As in :func:`dlkit.numpy_ops.embeddings.embedding_forward`.

    Lesson: 12_embeddings
    Source: Bengio, Ducharme, Vincent and Jauvin, 2003, A neural probabilistic language model, section 2.
    """
    rows, padding = table_rows("embedding_loops_forward", x, w, padding_idx)
    y = np.empty((*x.shape, w.shape[1]), w.dtype)  # (..., D)
    for place in np.ndindex(x.shape):
        y[place] = w[rows[place]]
    return y, (rows, w.shape, w.dtype, padding)


def embedding_loops_backward(dy: np.ndarray, cache: tuple):
    """Add the gradient of every looked-up vector to the row it came from, one at a time.

    dw[v, d] = Σ over all places where x[…] = v of dy[…, d]

    Parameters
    ----------
    dy : np.ndarray, shape (..., D)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`embedding_loops_forward`.

    Returns
    -------
    dx : None
    dw : np.ndarray, shape (V, D)

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Lesson: 12_embeddings
    Source: Bengio, Ducharme, Vincent and Jauvin, 2003, A neural probabilistic language model, section 2.
    """
    rows, shape, dtype, padding = cache
    dy = expect_upstream("embedding_loops_backward", dy, (*rows.shape, shape[1]), dtype)
    dw = np.zeros(shape, dtype)  # (V, D)
    for place in np.ndindex(rows.shape):
        if rows[place] != padding:
            dw[rows[place]] += dy[place]
    return None, dw
