"""Losses of a classifier: how unlikely it held the class that was right."""

import numpy as np

from dlkit.errors import ShapeError
from dlkit.numpy_ops.reduction import expect_reduction, reduce, share
from dlkit.shapes import (
    expect_below,
    expect_floats,
    expect_same_shape,
    expect_shapes,
    expect_whole_numbers,
    listing,
    number,
    whole,
)


def _expect_scores(where: str, x, w, **target) -> int:
    """Check ``x`` (N, C, …) or (C,), weights (C,) and, where given, labels (N, …) or (); say how many classes there are."""
    places = " ".join(f"d{k}" for k in range(1, getattr(x, "ndim", 0) - 1))
    scores, labels = (f"N C {places}", f"N {places}") if getattr(x, "ndim", 0) > 1 else ("C", "")
    spec = f"x[{scores}] {''.join(f'{name}[{labels}]' for name in target)} w[C]?"
    classes = expect_shapes(where, spec, x, *target.values(), w)["C"]
    expect_floats(where, x=x, w=w)
    if classes == 0:
        raise ShapeError(f"{where}: C is 0, there are no classes to choose from.\n{listing(spec, x, *target.values(), w)}")
    return classes


def _expect_labels(where: str, x, target, w, ignore_index):
    """Check class labels; give them with an axis of one for the classes, which of them count, and their weights."""
    expect_whole_numbers(where, target=target)
    classes = _expect_scores(where, x, w, target=target)
    kept = target != whole(where, "ignore_index", ignore_index, least=-np.inf)
    labels = np.where(kept, target, 0)  # an ignored label may be any number: 0 stands in for it
    expect_below(where, "target", labels, classes, "C")
    weights = kept.astype(x.dtype) if w is None else w[labels] * kept
    rows = _rows(x)
    column = (len(rows), 1, *rows.shape[2:])
    return labels.reshape(column), kept.reshape(column), weights.reshape(column)  # each (N, 1, …)


def _rows(x: np.ndarray) -> np.ndarray:
    """The scores of a single example as a batch of one, (1, C); a batch (N, C, …) as it is."""
    return x if x.ndim > 1 else x[None]


