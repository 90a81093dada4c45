"""Losses of a segmentation: how little two regions overlap."""

import numpy as np

from dlkit.errors import ShapeError
from dlkit.numpy_ops.losses.pairs import expect_pair
from dlkit.numpy_ops.reduction import reduce, share
from dlkit.shapes import number


def dice_loss_forward(x: np.ndarray, target: np.ndarray, *, smooth=1.0, reduction="mean"):
    """Measure how little the predicted region of each class overlaps its true one: 1 − Dice, with soft edges.

    y = mean_n mean_k 1 − (2 Σ_i x[n, k, i] · t[n, k, i] + s) / (Σ_i x[n, k, i]² + Σ_i t[n, k, i]² + s),  t = target, s = smooth

    Parameters
    ----------
    x : np.ndarray, shape (N, K, ...)
        Probability of each class at each pixel.
    target : np.ndarray, shape (N, K, ...)
        1 where the pixel is of the class, 0 elsewhere, or anything between; the same shape.
    smooth : float
        Added above and below, 0 or more. With more than 0, a class that is neither there nor predicted has loss 0, not nan.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of each example and class; "none" keeps them.

    Returns
    -------
    y : np.ndarray, shape (), with ``reduction="none"`` (N, K)
    cache : tuple
        For :func:`dice_loss_backward`.

    Raises
    ------
    ShapeError
        When the shapes differ, or there are no pixels' axes.
    TypeError
        For anything but floating-point arrays of one dtype.
    ValueError
        For a negative ``smooth``, or another reduction.

    Notes
    -----
    Many divide by Σ x + Σ t instead. With V-Net's squares x = target is the best answer for soft targets too: as
    2xt ≤ x² + t², the loss is 0 there and nowhere less. Every class counts alike however few its pixels, which is what the
    loss is for.

    Lesson: 10_segmentation
    Source: Milletari, Navab and Ahmadi, 2016, V-Net: fully convolutional neural networks for volumetric medical image
    segmentation, section 3.
    """
    expect_pair("dice_loss_forward", x, target, reduction=reduction)
    smooth = number("dice_loss_forward", "smooth", smooth, least=0)
    if x.ndim < 3:
        raise ShapeError(f"dice_loss_forward: x and target need axes (N, K, …) and pixels behind them.\n  x = {x.shape}")
    pixels = tuple(range(2, x.ndim))
    overlap = (x * target).sum(axis=pixels)  # (N, K)
    size = (x * x + target * target).sum(axis=pixels) + smooth  # (N, K)
    with np.errstate(invalid="ignore"):  # without smoothing, an absent class is 0 / 0
        score = (2 * overlap + smooth) / size  # (N, K)
    return reduce(1 - score, reduction), (x, target, score, size, reduction)


def dice_loss_backward(dy, cache: tuple):
    """Send the gradient of the Dice loss back: up on the true region, down in proportion to what was predicted.

    dx[n, k, i] = dy · 2 (score[n, k] · x[n, k, i] − t[n, k, i]) / size[n, k] / (N·K), where size is the lower part of the
    fraction and score the fraction itself; dtarget is the same with x and t exchanged.

    Parameters
    ----------
    dy : np.ndarray or float, shape (), with ``reduction="none"`` (N, K)
        The gradient of what follows with respect to ``y``.
    cache : tuple
        From :func:`dice_loss_forward`.

    Returns
    -------
    dx : np.ndarray, shape (N, K, ...)
    dtarget : np.ndarray, shape (N, K, ...)

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Lesson: 10_segmentation
    Source: Milletari, Navab and Ahmadi, 2016, V-Net, section 3.
    """
    x, target, score, size, reduction = cache
    g = share("dice_loss_backward", dy, score.shape, x.dtype, reduction)
    column = (*score.shape, *[1] * (x.ndim - 2))  # (N, K, 1, …)
    with np.errstate(divide="ignore", invalid="ignore"):
        pull = (2 * g / size).reshape(column)
    score = score.reshape(column)
    return pull * (score * x - target), pull * (score * target - x)
