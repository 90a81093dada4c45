"""Activations with a corner at zero, and maxout, which learns where its corners are."""

from math import prod

import numpy as np

from dlkit.errors import ShapeError
from dlkit.shapes import expect_floats, expect_shapes, expect_upstream, listing, number


def relu_forward(x: np.ndarray):
    """Let positive numbers pass and turn the others into zero.

    y = max(x, 0)

    Parameters
    ----------
    x : np.ndarray, any shape

    Returns
    -------
    y : np.ndarray, shape of ``x``
    cache : tuple
        For :func:`relu_backward`.

    Raises
    ------
    TypeError
        For anything but an array of floating-point numbers.

    Lesson: 01_neurons
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 6.3.1.
    """
    expect_floats("relu_forward", x=x)
    return np.maximum(x, 0), (x,)


def relu_backward(dy: np.ndarray, cache: tuple):
    """Let the gradient pass where the number passed.

    dx = dy · [x > 0]

    Parameters
    ----------
    dy : np.ndarray, shape of ``y``
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`relu_forward`.

    Returns
    -------
    dx : np.ndarray, shape of ``x``

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Notes
    -----
    At 0 there is no slope; 0 is taken, as in PyTorch.

    Lesson: 02_backpropagation
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 6.3.
    """
    (x,) = cache
    dy = expect_upstream("relu_backward", dy, x.shape, x.dtype)
    return dy * (x > 0)


def leaky_relu_forward(x: np.ndarray, *, negative_slope: float = 0.01):
    """Let positive numbers pass and shrink the others, so that no neuron is ever without a slope.

    y = x where x > 0, negative_slope · x elsewhere

    Parameters
    ----------
    x : np.ndarray, any shape
    negative_slope : float
        The slope below zero.

    Returns
    -------
    y : np.ndarray, shape of ``x``
    cache : tuple
        For :func:`leaky_relu_backward`.

    Raises
    ------
    TypeError
        For anything but an array of floating-point numbers, or a slope that is no number.

    Notes
    -----
    Two straight lines meet at 0: the result is the upper of the two, or the lower one where negative_slope is above 1.

    Lesson: 01_neurons
    Source: Maas, Hannun and Ng, 2013, Rectifier nonlinearities improve neural network acoustic models, section 2.
    """
    expect_floats("leaky_relu_forward", x=x)
    negative_slope = number("leaky_relu_forward", "negative_slope", negative_slope)
    upper_or_lower = np.maximum if negative_slope <= 1 else np.minimum
    return upper_or_lower(x, negative_slope * x), (x, negative_slope)


def leaky_relu_backward(dy: np.ndarray, cache: tuple):
    """Let the gradient pass where the number passed, and shrink it where the number was shrunk.

    dx = dy where x > 0, negative_slope · dy elsewhere

    Parameters
    ----------
    dy : np.ndarray, shape of ``y``
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`leaky_relu_forward`.

    Returns
    -------
    dx : np.ndarray, shape of ``x``

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Notes
    -----
    At 0 the slope from below is taken, as in PyTorch.

    Lesson: 02_backpropagation
    Source: Maas, Hannun and Ng, 2013, Rectifier nonlinearities improve neural network acoustic models, section 2.
    """
    x, negative_slope = cache
    dy = expect_upstream("leaky_relu_backward", dy, x.shape, x.dtype)
    passed = (x > 0).astype(x.dtype)
    dx = 1 - passed
    dx *= negative_slope
    dx += passed  # the slope: 1 where x passed, negative_slope elsewhere
    dx *= dy
    return dx


def elu_forward(x: np.ndarray, *, alpha: float = 1.0):
    """Let positive numbers pass and bend the others smoothly towards −alpha.

    y = x where x > 0, alpha · (eˣ − 1) elsewhere

    Parameters
    ----------
    x : np.ndarray, any shape
    alpha : float
        How far below zero the curve ends.

    Returns
    -------
    y : np.ndarray, shape of ``x``
    cache : tuple
        For :func:`elu_backward`.

    Raises
    ------
    TypeError
        For anything but an array of floating-point numbers, or an alpha that is no number.

    Notes
    -----
    The exponential is taken of min(x, 0), so that it cannot overflow, and by ``expm1``, because eˣ − 1 loses its digits
    where x is nearly 0.

    Lesson: 01_neurons
    Source: Clevert, Unterthiner and Hochreiter, 2016, Fast and accurate deep network learning by exponential linear units,
    section 3.
    """
    expect_floats("elu_forward", x=x)
    alpha = number("elu_forward", "alpha", alpha)
    y = np.expm1(np.minimum(x, 0))
    y *= alpha
    y += np.maximum(x, 0)
    return y, (x, alpha)


