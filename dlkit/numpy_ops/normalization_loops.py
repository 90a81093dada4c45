"""Batch normalisation as the paper says it, one channel at a time. Slow, readable, and under the same tests as the fast one."""

import numpy as np

from dlkit.numpy_ops.normalization.batch import prepare
from dlkit.shapes import expect_upstream


def batch_norm_loops_forward(
    x: np.ndarray,
    running_mean: np.ndarray | None = None,
    running_var: np.ndarray | None = None,
    w: np.ndarray | None = None,
    b: np.ndarray | None = None,
    *,
    training=False,
    eps=1e-5,
):
    """Bring one channel after the other to mean 0 and variance 1: the same numbers as ``batch_norm_forward``.

    x̂[n, c, …] = (x[n, c, …] − μ[c]) / √(σ²[c] + eps),  y[n, c, …] = x̂[n, c, …] · w[c] + b[c]

    Parameters
    ----------
    x : np.ndarray, shape (N, C), (N, C, L) or (N, C, H, W)
    running_mean, running_var, w, b : np.ndarray, shape (C,), optional
    training, eps
        As in :func:`dlkit.numpy_ops.normalization.batch_norm_forward`.

    Returns
    -------
    y : np.ndarray, shape of ``x``
    cache : tuple
        For :func:`batch_norm_loops_backward`.

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`dlkit.numpy_ops.normalization.batch_norm_forward`.

    Lesson: 04_training
    Source: Ioffe and Szegedy, 2015, Batch normalization, algorithm 1.
    """
    eps = prepare("batch_norm_loops_forward", x, running_mean, running_var, w, b, training=training, eps=eps)
    channels = x.shape[1]
    scale = np.ones(channels, x.dtype) if w is None else w  # (C,)
    offset = np.zeros(channels, x.dtype) if b is None else b  # (C,)
    hat, y = np.empty_like(x), np.empty_like(x)
    sigma = np.empty(channels, x.dtype)  # (C,)
    for c in range(channels):
        values = x[:, c]  # (N, …): all examples and places of one channel
        if training and values.size:
            mean, var = values.mean(), values.var()
        else:
            mean, var = (0, 1) if training else (running_mean[c], running_var[c])
        sigma[c] = np.sqrt(var + eps)
        hat[:, c] = (values - mean) / sigma[c]
        y[:, c] = hat[:, c] * scale[c] + offset[c]
    return y, (hat, sigma, scale, training, w is not None, b is not None)


def batch_norm_loops_backward(dy: np.ndarray, cache: tuple):
    """Go back through the same steps: scale, division, and what the mean and the variance owe to each value.

    dx̂ = dy · w; while training dx = (dx̂ − mean(dx̂) − x̂ · mean(dx̂ · x̂)) / σ, otherwise dx̂ / σ. dw = Σ dy · x̂, db = Σ dy

    Parameters
    ----------
    dy : np.ndarray, shape of ``y``
    cache : tuple
        From :func:`batch_norm_loops_forward`.

    Returns
    -------
    dx : np.ndarray, shape of ``x``
    drunning_mean, drunning_var : None
        The running statistics are constants.
    dw, db : np.ndarray, shape (C,), or None where there was none

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 04_training
    Source: Ioffe and Szegedy, 2015, Batch normalization, section 3.
    """
    hat, sigma, scale, training, has_scale, has_offset = cache
    dy = expect_upstream("batch_norm_loops_backward", dy, hat.shape, hat.dtype)
    dx, dw, db = np.empty_like(hat), np.empty_like(sigma), np.empty_like(sigma)
    for c in range(len(sigma)):
        dw[c] = (dy[:, c] * hat[:, c]).sum()
        db[c] = dy[:, c].sum()
        dhat = dy[:, c] * scale[c]  # (N, …)
        if training and dhat.size:
            through_mean = dhat.mean()
            through_variance = hat[:, c] * (dhat * hat[:, c]).mean()
            dhat = dhat - through_mean - through_variance
        dx[:, c] = dhat / sigma[c]
    return dx, None, None, dw if has_scale else None, db if has_offset else None
