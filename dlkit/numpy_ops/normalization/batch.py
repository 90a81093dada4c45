"""Batch normalisation: every channel over all examples and places."""

from math import prod

import numpy as np

from dlkit.numpy_ops.normalization.moments import BATCH, channel_letters, normalize, normalize_backward, positive
from dlkit.shapes import expect_floats, expect_shapes, expect_upstream, flag, number


def _by_channel(x: np.ndarray) -> np.ndarray:
    """The array with channels first and all places in one axis, shape (C, N, L): a view where memory allows."""
    return x.reshape(*x.shape[:2], prod(x.shape[2:])).swapaxes(0, 1)


def prepare(where: str, x, running_mean, running_var, w, b, *, training, eps) -> float:
    """Check arrays and options of batch normalisation; give ``eps`` as a number."""
    _expect(where, x, running_mean, running_var, w, b)
    if not flag(where, "training", training) and running_mean is None:
        raise ValueError(f"{where}: training=False needs running_mean and running_var; give both, or training=True")
    if training and len(x) * prod(x.shape[2:]) == 1:
        raise ValueError(f"{where}: one value a channel has no variance, x is {x.shape}; try a larger batch")
    return positive(where, eps)


def _expect(where: str, x, running_mean, running_var, w=None, b=None) -> None:
    letters = channel_letters(where, x)
    spec = f"x[{letters}] running_mean[C]? running_var[C]? w[C]? b[C]?"
    expect_shapes(where, spec, x, running_mean, running_var, w, b)
    expect_floats(where, x=x, running_mean=running_mean, running_var=running_var, w=w, b=b)
    if (running_mean is None) != (running_var is None):
        missing = "running_mean" if running_mean is None else "running_var"
        raise ValueError(f"{where}: {missing} is None; give running_mean and running_var, or neither")
    if running_var is not None and (running_var < 0).any():
        c = int(np.argmax(running_var < 0))
        raise ValueError(f"{where}: running_var[{c}] is {running_var[c]}; a variance is never negative")


def batch_norm_forward(
    x: np.ndarray,
    running_mean: np.ndarray | None = None,
    running_var: np.ndarray | None = None,
    w: np.ndarray | None = None,
    b: np.ndarray | None = None,
    *,
    training=False,
    eps=1e-5,
):
    """Bring every channel to mean 0 and variance 1, then scale and shift it by what was learned.

    y[n, c, …] = (x[n, c, …] − μ[c]) / √(σ²[c] + eps) · w[c] + b[c]

    Parameters
    ----------
    x : np.ndarray, shape (N, C), (N, C, L) or (N, C, H, W)
    running_mean, running_var : np.ndarray, shape (C,), optional
        The statistics used where ``training`` is false. They are constants and stay as they are;
        :func:`batch_norm_statistics` gives the next ones.
    w, b : np.ndarray, shape (C,), optional
        Scale and offset of each channel; ``None`` for 1 and 0.
    training : bool
        True takes μ and σ² from this batch, over all its examples and places; false takes the running ones.
    eps : float
        Above 0; keeps a constant channel from a division by 0.

    Returns
    -------
    y : np.ndarray, shape of ``x``
    cache : tuple
        For :func:`batch_norm_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit.
    TypeError
        For anything but floating-point arrays of one dtype.
    ValueError
        While training, for one value a channel: its variance is 0 whatever it is. Otherwise, for missing running statistics.

    Notes
    -----
    σ² is the mean squared distance, divided by n; the running variance is divided by n − 1. PyTorch does both.

    Lesson: 04_training
    Source: Ioffe and Szegedy, 2015, Batch normalization, algorithms 1 and 2.
    """
    eps = prepare("batch_norm_forward", x, running_mean, running_var, w, b, training=training, eps=eps)
    gain = np.ones(x.shape[1], x.dtype) if w is None else w  # (C,)
    if training:
        y, centred, rstd = normalize(_by_channel(x), gain, b, BATCH, eps)  # (C, N, L), (C, N, L), (C,)
    else:
        rstd = 1 / np.sqrt(running_var + eps)  # (C,)
        centred = _by_channel(x) - running_mean[:, None, None]  # (C, N, L)
        y = centred * (rstd * gain)[:, None, None]  # (C, N, L)
        if b is not None:
            y += b[:, None, None]
    return y.swapaxes(0, 1).reshape(x.shape), (centred, rstd, gain, training, x.shape, w is not None, b is not None)


def batch_norm_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of batch normalisation back to the input, the scales and the offsets.

    While training μ and σ² depend on x too: dx = w/σ · (dy − mean(dy) − x̂ · mean(dy · x̂)), x̂ the normalised input.
    Otherwise dx = w/σ · dy. dw[c] = Σ dy · x̂,  db[c] = Σ dy.

    Parameters
    ----------
    dy : np.ndarray, shape of ``y``
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`batch_norm_forward`.

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
    centred, rstd, gain, training, shape, has_scale, has_offset = cache
    dy = _by_channel(expect_upstream("batch_norm_backward", dy, shape, centred.dtype))  # (C, N, L)
    if training:
        dx, dw, db = normalize_backward(dy, centred, rstd, gain, BATCH)  # (C, N, L), (C,), (C,)
    else:
        dx = dy * (rstd * gain)[:, None, None]  # (C, N, L)
        dw, db = np.einsum("cnl,cnl->c", dy, centred) * rstd, np.einsum("cnl->c", dy)  # (C,), (C,)
    return dx.swapaxes(0, 1).reshape(shape), None, None, dw if has_scale else None, db if has_offset else None


def batch_norm_statistics(x: np.ndarray, running_mean: np.ndarray, running_var: np.ndarray, *, momentum=0.1):
    """Move the running statistics of batch normalisation a step towards those of a batch.

    mean = (1 − momentum) · running_mean + momentum · μ,  and var so with the variance divided by n − 1

    Parameters
    ----------
    x : np.ndarray, shape (N, C), (N, C, L) or (N, C, H, W)
        The batch.
    running_mean, running_var : np.ndarray, shape (C,)
        The statistics so far; they are not changed.
    momentum : float
        The new batch's share, 0 to 1.

    Returns
    -------
    mean, var : np.ndarray, shape (C,)
        The next running statistics. An empty batch leaves them as they are.

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`batch_norm_forward`, while training.

    Lesson: 04_training
    Source: Ioffe and Szegedy, 2015, Batch normalization, algorithm 2.
    """
    where = "batch_norm_statistics"
    for name, array in (("running_mean", running_mean), ("running_var", running_var)):
        if array is None:
            raise TypeError(f"{where}: {name} is None; begin with zeros for the mean and ones for the variance")
    _expect(where, x, running_mean, running_var)
    momentum = number(where, "momentum", momentum, least=0, most=1)
    count = len(x) * prod(x.shape[2:])
    if count == 1:
        raise ValueError(f"{where}: one value a channel has no variance, x is {x.shape}; try a larger batch")
    if count == 0:
        return running_mean.copy(), running_var.copy()
    channels = _by_channel(x)  # (C, N, L)
    first = channels[:, :1, :1]  # (C, 1, 1): far from zero, only differences keep their digits
    mean = first[:, 0, 0] + (channels - first).mean(axis=(1, 2))  # (C,)
    var = (channels - first).var(axis=(1, 2), ddof=1)  # (C,)
    return (1 - momentum) * running_mean + momentum * mean, (1 - momentum) * running_var + momentum * var
