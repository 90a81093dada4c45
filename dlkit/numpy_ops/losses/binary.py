"""Losses of yes-or-no questions, each with its own probability."""

import numpy as np

from dlkit.errors import ShapeError
from dlkit.numpy_ops.losses.pairs import expect_pair
from dlkit.numpy_ops.reduction import reduce, share
from dlkit.shapes import expect_floats, expect_shapes

_LEAST = float(np.float32(1e-12))  # PyTorch holds x · (1 − x) above this number, which it keeps in float32


def binary_cross_entropy_forward(x: np.ndarray, target: np.ndarray, w: np.ndarray | None = None, *, reduction="mean"):
    """Measure how unlikely each yes or no was, given its probability.

    y = mean_i −w[i] · (t[i] · log x[i] + (1 − t[i]) · log(1 − x[i])),  t = target

    Parameters
    ----------
    x : np.ndarray, shape (...)
        Probabilities of a yes, 0 to 1.
    target : np.ndarray, shape (...)
        1 for yes, 0 for no, or anything between; the same shape.
    w : np.ndarray, shape (...), optional
        What each term weighs; the same shape. Taken as given, without a gradient.
    reduction : {"mean", "sum", "none"}
        What becomes of the terms; "mean" divides by their number, not by the weights.

    Returns
    -------
    y : np.ndarray, shape (), with ``reduction="none"`` (...)
    cache : tuple
        For :func:`binary_cross_entropy_backward`.

    Raises
    ------
    ShapeError
        When the shapes differ; nothing is stretched.
    TypeError
        For anything but floating-point arrays of one dtype.
    ValueError
        For numbers that are no probabilities, or another reduction.

    Notes
    -----
    A logarithm below −100 counts as −100, as in PyTorch: one certain mistake does not make the loss of a batch infinite.
    Where there are scores before the sigmoid, :func:`binary_cross_entropy_with_logits_forward` needs no such help.

    Lesson: 19_gans
    Source: Bishop, 2006, Pattern Recognition and Machine Learning, equation 4.90.
    """
    where = "binary_cross_entropy_forward"
    expect_pair(where, x, target, reduction=reduction, w=w)
    _expect_probabilities(where, "x", x, "; for scores before the sigmoid, try binary_cross_entropy_with_logits")
    _expect_probabilities(where, "target", target, "")
    with np.errstate(divide="ignore"):  # log 0 is −∞ here, and counts as −100
        yes, no = np.log(x), np.log1p(-x)  # (...)
    losses = -(target * np.maximum(yes, -100) + (1 - target) * np.maximum(no, -100))  # (...)
    if w is not None:
        losses = losses * w
    return reduce(losses, reduction), (x, target, w, reduction)


def _expect_probabilities(where: str, name: str, array: np.ndarray, advice: str) -> None:
    inside = (array >= 0) & (array <= 1)
    if not inside.all():
        first = tuple(int(k) for k in np.argwhere(~inside)[0]) if array.ndim else ()
        at = f"[{', '.join(map(str, first))}]" if first else ""
        raise ValueError(f"{where}: {name}{at} is {array[first]:g}, not a probability: give 0 to 1{advice}")


def binary_cross_entropy_backward(dy, cache: tuple):
    """Send the gradient of binary cross-entropy back to the probabilities and the targets.

    dx[i] = dy · w[i] · (x[i] − t[i]) / (x[i] · (1 − x[i])) / n,  dtarget[i] = dy · w[i] · (log(1 − x[i]) − log x[i]) / n

    Parameters
    ----------
    dy : np.ndarray or float, shape (), with ``reduction="none"`` (...)
        The gradient of what follows with respect to ``y``.
    cache : tuple
        From :func:`binary_cross_entropy_forward`.

    Returns
    -------
    dx : np.ndarray, shape (...)
    dtarget : np.ndarray, shape (...)
    dw : None
        Weights are given.

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Notes
    -----
    At x = 0 and 1, the slopes are PyTorch's: x · (1 − x) is held above 1e-12, and dtarget is infinite.

    Lesson: 19_gans
    Source: Bishop, 2006, Pattern Recognition and Machine Learning, section 4.3.2.
    """
    x, target, w, reduction = cache
    g = share("binary_cross_entropy_backward", dy, x.shape, x.dtype, reduction)
    if w is not None:
        g = g * w  # (...)
    dx = (x - target) / np.maximum(x * (1 - x), _LEAST) * g  # (...)
    with np.errstate(divide="ignore", invalid="ignore"):  # at 0 and 1 the logarithms are infinite
        dtarget = (np.log1p(-x) - np.log(x)) * g  # (...)
    return dx, dtarget, None