def elu_backward(dy: np.ndarray, cache: tuple):
    """Let the gradient pass where the number passed, and multiply it by the slope of the bend elsewhere.

    dx = dy where x > 0, dy · alpha · eˣ elsewhere

    Parameters
    ----------
    dy : np.ndarray, shape of ``y``
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`elu_forward`.

    Returns
    -------
    dx : np.ndarray, shape of ``x``

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Notes
    -----
    With alpha = 1 there is no corner. With another, at 0 the slope from below is taken, as in PyTorch.

    Lesson: 02_backpropagation
    Source: Clevert, Unterthiner and Hochreiter, 2016, Fast and accurate deep network learning by exponential linear units,
    section 3.
    """
    x, alpha = cache
    dy = expect_upstream("elu_backward", dy, x.shape, x.dtype)
    dx = np.exp(np.minimum(x, 0))
    dx *= alpha
    dx *= x <= 0
    dx += x > 0  # the slope: 1 where x passed, alpha·eˣ elsewhere
    dx *= dy
    return dx


def maxout_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None):
    """Give every neuron K linear pieces and let the largest speak.

    y[…, o] = max_k (Σ_i x[…, i] · w[k, o, i] + b[k, o])

    Parameters
    ----------
    x : np.ndarray, shape (..., D_in)
        Features on the last axis.
    w : np.ndarray, shape (K, D_out, D_in)
        K linear layers; together they make one layer of D_out neurons.
    b : np.ndarray, shape (K, D_out), optional
        The offsets; ``None`` for none.

    Returns
    -------
    y : np.ndarray, shape (..., D_out)
    cache : tuple
        For :func:`maxout_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit, or there is not one piece.
    TypeError
        For anything but floating-point arrays of one dtype.

    Notes
    -----
    With two pieces, one of which is zero, a maxout neuron is a ReLU; with more it learns any convex curve.

    Lesson: 01_neurons
    Source: Goodfellow, Warde-Farley, Mirza, Courville and Bengio, 2013, Maxout networks, section 3.
    """
    spec = "x[... D_in] w[K D_out D_in] b[K D_out]?"
    expect_shapes("maxout_forward", spec, x, w, b)
    expect_floats("maxout_forward", x=x, w=w, b=b)
    k, d_out, d_in = w.shape
    if k == 0:
        raise ShapeError(f"maxout_forward: K is 0, there is no piece to choose from.\n{listing(spec, x, w, b)}")
    pieces = (x @ w.reshape(k * d_out, d_in).T).reshape(*x.shape[:-1], k, d_out)  # all K layers in one product
    if b is not None:
        pieces += b
    winner = pieces.argmax(axis=-2)[..., None, :]  # (..., 1, D_out)
    y = np.take_along_axis(pieces, winner, axis=-2)[..., 0, :]  # (..., D_out)
    return y, (x, w, b is not None, winner)


def maxout_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient back through the piece that won, and through no other.

    dz[…, k, o] = dy[…, o] where piece k won, 0 elsewhere
    dx[…, i] = Σ_k Σ_o dz[…, k, o] · w[k, o, i],  dw[k, o, i] = Σ dz[…, k, o] · x[…, i],  db[k, o] = Σ dz[…, k, o]

    Parameters
    ----------
    dy : np.ndarray, shape (..., D_out)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`maxout_forward`.

    Returns
    -------
    dx : np.ndarray, shape (..., D_in)
    dw : np.ndarray, shape (K, D_out, D_in)
    db : np.ndarray, shape (K, D_out), or None where there was no ``b``

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Notes
    -----
    Where pieces tie, the first of them won, as in PyTorch's ``max`` along an axis.

    Lesson: 02_backpropagation
    Source: Goodfellow, Warde-Farley, Mirza, Courville and Bengio, 2013, Maxout networks, section 3.
    """
    x, w, has_bias, winner = cache
    k, d_out, d_in = w.shape
    dy = expect_upstream("maxout_backward", dy, (*x.shape[:-1], d_out), x.dtype)
    dz = np.zeros((*x.shape[:-1], k, d_out), x.dtype)  # (..., K, D_out)
    np.put_along_axis(dz, winner, dy[..., None, :], axis=-2)
    dx = dz.reshape(*x.shape[:-1], k * d_out) @ w.reshape(k * d_out, d_in)  # (..., D_in)
    rows = dz.reshape(prod(x.shape[:-1]), k * d_out)  # (every example, K·D_out)
    dw = (rows.T @ x.reshape(len(rows), d_in)).reshape(w.shape)  # (K, D_out, D_in)
    db = rows.sum(axis=0).reshape(k, d_out) if has_bias else None  # (K, D_out)
    return dx, dw, db
