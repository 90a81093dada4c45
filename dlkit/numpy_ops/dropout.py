"""Dropout: a network that cannot rely on any one neuron."""

import numpy as np

from dlkit.shapes import expect_floats, expect_same_shape, expect_upstream, flag, number


def dropout_forward(x: np.ndarray, mask: np.ndarray | None = None, *, p=0.5, training=True, rng=None):
    """Set each number to 0 with probability p and scale the others up, so that the expected value stays.

    y = x · mask / (1 − p)

    Parameters
    ----------
    x : np.ndarray, any shape
    mask : np.ndarray of bool, shape of ``x``, optional
        True is kept. ``None`` draws one with ``rng``.
    p : float
        The probability of being dropped, 0 to 1. At 1 the result is 0 everywhere.
    training : bool
        False passes ``x`` through: there is nothing to scale at evaluation (inverted dropout).
    rng : np.random.Generator, optional
        Draws the mask, where none is given.

    Returns
    -------
    y : np.ndarray, shape of ``x``
    cache : tuple
        For :func:`dropout_backward`.

    Raises
    ------
    ShapeError
        When ``mask`` has not the shape of ``x``.
    TypeError
        For anything but a floating-point array, a mask of booleans and a generator.
    ValueError
        For a ``p`` out of bounds, and for neither ``mask`` nor ``rng`` where one is needed.

    Lesson: 04_training
    Source: Srivastava and others, 2014, Dropout: a simple way to prevent neural networks from overfitting, sections 4 and 10.
    """
    where = "dropout_forward"
    expect_same_shape(where, x=x, mask=mask)
    expect_floats(where, x=x)
    if mask is not None and mask.dtype != bool:
        raise TypeError(f"{where}: mask holds {mask.dtype}, not booleans; try mask.astype(bool), where True is kept")
    if not isinstance(rng, np.random.Generator | None):
        raise TypeError(f"{where}: rng is a {type(rng).__name__}, not a generator; try rng=np.random.default_rng(0)")
    p = number(where, "p", p, least=0, most=1)
    if flag(where, "training", training) and p > 0 and mask is None and rng is None:
        raise ValueError(f"{where}: nothing says what to drop; give rng=np.random.default_rng(0), or a mask, or training=False")
    if not training or (p == 0 and mask is None):
        return x.copy(), (None, 1.0, x.shape, x.dtype)
    if mask is None:
        mask = np.asarray(rng.random(x.shape, dtype=np.float32) >= p)  # shape of x; float32 draws twice as fast
    scale = 0.0 if p == 1 else 1 / (1 - p)
    return x * mask * scale, (mask, scale, x.shape, x.dtype)


def dropout_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of dropout back through the numbers that were kept.

    dx = dy · mask / (1 − p)

    Parameters
    ----------
    dy : np.ndarray, shape of ``y``
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`dropout_forward`.

    Returns
    -------
    dx : np.ndarray, shape of ``x``
    dmask : None
        A mask has no gradient.

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 04_training
    Source: Srivastava and others, 2014, Dropout: a simple way to prevent neural networks from overfitting, section 5.1.
    """
    mask, scale, shape, dtype = cache
    dy = expect_upstream("dropout_backward", dy, shape, dtype)
    return dy.copy() if mask is None else dy * mask * scale, None
