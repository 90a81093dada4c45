"""Losses of a prediction that is a number: squared error, absolute error, and the smooth mixture of both."""

import numpy as np

from dlkit.numpy_ops.losses.pairs import expect_pair
from dlkit.numpy_ops.reduction import reduce, share
from dlkit.shapes import number


def mse_loss_forward(x: np.ndarray, target: np.ndarray, *, reduction="mean"):
    """Measure each prediction's distance from its target squared.

    y = mean_i (x[i] − target[i])²

    Parameters
    ----------
    x : np.ndarray, shape (...)
        Predictions.
    target : np.ndarray, shape (...)
        What they should have been; the same shape.
    reduction : {"mean", "sum", "none"}
        What becomes of the terms; "none" keeps them.

    Returns
    -------
    y : np.ndarray, shape (), with ``reduction="none"`` (...)
    cache : tuple
        For :func:`mse_loss_backward`.

    Raises
    ------
    ShapeError
        When the shapes differ; nothing is stretched.
    TypeError
        For anything but floating-point arrays of one dtype.
    ValueError
        For another reduction.

    Lesson: 02_backpropagation
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 5.1.4.
    """
    expect_pair("mse_loss_forward", x, target, reduction=reduction)
    difference = x - target  # (...)
    return reduce(difference * difference, reduction), (difference, reduction)


def mse_loss_backward(dy, cache: tuple):
    """Send the gradient of the squared error back: the farther off, the harder the pull.

    dx[i] = dy · 2 (x[i] − target[i]) / n,  dtarget = −dx

    Parameters
    ----------
    dy : np.ndarray or float, shape (), with ``reduction="none"`` (...)
        The gradient of what follows with respect to ``y``.
    cache : tuple
        From :func:`mse_loss_forward`.

    Returns
    -------
    dx : np.ndarray, shape (...)
    dtarget : np.ndarray, shape (...)

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Lesson: 02_backpropagation
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 6.5.
    """
    difference, reduction = cache
    g = share("mse_loss_backward", dy, difference.shape, difference.dtype, reduction)
    dx = difference * (2 * g)  # (...)
    return dx, -dx


def l1_loss_forward(x: np.ndarray, target: np.ndarray, *, reduction="mean"):
    """Measure each prediction's distance from its target.

    y = mean_i |x[i] − target[i]|

    Parameters
    ----------
    x : np.ndarray, shape (...)
        Predictions.
    target : np.ndarray, shape (...)
        What they should have been; the same shape.
    reduction : {"mean", "sum", "none"}
        What becomes of the terms; "none" keeps them.

    Returns
    -------
    y : np.ndarray, shape (), with ``reduction="none"`` (...)
    cache : tuple
        For :func:`l1_loss_backward`.

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`mse_loss_forward`.

    Notes
    -----
    The best constant answer is the targets' median, where squared error has their mean: one wild target weighs no more than
    any other.

    Lesson: 17_autoencoders
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 6.2.1.2.
    """
    expect_pair("l1_loss_forward", x, target, reduction=reduction)
    difference = x - target  # (...)
    return reduce(np.abs(difference), reduction), (difference, reduction)


def l1_loss_backward(dy, cache: tuple):
    """Send the gradient of the absolute error back: the same pull from near and far.

    dx[i] = dy · sign(x[i] − target[i]) / n,  dtarget = −dx; on the target itself the slope is 0

    Parameters
    ----------
    dy : np.ndarray or float, shape (), with ``reduction="none"`` (...)
        The gradient of what follows with respect to ``y``.
    cache : tuple
        From :func:`l1_loss_forward`.

    Returns
    -------
    dx : np.ndarray, shape (...)
    dtarget : np.ndarray, shape (...)

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Lesson: 17_autoencoders
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 6.2.1.2.
    """
    difference, reduction = cache
    g = share("l1_loss_backward", dy, difference.shape, difference.dtype, reduction)
    dx = np.sign(difference) * g  # (...)
    return dx, -dx


def smooth_l1_loss_forward(x: np.ndarray, target: np.ndarray, *, reduction="mean", beta=1.0):
    """Measure distances from the targets: squared near by, straight beyond ``beta``.

    With d = |x[i] − target[i]|: y = mean_i (d² / 2β where d < β, d − β / 2 elsewhere)

    Parameters
    ----------
    x : np.ndarray, shape (...)
        Predictions.
    target : np.ndarray, shape (...)
        What they should have been; the same shape.
    reduction : {"mean", "sum", "none"}
        What becomes of the terms; "none" keeps them.
    beta : float
        Where the parabola meets the straight line, 0 or more; 0 leaves :func:`l1_loss_forward`.

    Returns
    -------
    y : np.ndarray, shape (), with ``reduction="none"`` (...)
    cache : tuple
        For :func:`smooth_l1_loss_backward`.

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`mse_loss_forward`; for a negative ``beta`` too.

    Notes
    -----
    Written with m = min(d, β), both branches are one: (m / β) (d − m / 2).

    Lesson: 17_autoencoders
    Source: Girshick, 2015, Fast R-CNN, equation 3; Huber, 1964, Robust estimation of a location parameter.
    """
    expect_pair("smooth_l1_loss_forward", x, target, reduction=reduction)
    beta = x.dtype.type(number("smooth_l1_loss_forward", "beta", beta, least=0))
    difference = x - target  # (...)
    losses = np.abs(difference)  # (...)
    if beta > 0:
        near = np.clip(losses, 0, beta)  # (...); faster here than np.minimum
        losses -= near / 2
        losses *= near / beta
    return reduce(losses, reduction), (difference, beta, reduction)


def smooth_l1_loss_backward(dy, cache: tuple):
    """Send the gradient of the smooth absolute error back: it grows with the distance up to ``beta`` and stays.

    dx[i] = dy · clip(x[i] − target[i], −β, β) / (β n),  dtarget = −dx

    Parameters
    ----------
    dy : np.ndarray or float, shape (), with ``reduction="none"`` (...)
        The gradient of what follows with respect to ``y``.
    cache : tuple
        From :func:`smooth_l1_loss_forward`.

    Returns
    -------
    dx : np.ndarray, shape (...)
    dtarget : np.ndarray, shape (...)

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Lesson: 17_autoencoders
    Source: Girshick, 2015, Fast R-CNN, equation 3.
    """
    difference, beta, reduction = cache
    g = share("smooth_l1_loss_backward", dy, difference.shape, difference.dtype, reduction)
    dx = np.clip(difference, -beta, beta) / beta if beta > 0 else np.sign(difference)  # (...)
    dx *= g
    return dx, -dx