def _picked(x: np.ndarray, labels: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """The score of each place's own class, (N, 1, …); 0 where it is ignored, whatever ``x`` holds there, even −∞."""
    return np.where(kept, np.take_along_axis(x, labels, axis=1), 0)


def nll_loss_forward(x: np.ndarray, target: np.ndarray, w: np.ndarray | None = None, *, ignore_index=-100, reduction="mean"):
    """Read off how unlikely the right classes were: the negative log-likelihood.

    y = Σ_n w[t_n] · (−x[n, t_n]) / Σ_n w[t_n],  t_n = target[n]

    Parameters
    ----------
    x : np.ndarray, shape (N, C, ...) or (C,)
        Log-probabilities of the classes.
    target : np.ndarray of int, shape (N, ...) or ()
        The right classes, 0 to C − 1.
    w : np.ndarray, shape (C,), optional
        What a mistake on each class weighs; taken as given, without a gradient.
    ignore_index : int
        Places with this label do not count.
    reduction : {"mean", "sum", "none"}
        What becomes of the terms; "mean" divides by the weights that took part.

    Returns
    -------
    y : np.ndarray, shape (), with ``reduction="none"`` that of ``target``
    cache : tuple
        For :func:`nll_loss_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit, or a label is no class.
    TypeError
        For labels that are not whole numbers, or anything but floating-point arrays of one dtype.
    ValueError
        For another reduction.

    Notes
    -----
    Where every label is ignored, "mean" is nan as in PyTorch, and all gradients are 0.

    Lesson: 01_neurons
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 6.2.1.1.
    """
    expect_reduction("nll_loss_forward", reduction)
    labels, kept, weights = _expect_labels("nll_loss_forward", x, target, w, ignore_index)
    losses = -(weights * _picked(_rows(x), labels, kept)).reshape(target.shape)  # (N, …)
    return reduce(losses, reduction, weights.sum()), (x.shape, labels, weights, target.shape, reduction)


def nll_loss_backward(dy, cache: tuple):
    """Send the gradient of the negative log-likelihood back: only the right classes are pulled.

    dx[n, c] = −dy · w[t_n] / Σ_m w[t_m] where c = t_n, else 0

    Parameters
    ----------
    dy : np.ndarray or float, shape (), with ``reduction="none"`` (N, ...)
        The gradient of what follows with respect to ``y``.
    cache : tuple
        From :func:`nll_loss_forward`.

    Returns
    -------
    dx : np.ndarray, shape (N, C, ...) or (C,)
    dtarget, dw : None
        Labels and weights are given.

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Lesson: 02_backpropagation
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 6.2.1.1.
    """
    x_shape, labels, weights, shape, reduction = cache
    g = _shares("nll_loss_backward", dy, shape, weights, reduction, weights.sum())  # (N, 1, …)
    dx = np.zeros(x_shape, weights.dtype)
    np.put_along_axis(_rows(dx), labels, -weights * g, axis=1)
    return dx, None, None


def _shares(where: str, dy, shape, weights, reduction, count) -> np.ndarray:
    """The gradient of each place's loss, with an axis of one for the classes: (N, 1, …)."""
    return share(where, dy, shape, weights.dtype, reduction, count).reshape(weights.shape)


def cross_entropy_forward(
    x: np.ndarray, target: np.ndarray, w: np.ndarray | None = None, *,
    ignore_index=-100, reduction="mean", label_smoothing=0.0,
):  # fmt: skip
    """Turn scores into probabilities with softmax, and measure how unlikely the right classes were.

    y = mean_n Σ_c q[n, c] · (−log p[n, c]),  p[n, c] = exp(x[n, c]) / Σ_k exp(x[n, k])

    With class labels q[n, c] is w[c] where c = target[n] and 0 elsewhere; with class probabilities it is w[c] · target[n, c].
    Smoothing by ε first makes the target (1 − ε) · target + ε / C.

    Parameters
    ----------
    x : np.ndarray, shape (N, C, ...) or (C,)
        Scores of the classes before softmax (logits).
    target : np.ndarray of int, shape (N, ...) or (); or np.ndarray of float, shape of ``x``
        The right classes, 0 to C − 1; or the probability each class should get.
    w : np.ndarray, shape (C,), optional
        What a mistake on each class weighs; taken as given, without a gradient.
    ignore_index : int
        Places with this label do not count. Only for labels.
    reduction : {"mean", "sum", "none"}
        What becomes of the terms. With labels "mean" divides by the weights of the labels that took part, with probabilities
        by the number of places.
    label_smoothing : float
        ε, from 0 to 1: how much of the target is spread over all classes.

    Returns
    -------
    y : np.ndarray, shape (), with ``reduction="none"`` (N, ...)
    cache : tuple
        For :func:`cross_entropy_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit, or a label is no class.
    TypeError
        For anything but floating-point arrays of one dtype, labels apart.
    ValueError
        For another reduction, smoothing outside 0 to 1, or an ``ignore_index`` beside probabilities.

    Notes
    -----
    The largest score is subtracted first: the largest exponential is then 1, and their sum neither overflows nor is 0. Plain
    labels pick one score a row and need no q. Where every label is ignored, "mean" is nan as in PyTorch, all gradients 0.

    Lesson: 01_neurons
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 6.2.2.3; Szegedy and others, 2016, Rethinking the
    Inception Architecture for Computer Vision, section 7 (label smoothing).
    """
    where = "cross_entropy_forward"
    expect_reduction(where, reduction)
    smoothing = number(where, "label_smoothing", label_smoothing, least=0, most=1)
    soft = getattr(getattr(target, "dtype", None), "kind", "") == "f"  # probabilities, not labels
    if soft:
        _expect_probabilities(where, x, target, w, ignore_index)
        labels, q = None, _wanted(_rows(target), w, smoothing)  # (N, C, …)
        shape = x.shape[:1] + x.shape[2:] if x.ndim > 1 else ()
        count = x.size // q.shape[1]
    else:
        labels, kept, q = _expect_labels(where, x, target, w, ignore_index)  # (N, 1, …)
        shape, count = target.shape, q.sum()
    rows = _rows(x)  # (N, C, …)
    with np.errstate(invalid="ignore"):  # −∞ − −∞ is nan, which only an ignored row may hold unpunished
        shifted = rows - rows.max(axis=1, keepdims=True)
    if labels is not None and smoothing:
        one_hot = np.zeros(rows.shape, x.dtype)  # (N, C, …)
        np.put_along_axis(one_hot, labels, 1, axis=1)
        labels, q = None, _wanted(one_hot, w, smoothing) * kept
    if labels is None:
        mass, hit = _over_classes(q), _over_classes(q, shifted)  # (N, 1, …)
    else:
        mass, hit = q, q * _picked(shifted, labels, kept)
    e = np.exp(shifted, out=None if soft else shifted)  # (N, C, …); for a soft target, dtarget needs shifted too
    total = _over_classes(e)  # (N, 1, …), 1 or more
    losses = mass * np.log(total) - hit  # (N, 1, …): −Σ q · log p, for log p = shifted − log total
    losses = (losses if soft else np.where(kept, losses, 0)).reshape(shape)  # an ignored row may hold anything
    toward_target = (shifted, w, 1 - smoothing) if soft else None
    return reduce(losses, reduction, count), (x.shape, e, total, labels, q, mass, toward_target, shape, reduction, count)


def _expect_probabilities(where: str, x, target, w, ignore_index) -> None:
    """Check a target that gives every class a probability."""
    _expect_scores(where, x, w)
    try:
        expect_same_shape(where, x=x, target=target)
    except ShapeError as error:
        raise ShapeError(f"{error}\nThis target holds probabilities; for labels, try target.astype(np.int64).") from None
    expect_floats(where, x=x, target=target)
    if whole(where, "ignore_index", ignore_index, least=-np.inf) >= 0:
        raise ValueError(
            f"{where}: ignore_index is {ignore_index}, but target holds probabilities: there is no label to ignore"
        )


def _wanted(target: np.ndarray, w, smoothing: float) -> np.ndarray:
    """q: the target's probabilities, smoothed, each class times its weight; (N, C, …)."""
    if smoothing:
        target = target * (1 - smoothing) + smoothing / target.shape[1]
    return target if w is None else target * _by_class(w, target)


def _by_class(w: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Class weights lined up with the second axis of ``rows``: (C, 1, …)."""
    return w.reshape(-1, *[1] * (rows.ndim - 2))


def _over_classes(*rows: np.ndarray) -> np.ndarray:
    """The sum over the classes of one array or of a product, (N, 1, …); ``einsum`` is faster here than ``sum``."""
    return np.einsum(f"{', '.join(['nc...'] * len(rows))} -> n...", *rows)[:, None]


def cross_entropy_backward(dy, cache: tuple):
    """Send the gradient of softmax and cross-entropy back in one step: probabilities minus target.

    dx[n, c] = dy · (p[n, c] · Σ_k q[n, k] − q[n, c]) / count, for a plain label (p − one_hot) / N
    dtarget[n, c] = −dy · (1 − ε) · w[c] · log p[n, c] / count

    Parameters
    ----------
    dy : np.ndarray or float, shape (), with ``reduction="none"`` (N, ...)
        The gradient of what follows with respect to ``y``.
    cache : tuple
        From :func:`cross_entropy_forward`.

    Returns
    -------
    dx : np.ndarray, shape (N, C, ...) or (C,)
    dtarget : np.ndarray, shape of ``x``, or None for labels
    dw : None
        Weights are given.

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Notes
    -----
    The logarithm cancels the exponential's derivative: p is never divided by, so that no confident mistake loses its gradient.

    Lesson: 02_backpropagation
    Source: Bishop, 2006, Pattern Recognition and Machine Learning, equation 4.109.
    """
    x_shape, e, total, labels, q, mass, toward_target, shape, reduction, count = cache
    g = _shares("cross_entropy_backward", dy, shape, mass, reduction, count)  # (N, 1, …)
    dx = e * (mass * g / total)  # (N, C, …)
    if labels is None:
        dx -= q * g
    else:
        np.put_along_axis(dx, labels, np.take_along_axis(dx, labels, axis=1) - q * g, axis=1)
    if toward_target is None:
        return dx.reshape(x_shape), None, None
    shifted, w, unspread = toward_target
    dtarget = (np.log(total) - shifted) * (unspread * g)  # (N, C, …)
    if w is not None:
        dtarget *= _by_class(w, dtarget)
    return dx.reshape(x_shape), dtarget.reshape(x_shape), None
