"""Words as vectors: looking them up in a table, and the loss that teaches the table from the company words keep."""

import numpy as np

from dlkit.errors import ShapeError
from dlkit.numpy_ops.activations.sigmoids import logistic_loss
from dlkit.numpy_ops.reduction import expect_reduction, reduce, share
from dlkit.shapes import expect_below, expect_floats, expect_shapes, expect_upstream, expect_whole_numbers, whole

_CHUNK_BYTES = 2**18  # places of so many words at a time stay in the cache of one core


def table_rows(where: str, x: np.ndarray, w: np.ndarray, padding_idx: int | None) -> tuple[np.ndarray, int | None]:
    """Check words, table and padding, and count the padding from the first row.

    Parameters
    ----------
    where : str
        The operation's name; it opens the messages.
    x, w, padding_idx
        As in :func:`embedding_forward`.

    Returns
    -------
    np.ndarray, int or None
        The rows of the words, wide enough to calculate with, and the row of the padding.

    Raises
    ------
    ShapeError, TypeError
        As in :func:`embedding_forward`.
    """
    expect_shapes(where, "x[...] w[V D]", x, w)
    expect_whole_numbers(where, x=x)
    expect_floats(where, w=w)
    expect_below(where, "x", x, len(w), "V")
    if padding_idx is not None:
        padding_idx = whole(where, "padding_idx", padding_idx, least=-len(w))
        if padding_idx >= len(w):
            raise ShapeError(f"{where}: padding_idx is {padding_idx}, but V is {len(w)}: give {-len(w)} to {len(w) - 1}")
        padding_idx %= len(w)
    return x.astype(np.intp), padding_idx


def embedding_forward(x: np.ndarray, w: np.ndarray, *, padding_idx: int | None = None):
    """Look words up in a table of vectors.

    y[…, d] = w[x[…], d]

    Parameters
    ----------
    x : np.ndarray of whole numbers, shape (...)
        The words, each by its row in the table: 0 to V − 1.
    w : np.ndarray, shape (V, D)
        One vector a row.
    padding_idx : int, optional
        The row that fills up short sequences; it is looked up like any other, but gets no gradient. A negative number counts
        from the last row.

    Returns
    -------
    y : np.ndarray, shape (..., D)
    cache : tuple
        For :func:`embedding_backward`.

    Raises
    ------
    ShapeError
        When the table has not two axes, or a word or ``padding_idx`` is not one of its rows.
    TypeError
        When ``x`` holds no whole numbers, or ``w`` no floating-point numbers.

    Notes
    -----
    It is the product of one-hot vectors with the table, without the vectors and without the product.

    Lesson: 12_embeddings
    Source: Bengio, Ducharme, Vincent and Jauvin, 2003, A neural probabilistic language model, section 2.
    """
    rows, padding = table_rows("embedding_forward", x, w, padding_idx)
    return w.take(rows, axis=0), (rows, w.shape, w.dtype, padding)


