"""Local response normalisation: every channel is damped by its neighbours."""

import numpy as np

from dlkit.numpy_ops.normalization.moments import channel_letters
from dlkit.shapes import expect_floats, expect_shapes, expect_upstream, number, whole


def _sum_of_neighbours(values: np.ndarray, before: int, after: int) -> np.ndarray:
    """Add to every channel the ``before`` channels in front of it and the ``after`` channels behind; there are none outside."""
    total = values.copy()  # (N, C, …)
    for d in range(1, values.shape[1]):
        if d <= before:
            total[:, d:] += values[:, :-d]
        if d <= after:
            total[:, :-d] += values[:, d:]
    return total


def local_response_norm_forward(x: np.ndarray, *, size, alpha=1e-4, beta=0.75, k=1.0):
    """Divide every channel by what it and its neighbouring channels show at the same place.

    y[n, c, …] = x[n, c, …] / (k + alpha / size · Σ_j x[n, j, …]²)^beta,  j from c − ⌊size / 2⌋ to c + ⌊(size − 1) / 2⌋

    Parameters
    ----------
    x : np.ndarray, shape (N, C, L) or (N, C, H, W)
    size : int
        Channels in a neighbourhood; those beyond the first and the last count as zeros.
    alpha, beta : float
        At least 0.
    k : float
        Above 0.

    Returns
    -------
    y : np.ndarray, shape of ``x``
    cache : tuple
        For :func:`local_response_norm_backward`.

    Raises
    ------
    ShapeError
        When ``x`` has not 3 or 4 axes, or ``size`` is below 1.
    TypeError
        For anything but a floating-point array.
    ValueError
        For an option out of bounds.

    Notes
    -----
    PyTorch divides alpha by ``size`` and the paper does not: AlexNet's α = 10⁻⁴ with n = 5 is ``alpha=5e-4, size=5, k=2``.

    Lesson: 07_cnn_architectures
    Source: Krizhevsky, Sutskever and Hinton, 2012, ImageNet classification with deep convolutional neural
    networks, section 3.3.
    """
    where = "local_response_norm_forward"
    expect_shapes(where, f"x[{channel_letters(where, x, least=3)}]", x)
    expect_floats(where, x=x)
    size = whole(where, "size", size, least=1)
    share = number(where, "alpha", alpha, least=0) / size
    beta, k = number(where, "beta", beta, least=0), number(where, "k", k)
    if not k > 0:
        raise ValueError(f"{where}: k is {k:g}; give a number above 0, or places where all channels are 0 divide by 0")
    base = _sum_of_neighbours(x * x, size // 2, (size - 1) // 2)  # (N, C, …)
    base *= share
    base += k
    damping = base**-beta  # (N, C, …)
    return x * damping, (x, base, damping, size, share, beta)


def local_response_norm_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of local response normalisation back to the input.

    dx[i] = dy[i] · s[i]^−beta − 2 · beta · alpha / size · x[i] · Σ_c dy[c] · x[c] · s[c]^(−beta − 1),  s what the forward
    has in brackets, c the channels that have i in their neighbourhood: from i − ⌊(size − 1) / 2⌋ to i + ⌊size / 2⌋.

    Parameters
    ----------
    dy : np.ndarray, shape of ``y``
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`local_response_norm_forward`.

    Returns
    -------
    np.ndarray, shape of ``x``
        dx.

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 07_cnn_architectures
    Source: Krizhevsky, Sutskever and Hinton, 2012, ImageNet classification with deep convolutional neural
    networks, section 3.3.
    """
    x, base, damping, size, share, beta = cache
    dy = expect_upstream("local_response_norm_backward", dy, x.shape, x.dtype)
    dx = dy * damping  # (N, C, …)
    blame = dx * x  # (N, C, …)
    blame /= base
    blame = _sum_of_neighbours(blame, (size - 1) // 2, size // 2)  # seen from the neighbour, front and back change places
    blame *= x
    blame *= 2 * beta * share
    dx -= blame
    return dx
