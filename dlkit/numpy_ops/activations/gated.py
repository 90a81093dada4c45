"""Activations that multiply a number by how far it may pass: y = x · gate(x)."""

from functools import cache
from math import erfc, exp, pi, sqrt

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

from dlkit.numpy_ops.activations.sigmoids import logistic
from dlkit.shapes import expect_floats, expect_upstream, one_of

_BLOCK = 2**15  # so many numbers, and all that is made of them on the way, stay in the cache of one core
_SLOPE, _CUBIC = sqrt(2 / pi), 0.044715  # of the approximation by tanh


@cache
def _mills_ratio(degree: int) -> list[float]:
    """The coefficients, lowest power first, of a polynomial in t = (a − 4) / (a + 4) that is Mills' ratio (1 − Φ(a)) / φ(a).

    ``math.erfc`` knows Φ, but takes one number at a time. Mills' ratio falls gently from 1.25 to 0 as a goes from 0 to ∞, so
    that a polynomial through a few of its values serves whole arrays, and is right to a fraction of 1 − Φ however small
    that is. Degree 10 serves float32 and 20 float64.
    """

    def ratio(t):
        return [sqrt(pi / 2) * exp(a * a / 2) * erfc(a / sqrt(2)) for a in 4 * (1 + t) / (1 - t)]

    return Chebyshev.interpolate(ratio, degree, domain=[-1, 0.8]).convert(kind=Polynomial).coef.tolist()  # a from 0 to 36


def _normal(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Φ(x), the share of a normal distribution that lies below x, and the bell curve φ(x), its slope."""
    ratio = _mills_ratio(10 if x.dtype.itemsize <= 4 else 20)
    flat = x.reshape(-1)
    cdf, density = np.empty_like(flat), np.empty_like(flat)
    for start in range(0, x.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        a = np.minimum(np.abs(flat[block]), 40)  # from 40 on φ is 0 in float64; a² must not overflow
        bell = np.exp(-0.5 * a * a) / sqrt(2 * pi)
        t = 1 - 8 / (a + 4)
        tail = ratio[-1] * t + ratio[-2]
        for coefficient in ratio[-3::-1]:  # Horner's rule
            tail *= t
            tail += coefficient
        tail *= bell  # Φ(−a)
        cdf[block] = tail + (flat[block] > 0) * (1 - 2 * tail)
        density[block] = bell
    return cdf.reshape(x.shape), density.reshape(x.shape)


def _nearly_normal(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The approximation of Φ(x) by tanh, and its slope. Beyond ±10 tanh is ±1; x is cut there, for x³ must not overflow."""
    near = np.clip(x, -10, 10)
    square = near * near
    cdf = np.tanh(_SLOPE * near * (1 + _CUBIC * square))
    cdf *= 0.5
    cdf += 0.5
    return cdf, 2 * _SLOPE * cdf * (1 - cdf) * (1 + 3 * _CUBIC * square)


def gelu_forward(x: np.ndarray, *, approximate: str = "none"):
    """Weigh every number by its chance of being larger than a normally distributed one.

    y = x · Φ(x), where Φ(x) = (1 + erf(x / √2)) / 2
    approximate="tanh": Φ(x) ≈ (1 + tanh(√(2/π) · (x + 0.044715·x³))) / 2

    Parameters
    ----------
    x : np.ndarray, any shape
    approximate : str
        "none" for Φ itself, "tanh" for the approximation that many published networks were trained with.

    Returns
    -------
    y : np.ndarray, shape of ``x``
    cache : tuple
        For :func:`gelu_backward`.

    Raises
    ------
    TypeError
        For anything but an array of floating-point numbers.
    ValueError
        When ``approximate`` is neither.

    Notes
    -----
    NumPy has no erf. Φ(−|x|) is computed as a bell curve times Mills' ratio, the latter by a polynomial in
    (|x| − 4) / (|x| + 4), as Schonfelder does: right to 12 digits in float64 even where Φ is 10⁻³⁰⁰. The forward keeps
    φ(x) for the backward, for it comes on the way.

    Lesson: 01_neurons
    Source: Hendrycks and Gimpel, 2016, Gaussian error linear units, section 2; Schonfelder, 1978, Chebyshev expansions for the
    error and related functions.
    """
    expect_floats("gelu_forward", x=x)
    exact = one_of("gelu_forward", "approximate", approximate, "none", "tanh") == "none"
    cdf, density = _normal(x) if exact else _nearly_normal(x)
    return x * cdf, (x, cdf, density)


def gelu_backward(dy: np.ndarray, cache: tuple):
    """Multiply the gradient by the slope of GELU, the product rule on x · Φ(x).

    dx = dy · (Φ(x) + x · φ(x)), where φ(x) = e^(−x²/2) / √(2π)
    approximate="tanh": φ(x) ≈ 2 · Φ(x) · (1 − Φ(x)) · √(2/π) · (1 + 3 · 0.044715·x²)

    Parameters
    ----------
    dy : np.ndarray, shape of ``y``
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`gelu_forward`.

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
    Source: Hendrycks and Gimpel, 2016, Gaussian error linear units, section 2.
    """
    x, cdf, density = cache
    dy = expect_upstream("gelu_backward", dy, x.shape, x.dtype)
    dx = x * density
    dx += cdf
    dx *= dy
    return dx


def silu_forward(x: np.ndarray):
    """Weigh every number by its own sigmoid.

    y = x · σ(x)

    Parameters
    ----------
    x : np.ndarray, any shape

    Returns
    -------
    y : np.ndarray, shape of ``x``
    cache : tuple
        For :func:`silu_backward`.

    Raises
    ------
    TypeError
        For anything but an array of floating-point numbers.

    Notes
    -----
    Also known as Swish.

    Lesson: 01_neurons
    Source: Hendrycks and Gimpel, 2016, Gaussian error linear units, section 2, where it is named; Ramachandran, Zoph and Le,
    2017, Searching for activation functions.
    """
    expect_floats("silu_forward", x=x)
    gate = logistic(x)
    return x * gate, (x, gate)


def silu_backward(dy: np.ndarray, cache: tuple):
    """Multiply the gradient by the slope of SiLU, the product rule on x · σ(x).

    dx = dy · σ(x) · (1 + x · (1 − σ(x)))

    Parameters
    ----------
    dy : np.ndarray, shape of ``y``
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`silu_forward`.

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
    Source: Ramachandran, Zoph and Le, 2017, Searching for activation functions.
    """
    x, gate = cache
    dy = expect_upstream("silu_backward", dy, x.shape, x.dtype)
    dx = 1 - gate
    dx *= x
    dx += 1
    dx *= gate
    dx *= dy
    return dx
