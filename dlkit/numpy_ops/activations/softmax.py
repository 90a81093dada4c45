"""Softmax, which turns scores into probabilities, and its logarithm."""

import numpy as np

from dlkit.errors import ShapeError
from dlkit.shapes import axes_in_words, expect_floats, expect_upstream, whole


def _axis(where: str, x: np.ndarray, dim: int) -> int:
    """Check x, and that ``dim`` names one of its axes."""
    expect_floats(where, x=x)
    if x.ndim == 0:
        raise ShapeError(f"{where}: x has no axis, it is a single number; try x[None]")
    dim = whole(where, "dim", dim, least=-x.ndim)
    if dim >= x.ndim:
        raise ShapeError(f"{where}: dim is {dim}, but x has {axes_in_words(x.ndim)}: give {-x.ndim} to {x.ndim - 1}")
    return dim


def _below_the_largest(x: np.ndarray, dim: int) -> np.ndarray:
    """x minus its maximum along ``dim``, the shift that keeps every exponential at or below 1."""
    with np.errstate(invalid="ignore"):  # scores that are all −∞ have no softmax: nan, as in PyTorch
        return x - x.max(axis=dim, keepdims=True, initial=-np.inf)


def softmax_forward(x: np.ndarray, *, dim: int = -1):
    """Turn scores into probabilities: positive numbers that add up to one along an axis.

    y[k] = e^x[k] / Σ_j e^x[j]

    Parameters
    ----------
    x : np.ndarray, any shape
        Scores; −∞ stands for "impossible" and gives 0.
    dim : int
        The axis along which probabilities add up to one; the last by default.

    Returns
    -------
    y : np.ndarray, shape of ``x``
    cache : tuple
        For :func:`softmax_backward`.

    Raises
    ------
    ShapeError
        When ``x`` has no such axis.
    TypeError
        For anything but an array of floating-point numbers, or a ``dim`` that is no whole number.

    Notes
    -----
    Adding one number to all scores changes nothing, so the largest is subtracted first: e⁰ = 1 cannot overflow, and the sum
    is never zero.

    Lesson: 01_neurons
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, sections 4.1 and 6.2.2.3.
    """
    dim = _axis("softmax_forward", x, dim)
    y = _below_the_largest(x, dim)
    np.exp(y, out=y)
    y /= y.sum(axis=dim, keepdims=True)
    return y, (y, dim)


def softmax_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of a softmax back: raising one score lowers all other probabilities.

    dx[k] = y[k] · (dy[k] − Σ_j dy[j] · y[j])

    Parameters
    ----------
    dy : np.ndarray, shape of ``y``
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`softmax_forward`.

    Returns
    -------
    dx : np.ndarray, shape of ``x``
        It adds up to zero along the axis.

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Notes
    -----
    The Jacobian is diag(y) − y·yᵀ. It is never written down: its product with dy needs one weighted mean a row.

    Lesson: 02_backpropagation
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 6.2.2.3.
    """
    y, dim = cache
    dy = expect_upstream("softmax_backward", dy, y.shape, y.dtype)
    mean = np.expand_dims(np.vecdot(dy, y, axis=dim), dim)  # dy weighted by the probabilities; 1 along dim
    dx = dy - mean
    dx *= y
    return dx


def log_softmax_forward(x: np.ndarray, *, dim: int = -1):
    """Turn scores into the logarithms of probabilities.

    y[k] = x[k] − log Σ_j e^x[j]

    Parameters
    ----------
    x : np.ndarray, any shape
        Scores.
    dim : int
        The axis along which probabilities add up to one; the last by default.

    Returns
    -------
    y : np.ndarray, shape of ``x``
        Zero or less.
    cache : tuple
        For :func:`log_softmax_backward`.

    Raises
    ------
    ShapeError
        When ``x`` has no such axis.
    TypeError
        For anything but an array of floating-point numbers, or a ``dim`` that is no whole number.

    Notes
    -----
    The logarithm of a softmax would be −∞ wherever a probability is too small to be written. Here the logarithm is only
    taken of a sum that is at least 1.

    Lesson: 01_neurons
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 6.2.2.3, equation 6.30.
    """
    dim = _axis("log_softmax_forward", x, dim)
    y = _below_the_largest(x, dim)
    with np.errstate(divide="ignore"):  # along an axis without cells the sum is 0, and there is nothing to subtract it from
        y -= np.log(np.exp(y).sum(axis=dim, keepdims=True))
    return y, (y, dim)


def log_softmax_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of the logarithms of probabilities back to the scores.

    dx[k] = dy[k] − e^y[k] · Σ_j dy[j]

    Parameters
    ----------
    dy : np.ndarray, shape of ``y``
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`log_softmax_forward`.

    Returns
    -------
    dx : np.ndarray, shape of ``x``
        It adds up to zero along the axis.

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 02_backpropagation
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 6.2.2.3.
    """
    y, dim = cache
    dy = expect_upstream("log_softmax_backward", dy, y.shape, y.dtype)
    probabilities = np.exp(y)
    probabilities *= dy.sum(axis=dim, keepdims=True)
    return np.subtract(dy, probabilities, out=probabilities)
