"""The distance of one distribution from another."""

import numpy as np

from dlkit.numpy_ops.losses.pairs import expect_pair
from dlkit.numpy_ops.reduction import reduce, share
from dlkit.shapes import flag


def kl_div_forward(x: np.ndarray, target: np.ndarray, *, reduction="mean", log_target=False):
    """Measure how much is lost by taking one distribution for another: the Kullback–Leibler divergence.

    y = mean_i t[i] · (log t[i] − x[i]),  t = target, or exp(target) with ``log_target``

    Parameters
    ----------
    x : np.ndarray, shape (...)
        Log-probabilities of the distribution that stands in.
    target : np.ndarray, shape (...)
        Probabilities of the true distribution, the same shape; their logarithms with ``log_target``.
    reduction : {"mean", "batchmean", "sum", "none"}
        What becomes of the terms; "none" keeps them, "mean" divides their sum by their number, "batchmean" by the length of
        the first axis.
    log_target : bool
        Whether ``target`` holds logarithms.

    Returns
    -------
    y : np.ndarray, shape (), with ``reduction="none"`` (...)
    cache : tuple
        For :func:`kl_div_backward`.

    Raises
    ------
    ShapeError
        When the shapes differ; nothing is stretched.
    TypeError
        For anything but floating-point arrays of one dtype.
    ValueError
        For another reduction, or a ``log_target`` that is not True or False.

    Notes
    -----
    The divergence of textbooks, a sum over classes, is "batchmean"; "mean", PyTorch's default, divides by the classes too.
    0 · log 0 is 0, the limit.

    Lesson: 18_variational_autoencoders
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, equation 3.50.
    """
    expect_pair("kl_div_forward", x, target, reduction=reduction, others=("batchmean",))
    flag("kl_div_forward", "log_target", log_target)
    count = (*x.shape, 1)[0] if reduction == "batchmean" else x.size  # a single number is a batch of one
    if log_target:
        losses = np.exp(target) * (target - x)  # (...)
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            entropy = np.where(target == 0, 0, target * np.log(target))  # (...)
        losses = entropy - target * x
    return reduce(losses, reduction, count), (x, target, log_target, reduction, count)


def kl_div_backward(dy, cache: tuple):
    """Send the gradient of the Kullback–Leibler divergence back to both distributions.

    dx[i] = −dy · t[i] / count
    dtarget[i] = dy · (log t[i] + 1 − x[i]) / count, with ``log_target`` dy · t[i] · (log t[i] + 1 − x[i]) / count

    Parameters
    ----------
    dy : np.ndarray or float, shape (), with ``reduction="none"`` (...)
        The gradient of what follows with respect to ``y``.
    cache : tuple
        From :func:`kl_div_forward`.

    Returns
    -------
    dx : np.ndarray, shape (...)
    dtarget : np.ndarray, shape (...)

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Notes
    -----
    At a probability of 0 the slope for the target is infinite; it is nan here, as in PyTorch.

    Lesson: 18_variational_autoencoders
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, equation 3.50.
    """
    x, target, log_target, reduction, count = cache
    g = share("kl_div_backward", dy, x.shape, x.dtype, reduction, count)
    if log_target:
        t = np.exp(target)  # (...)
        return -t * g, t * (target + 1 - x) * g
    with np.errstate(divide="ignore", invalid="ignore"):
        log_t = np.where(target == 0, np.nan, np.log(target))  # (...)
    return -target * g, (log_t + 1 - x) * g
