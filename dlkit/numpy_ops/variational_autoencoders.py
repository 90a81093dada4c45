"""Drawing a code from the distribution an encoder gives, and what it costs to leave the standard normal one."""

import numpy as np

from dlkit.numpy_ops.reduction import expect_reduction, reduce, share
from dlkit.shapes import expect_floats, expect_same_shape, expect_shapes, expect_upstream


def reparameterize_forward(mean: np.ndarray, log_var: np.ndarray, noise: np.ndarray | None = None, *, rng=None):
    """Draw from a normal distribution in such a way that its mean and variance still have gradients.

    y[…] = mean[…] + exp(log_var[…] / 2) · noise[…],  noise ~ N(0, 1)

    Parameters
    ----------
    mean : np.ndarray, shape (...)
        Where each number is centred.
    log_var : np.ndarray, shape (...)
        The logarithm of its variance: any number stands for a positive variance.
    noise : np.ndarray, shape (...), optional
        Standard normal numbers, taken as given: they have no gradient.
    rng : np.random.Generator, optional
        Draws the noise where none is given.

    Returns
    -------
    y : np.ndarray, shape (...)
    cache : tuple
        For :func:`reparameterize_backward`.

    Raises
    ------
    ShapeError
        When the shapes differ; nothing is stretched.
    TypeError
        For anything but floating-point arrays of one dtype, without noise and generator, or with both.

    Notes
    -----
    A draw from N(mean, σ²) has no slope along mean or σ. Moving and stretching a draw from N(0, 1) gives the same distribution,
    and the chance then stands outside of the path from the encoder to the loss.

    Lesson: 18_variational_autoencoders
    Source: Kingma and Welling, 2014, Auto-encoding variational Bayes, section 2.4.
    """
    where = "reparameterize_forward"
    expect_same_shape(where, mean=mean, log_var=log_var, noise=noise)
    expect_floats(where, mean=mean, log_var=log_var, noise=noise)
    if (noise is None) == (rng is None):
        came = "there is neither noise nor rng" if rng is None else "noise and rng exclude each other"
        raise TypeError(f"{where}: {came}; give the noise itself, or rng=np.random.default_rng(0) to draw it")
    if noise is None:
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"{where}: rng is {rng!r}, not a generator; try rng=np.random.default_rng(0)")
        noise = np.asarray(rng.standard_normal(mean.shape), mean.dtype)  # (...), the same numbers in every dtype
    with np.errstate(over="ignore", invalid="ignore"):  # a variance too large for the dtype is inf, as in PyTorch
        stretched = np.exp(log_var / 2) * noise  # (...)
    return mean + stretched, (stretched,)


def reparameterize_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of a drawn code back to the mean and the logarithm of the variance.

    dmean[…] = dy[…],  dlog_var[…] = dy[…] · ½ · exp(log_var[…] / 2) · noise[…]

    Parameters
    ----------
    dy : np.ndarray, shape (...)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`reparameterize_forward`.

    Returns
    -------
    dmean : np.ndarray, shape (...)
    dlog_var : np.ndarray, shape (...)
    dnoise : None
        The noise is given.

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Lesson: 18_variational_autoencoders
    Source: Kingma and Welling, 2014, Auto-encoding variational Bayes, section 2.4.
    """
    (stretched,) = cache
    dy = expect_upstream("reparameterize_backward", dy, stretched.shape, stretched.dtype)
    with np.errstate(invalid="ignore"):  # 0 · inf is nan, as in PyTorch
        return dy.copy(), dy * stretched / 2, None


def gaussian_kl_forward(mean: np.ndarray, log_var: np.ndarray, *, reduction="mean"):
    """Measure how far normal distributions lie from the standard normal one, by the Kullback–Leibler divergence.

    y = mean over … of Σ_d ½ (mean[…, d]² + exp(log_var[…, d]) − 1 − log_var[…, d]) = KL(N(mean, exp log_var) ‖ N(0, I))

    Parameters
    ----------
    mean : np.ndarray, shape (..., D)
        Where each number of a code is centred.
    log_var : np.ndarray, shape (..., D)
        The logarithm of its variance.
    reduction : {"mean", "sum", "none"}
        What becomes of the codes' divergences. The D numbers of a code are always added up, for they are independent.

    Returns
    -------
    y : np.ndarray, shape (), with ``reduction="none"`` (...)
    cache : tuple
        For :func:`gaussian_kl_backward`.

    Raises
    ------
    ShapeError
        When the shapes differ, or there is no axis.
    TypeError
        For anything but floating-point arrays of one dtype.
    ValueError
        For another reduction.

    Notes
    -----
    Near N(0, I), exp(log_var) − 1 is a difference of two numbers next to 1; ``expm1`` keeps its digits. A mean over codes goes
    with a reconstruction error that is summed over pixels and averaged over examples; averaged over pixels too, the KL would
    outweigh it by their number.

    Lesson: 18_variational_autoencoders
    Source: Kingma and Welling, 2014, Auto-encoding variational Bayes, appendix B.
    """
    where = "gaussian_kl_forward"
    expect_shapes(where, "mean[... D] log_var[... D]", mean, log_var)
    expect_same_shape(where, mean=mean, log_var=log_var)
    expect_floats(where, mean=mean, log_var=log_var)
    expect_reduction(where, reduction)
    with np.errstate(over="ignore"):  # a variance too large for the dtype is inf, as in PyTorch
        terms = mean * mean + np.expm1(log_var) - log_var  # (..., D)
    return reduce(terms.sum(axis=-1) / 2, reduction), (mean, log_var, reduction)


def gaussian_kl_backward(dy, cache: tuple):
    """Pull every mean towards 0 and every variance towards 1.

    dmean[…, d] = dy / n · mean[…, d],  dlog_var[…, d] = dy / n · ½ (exp(log_var[…, d]) − 1),  n codes

    Parameters
    ----------
    dy : np.ndarray or float, shape (), with ``reduction="none"`` (...)
        The gradient of what follows with respect to ``y``.
    cache : tuple
        From :func:`gaussian_kl_forward`.

    Returns
    -------
    dmean : np.ndarray, shape (..., D)
    dlog_var : np.ndarray, shape (..., D)

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Lesson: 18_variational_autoencoders
    Source: Kingma and Welling, 2014, Auto-encoding variational Bayes, appendix B.
    """
    mean, log_var, reduction = cache
    dy = share("gaussian_kl_backward", dy, mean.shape[:-1], mean.dtype, reduction)[..., None]  # (..., 1)
    with np.errstate(over="ignore", invalid="ignore"):  # as in the forward; 0 · inf is nan, as in PyTorch
        return dy * mean, dy * np.expm1(log_var) / 2