def embedding_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of looked-up vectors back to the rows they came from.

    dw[v, d] = Σ over all places where x[…] = v of dy[…, d]

    Parameters
    ----------
    dy : np.ndarray, shape (..., D)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`embedding_forward`.

    Returns
    -------
    dx : None
        Words are whole numbers.
    dw : np.ndarray, shape (V, D)
        Zero for words that did not occur, and for the padding.

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Notes
    -----
    ``dw[x] += dy`` would be wrong: a word that occurs twice would keep only one of its gradients. ``np.add.at`` adds both, and
    is several times faster on one long row of numbers than on rows of a table; so every number is told its own place, a few
    words at a time so that the places stay in the processor's cache.

    Lesson: 12_embeddings
    Source: Bengio, Ducharme, Vincent and Jauvin, 2003, A neural probabilistic language model, section 2.
    """
    rows, (v, d), dtype, padding = cache
    dy = expect_upstream("embedding_backward", dy, (*rows.shape, d), dtype)
    dw = np.zeros(v * d, dtype)  # (V·D,)
    starts, dys = rows.reshape(-1, 1) * d, dy.reshape(rows.size, d)  # (words, 1), (words, D)
    step = max(1, _CHUNK_BYTES // (starts.itemsize * max(d, 1)))
    for some in (slice(k, k + step) for k in range(0, len(starts), step)):
        places = starts[some] + np.arange(d)  # (step, D)
        np.add.at(dw, places.ravel(), dys[some].ravel())
    dw = dw.reshape(v, d)  # (V, D)
    if padding is not None:
        dw[padding] = 0
    return None, dw


def negative_sampling_loss_forward(center: np.ndarray, positive: np.ndarray, negatives: np.ndarray, *, reduction="mean"):
    """Measure how badly a word's vector tells a true neighbour from K random words.

    y = mean_n ( −log σ(center[n]·positive[n]) − Σ_k log σ(−center[n]·negatives[n, k]) )

    Parameters
    ----------
    center : np.ndarray, shape (N, D)
        The vectors of the words in the middle of their windows.
    positive : np.ndarray, shape (N, D)
        The context vector of a word that does stand in each window.
    negatives : np.ndarray, shape (N, K, D)
        The context vectors of K words drawn at random for each.
    reduction : {"mean", "sum", "none"}
        What becomes of the N terms; "none" keeps them.

    Returns
    -------
    y : np.ndarray, shape (), with ``reduction="none"`` (N,)
    cache : tuple
        For :func:`negative_sampling_loss_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit.
    TypeError
        For anything but floating-point arrays of one dtype.
    ValueError
        For another reduction.

    Notes
    -----
    The paper maximises the logarithms; here their negative is minimised. ``logistic_loss`` computes it without overflow.

    Lesson: 12_embeddings
    Source: Mikolov and others, 2013, Distributed representations of words and phrases and their compositionality, equation 4.
    """
    where = "negative_sampling_loss_forward"
    expect_shapes(where, "center[N D] positive[N D] negatives[N K D]", center, positive, negatives)
    expect_floats(where, center=center, positive=positive, negatives=negatives)
    expect_reduction(where, reduction)
    attract = logistic_loss(np.vecdot(center, positive))  # (N,)
    repel = logistic_loss(-(negatives @ center[:, :, None])[:, :, 0])  # (N, K)
    cache = (center, positive, negatives, attract, repel, reduction)
    return reduce(attract + repel.sum(axis=1), reduction), cache


def negative_sampling_loss_backward(dy, cache: tuple):
    """Pull the word towards its true neighbour and push it from the random ones, each by how wrong it was.

    dcenter[n] = dy / N · ( −σ(−center[n]·positive[n]) · positive[n] + Σ_k σ(center[n]·negatives[n, k]) · negatives[n, k] )
    dpositive[n] = −dy / N · σ(−center[n]·positive[n]) · center[n]
    dnegatives[n, k] = dy / N · σ(center[n]·negatives[n, k]) · center[n]

    Parameters
    ----------
    dy : np.ndarray or float, shape (), with ``reduction="none"`` (N,)
        The gradient of what follows with respect to ``y``.
    cache : tuple
        From :func:`negative_sampling_loss_forward`.

    Returns
    -------
    dcenter : np.ndarray, shape (N, D)
    dpositive : np.ndarray, shape (N, D)
    dnegatives : np.ndarray, shape (N, K, D)

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Notes
    -----
    A term l = −log σ(s) has the slope −(1 − σ(s)) = expm1(−l) along its score, exact even where σ(s) is next to 1.

    Lesson: 12_embeddings
    Source: Mikolov and others, 2013, Distributed representations of words and phrases and their compositionality, section 2.2.
    """
    center, positive, negatives, attract, repel, reduction = cache
    dy = share("negative_sampling_loss_backward", dy, attract.shape, attract.dtype, reduction)  # (N,)
    pull = dy * np.expm1(-attract)  # (N,)
    push = -dy[:, None] * np.expm1(-repel)  # (N, K)
    dcenter = pull[:, None] * positive + (push[:, None] @ negatives)[:, 0]  # (N, D)
    return dcenter, pull[:, None] * center, push[:, :, None] * center[:, None]
