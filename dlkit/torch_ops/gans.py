"""The losses of a generator and its discriminator in PyTorch."""

import torch
from torch.nn import functional

from dlkit.torch_ops import autograd


def discriminator_loss_forward(real: torch.Tensor, fake: torch.Tensor, *, reduction="mean"):
    """Tell real from forged, with ``torch.nn.functional.binary_cross_entropy_with_logits``.

    Parameters
    ----------
    real : torch.Tensor, shape (...)
    fake : torch.Tensor, shape (...)
    reduction
        As ``numpy_ops`` has it.

    Returns
    -------
    y : torch.Tensor, shape (), with ``reduction="none"`` (...)
    cache : tuple

    Lesson: 19_gans
    Source: torch.nn.functional.binary_cross_entropy_with_logits.
    """
    return autograd.forward(_discriminator_loss, real, fake, reduction=reduction)


def _discriminator_loss(real, fake, *, reduction):
    entropy = functional.binary_cross_entropy_with_logits
    return entropy(real, torch.ones_like(real), reduction=reduction) + entropy(
        fake, torch.zeros_like(fake), reduction=reduction
    )


def generator_loss_forward(fake: torch.Tensor, *, form="non_saturating", reduction="mean"):
    """Fool the discriminator, with ``torch.nn.functional.binary_cross_entropy_with_logits``.

    Parameters
    ----------
    fake : torch.Tensor, shape (...)
    form, reduction
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape (), with ``reduction="none"`` (...)
    cache : tuple

    Lesson: 19_gans
    Source: torch.nn.functional.binary_cross_entropy_with_logits.
    """
    return autograd.forward(_generator_loss, fake, form=form, reduction=reduction)


def _generator_loss(fake, *, form, reduction):
    entropy = functional.binary_cross_entropy_with_logits
    return {
        "non_saturating": lambda: entropy(fake, torch.ones_like(fake), reduction=reduction),
        "minimax": lambda: -entropy(fake, torch.zeros_like(fake), reduction=reduction),
    }[form]()


discriminator_loss_backward = generator_loss_backward = autograd.backward