def binary_cross_entropy_with_logits_forward(
    x: np.ndarray, target: np.ndarray, w: np.ndarray | None = None, pos_weight: np.ndarray | None = None, *, reduction="mean"
):
    """Turn scores into probabilities with a sigmoid, and measure how unlikely each yes or no was.

    y = mean_i w[i] · (pos_weight · t[i] · (−log σ(x[i])) + (1 − t[i]) · (−log σ(−x[i]))),  t = target

    Parameters
    ----------
    x : np.ndarray, shape (...)
        Scores of a yes before the sigmoid (logits).
    target : np.ndarray, shape (...)
        1 for yes, 0 for no, or anything between; the same shape.
    w : np.ndarray, shape (...), optional
        What each term weighs; the same shape. Taken as given, without a gradient.
    pos_weight : np.ndarray, optional
        What a yes weighs against a no: one number a class, (K,) beside scores (N, K), (K, 1, 1) beside (N, K, H, W). Taken as
        given, without a gradient.
    reduction : {"mean", "sum", "none"}
        What becomes of the terms; "mean" divides by their number, not by the weights.

    Returns
    -------
    y : np.ndarray, shape (), with ``reduction="none"`` (...)
    cache : tuple
        For :func:`binary_cross_entropy_with_logits_backward`.

    Raises
    ------
    ShapeError
        When the shapes differ, or ``pos_weight`` does not stretch to that of ``x``.
    TypeError
        For anything but floating-point arrays of one dtype.
    ValueError
        For another reduction.

    Notes
    -----
    −log σ(−x) = max(x, 0) + log(1 + exp(−|x|)): the exponential is never above 1, and a probability that rounds to 1 still
    has its loss.

    Lesson: 19_gans
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 6.2.2.2.
    """
    where = "binary_cross_entropy_with_logits_forward"
    expect_pair(where, x, target, reduction=reduction, w=w)
    _expect_pos_weight(where, x, pos_weight)
    tail, above = np.log1p(np.exp(-np.abs(x))), np.maximum(x, 0)  # (...)
    yes, no = above - x + tail, above + tail  # −log σ(x) and −log σ(−x); above − x = max(−x, 0), exactly
    positive = target if pos_weight is None else target * pos_weight  # (...)
    losses = positive * yes + (1 - target) * no  # (...)
    if w is not None:
        losses = losses * w
    return reduce(losses, reduction), (yes, no, target, w, pos_weight, reduction)


def _expect_pos_weight(where: str, x: np.ndarray, pos_weight) -> None:
    if pos_weight is None:
        return
    expect_shapes(where, "pos_weight[...]", pos_weight)
    expect_floats(where, x=x, pos_weight=pos_weight)
    sizes = (*[1] * (x.ndim - pos_weight.ndim), *pos_weight.shape)
    if len(sizes) != x.ndim or any(mine not in (1, size) for mine, size in zip(sizes, x.shape, strict=True)):
        raise ShapeError(
            f"{where}: pos_weight does not stretch to the shape of x; give one number a class, lined up with x's axes from the "
            f"last.\n  x = {x.shape}\n  pos_weight = {pos_weight.shape}"
        )


def binary_cross_entropy_with_logits_backward(dy, cache: tuple):
    """Send the gradient of sigmoid and binary cross-entropy back in one step: probability minus target.

    dx[i] = dy · w[i] · ((1 − t[i]) · σ(x[i]) − pos_weight · t[i] · σ(−x[i])) / n, without weights (σ(x[i]) − t[i]) / n
    dtarget[i] = dy · w[i] · (log σ(−x[i]) − pos_weight · log σ(x[i])) / n

    Parameters
    ----------
    dy : np.ndarray or float, shape (), with ``reduction="none"`` (...)
        The gradient of what follows with respect to ``y``.
    cache : tuple
        From :func:`binary_cross_entropy_with_logits_forward`.

    Returns
    -------
    dx : np.ndarray, shape (...)
    dtarget : np.ndarray, shape (...)
    dw, dpos_weight : None
        Weights are given.

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Lesson: 19_gans
    Source: Bishop, 2006, Pattern Recognition and Machine Learning, equation 4.91.
    """
    yes, no, target, w, pos_weight, reduction = cache  # yes = −log σ(x), no = −log σ(−x)
    g = share("binary_cross_entropy_with_logits_backward", dy, yes.shape, yes.dtype, reduction)
    if w is not None:
        g = g * w  # (...)
    positive = target if pos_weight is None else target * pos_weight  # (...)
    dx = ((1 - target) * np.exp(-yes) - positive * np.exp(-no)) * g  # (...)
    dtarget = ((yes if pos_weight is None else yes * pos_weight) - no) * g  # (...)
    return dx, dtarget, None, None
