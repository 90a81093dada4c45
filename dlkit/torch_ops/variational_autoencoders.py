"""Drawing a code, and its distance from the standard normal distribution, in PyTorch."""

import torch
from torch.distributions import AffineTransform, Normal, kl_divergence

from dlkit.torch_ops import autograd


def reparameterize_forward(mean: torch.Tensor, log_var: torch.Tensor, noise: torch.Tensor | None = None, *, rng=None):
    """Draw from a normal distribution, with ``torch.distributions.AffineTransform``.

    Parameters
    ----------
    mean : torch.Tensor, shape (...)
    log_var : torch.Tensor, shape (...)
    noise : torch.Tensor, shape (...), optional
    rng : np.random.Generator, optional
        Draws the noise where none is given: the same numbers as in ``numpy_ops``.

    Returns
    -------
    y : torch.Tensor, shape (...)
    cache : tuple

    Lesson: 18_variational_autoencoders
    Source: torch.distributions.Normal.rsample.
    """
    if (noise is None) == (rng is None):
        raise TypeError("reparameterize_forward: give either noise or rng")
    if noise is None:
        noise = torch.as_tensor(rng.standard_normal(tuple(mean.shape))).to(mean)
    return autograd.forward(_reparameterize, mean, log_var, noise, constants=(2,))


def _reparameterize(mean, log_var, noise):
    return AffineTransform(mean, (log_var / 2).exp())(noise)


def gaussian_kl_forward(mean: torch.Tensor, log_var: torch.Tensor, *, reduction="mean"):
    """Measure how far normal distributions lie from the standard one, with ``torch.distributions.kl_divergence``.

    Parameters
    ----------
    mean : torch.Tensor, shape (..., D)
    log_var : torch.Tensor, shape (..., D)
    reduction
        As ``numpy_ops`` has it.

    Returns
    -------
    y : torch.Tensor, shape (), with ``reduction="none"`` (...)
    cache : tuple

    Lesson: 18_variational_autoencoders
    Source: torch.distributions.kl_divergence.
    """
    return autograd.forward(_gaussian_kl, mean, log_var, reduction=reduction)


def _gaussian_kl(mean, log_var, *, reduction):
    standard = Normal(torch.zeros_like(mean), torch.ones_like(mean))
    losses = kl_divergence(Normal(mean, (log_var / 2).exp()), standard).sum(-1)  # (...)
    return {"mean": torch.mean, "sum": torch.sum, "none": torch.clone}[reduction](losses)


reparameterize_backward = gaussian_kl_backward = autograd.backward
