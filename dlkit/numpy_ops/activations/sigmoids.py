"""Activations that bend smoothly: sigmoid and tanh, which saturate on both sides, and softplus, whose slope is the sigmoid."""

import numpy as np

from dlkit.shapes import expect_floats, expect_upstream, number


def logistic(x: np.ndarray) -> np.ndarray:
    """σ(x) = 1 / (1 + e⁻ˣ) of every number, without a check: for the operations that contain it.

    Far below zero e⁻ˣ may be ∞; then 1 / ∞ = 0 is the right answer, and there is nothing to warn of.
    """
    y = np.negative(x, out=np.empty_like(x))
    with np.errstate(over="ignore"):
        np.exp(y, out=y)
    y += 1
    return np.divide(1, y, out=y)


def logistic_loss(score: np.ndarray) -> np.ndarray:
    """Measure how unlikely a yes was, given its score: −log σ(s) = log(1 + e⁻ˢ) = max(−s, 0) + log(1 + e^−|s|).

    Parameters
    ----------
    score : np.ndarray, any shape
        Its negative for how unlikely a no was.

    Returns
    -------
    np.ndarray, shape of ``score``
        The last of the three forms does not overflow, and keeps all digits of a small loss.
    """
    return np.maximum(-score, 0) + np.log1p(np.exp(-np.abs(score)))


def sigmoid_forward(x: np.ndarray):
    """Squeeze every number into the range from 0 to 1.

    y = σ(x) = 1 / (1 + e⁻ˣ)

    Parameters
    ----------
    x : np.ndarray, any shape

    Returns
    -------
    y : np.ndarray, shape of ``x``
    cache : tuple
        For :func:`sigmoid_backward`.

    Raises
    ------
    TypeError
        For anything but an array of floating-point numbers.

    Lesson: 01_neurons
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 3.10, equation 3.30.
    """
    expect_floats("sigmoid_forward", x=x)
    y = logistic(x)
    return y, (y,)


def sigmoid_backward(dy: np.ndarray, cache: tuple):
    """Multiply the gradient by the sigmoid's slope: a quarter at zero, next to nothing where it saturates.

    dx = dy · y · (1 − y)

    Parameters
    ----------
    dy : np.ndarray, shape of ``y``
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`sigmoid_forward`.

    Returns
    -------
    dx : np.ndarray, shape of ``x``

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 02_backpropagation
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 3.10.
    """
    (y,) = cache
    dy = expect_upstream("sigmoid_backward", dy, y.shape, y.dtype)
    dx = 1 - y
    dx *= y
    dx *= dy
    return dx


def tanh_forward(x: np.ndarray):
    """Squeeze every number into the range from −1 to 1.

    y = tanh(x) = 2·σ(2x) − 1

    Parameters
    ----------
    x : np.ndarray, any shape

    Returns
    -------
    y : np.ndarray, shape of ``x``
    cache : tuple
        For :func:`tanh_backward`.

    Raises
    ------
    TypeError
        For anything but an array of floating-point numbers.

    Lesson: 01_neurons
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 6.3.2.
    """
    expect_floats("tanh_forward", x=x)
    y = np.tanh(x)
    return y, (y,)


def tanh_backward(dy: np.ndarray, cache: tuple):
    """Multiply the gradient by the slope of tanh: one at zero, next to nothing where it saturates.

    dx = dy · (1 − y²)

    Parameters
    ----------
    dy : np.ndarray, shape of ``y``
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`tanh_forward`.

    Returns
    -------
    dx : np.ndarray, shape of ``x``

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 02_backpropagation
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 6.3.2.
    """
    (y,) = cache
    dy = expect_upstream("tanh_backward", dy, y.shape, y.dtype)
    return dy * (1 - y * y)


def softplus_forward(x: np.ndarray, *, beta: float = 1.0, threshold: float = 20.0):
    """Round the corner of a ReLU off.

    y = log(1 + e^(beta·x)) / beta where beta·x ≤ threshold, x elsewhere

    Parameters
    ----------
    x : np.ndarray, any shape
    beta : float
        How sharp the corner is; anything but 0.
    threshold : float
        Above it the curve is taken for the straight line it has come close to.

    Returns
    -------
    y : np.ndarray, shape of ``x``
    cache : tuple
        For :func:`softplus_backward`.

    Raises
    ------
    TypeError
        For anything but an array of floating-point numbers, or options that are no numbers.
    ValueError
        When ``beta`` is 0.

    Notes
    -----
    log(1 + eᶻ) = max(z, 0) + log(1 + e^(−|z|)): an exponential that cannot overflow.

    Lesson: 01_neurons
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 3.10, equation 3.31.
    """
    expect_floats("softplus_forward", x=x)
    beta = number("softplus_forward", "beta", beta)
    threshold = number("softplus_forward", "threshold", threshold)
    if beta == 0:
        raise ValueError(
            "softplus_forward: beta is 0, and the result is divided by it; for a straight line you need no softplus"
        )
    z = beta * x
    y = np.exp(-np.abs(z))
    y = np.log1p(y)
    y += np.maximum(z, 0)
    y /= beta
    return np.where(z > threshold, x, y), (x, beta, threshold)


def softplus_backward(dy: np.ndarray, cache: tuple):
    """Multiply the gradient by the slope of softplus, which is the sigmoid.

    dx = dy · σ(beta·x) where beta·x ≤ threshold, dy elsewhere

    Parameters
    ----------
    dy : np.ndarray, shape of ``y``
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`softplus_forward`.

    Returns
    -------
    dx : np.ndarray, shape of ``x``

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 02_backpropagation
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 3.10.
    """
    x, beta, threshold = cache
    dy = expect_upstream("softplus_backward", dy, x.shape, x.dtype)
    z = beta * x
    return np.where(z > threshold, dy, dy * logistic(z))
