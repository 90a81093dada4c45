"""Losses in PyTorch."""

import torch
from torch.nn import functional

from dlkit.torch_ops import autograd


def mse_loss_forward(x: torch.Tensor, target: torch.Tensor, *, reduction="mean"):
    """Measure each prediction's distance from its target squared, with ``torch.nn.functional.mse_loss``.

    Parameters
    ----------
    x : torch.Tensor, shape (...)
    target : torch.Tensor, shape (...)
    reduction
        As ``numpy_ops`` has it.

    Returns
    -------
    y : torch.Tensor, shape (), with ``reduction="none"`` (...)
    cache : tuple

    Lesson: 02_backpropagation
    Source: torch.nn.functional.mse_loss.
    """
    return autograd.forward(functional.mse_loss, x, target, reduction=reduction)


def l1_loss_forward(x: torch.Tensor, target: torch.Tensor, *, reduction="mean"):
    """Measure each prediction's distance from its target, with ``torch.nn.functional.l1_loss``.

    Parameters
    ----------
    x : torch.Tensor, shape (...)
    target : torch.Tensor, shape (...)
    reduction
        As ``numpy_ops`` has it.

    Returns
    -------
    y : torch.Tensor, shape (), with ``reduction="none"`` (...)
    cache : tuple

    Lesson: 17_autoencoders
    Source: torch.nn.functional.l1_loss.
    """
    return autograd.forward(functional.l1_loss, x, target, reduction=reduction)


def smooth_l1_loss_forward(x: torch.Tensor, target: torch.Tensor, *, reduction="mean", beta=1.0):
    """Measure distances, squared near the target, with ``torch.nn.functional.smooth_l1_loss``.

    Parameters
    ----------
    x : torch.Tensor, shape (...)
    target : torch.Tensor, shape (...)
    reduction, beta
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape (), with ``reduction="none"`` (...)
    cache : tuple

    Lesson: 17_autoencoders
    Source: torch.nn.functional.smooth_l1_loss.
    """
    return autograd.forward(functional.smooth_l1_loss, x, target, reduction=reduction, beta=beta)


def nll_loss_forward(
    x: torch.Tensor, target: torch.Tensor, w: torch.Tensor | None = None, *, ignore_index=-100, reduction="mean"
):
    """Read off how unlikely the right classes were, with ``torch.nn.functional.nll_loss``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C, ...) or (C,)
    target : torch.Tensor, shape (N, ...) or ()
    w : torch.Tensor, shape (C,), optional
    ignore_index, reduction
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape (), with ``reduction="none"`` (N, ...)
    cache : tuple

    Lesson: 01_neurons
    Source: torch.nn.functional.nll_loss.
    """

    def loss(x, target, w):  # PyTorch's backward wants images in memory in order
        return functional.nll_loss(x.contiguous(), target, w, ignore_index=ignore_index, reduction=reduction)

    return autograd.forward(loss, x, target, w, constants=(2,))


def cross_entropy_forward(
    x: torch.Tensor,
    target: torch.Tensor,
    w: torch.Tensor | None = None,
    *,
    ignore_index=-100,
    reduction="mean",
    label_smoothing=0.0,
):
    """Measure how unlikely softmax held the right classes, with ``torch.nn.functional.cross_entropy``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C, ...) or (C,)
    target : torch.Tensor, shape (N, ...) or (), or of floats in the shape of ``x``
    w : torch.Tensor, shape (C,), optional
    ignore_index, reduction, label_smoothing
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape (), with ``reduction="none"`` (N, ...)
    cache : tuple

    Lesson: 01_neurons
    Source: torch.nn.functional.cross_entropy.
    """
    options = {"ignore_index": ignore_index, "reduction": reduction, "label_smoothing": label_smoothing}
    return autograd.forward(functional.cross_entropy, x, target, w, constants=(2,), **options)


def binary_cross_entropy_forward(x: torch.Tensor, target: torch.Tensor, w: torch.Tensor | None = None, *, reduction="mean"):
    """Measure how unlikely each yes or no was, with ``torch.nn.functional.binary_cross_entropy``.

    Parameters
    ----------
    x : torch.Tensor, shape (...)
    target : torch.Tensor, shape (...)
    w : torch.Tensor, shape (...), optional
    reduction
        As ``numpy_ops`` has it.

    Returns
    -------
    y : torch.Tensor, shape (), with ``reduction="none"`` (...)
    cache : tuple

    Lesson: 19_gans
    Source: torch.nn.functional.binary_cross_entropy.
    """
    return autograd.forward(functional.binary_cross_entropy, x, target, w, constants=(2,), reduction=reduction)


def binary_cross_entropy_with_logits_forward(
    x: torch.Tensor,
    target: torch.Tensor,
    w: torch.Tensor | None = None,
    pos_weight: torch.Tensor | None = None,
    *,
    reduction="mean",
):
    """Measure each yes or no by its score, with ``torch.nn.functional.binary_cross_entropy_with_logits``.

    Parameters
    ----------
    x : torch.Tensor, shape (...)
    target : torch.Tensor, shape (...)
    w : torch.Tensor, shape (...), optional
    pos_weight : torch.Tensor, optional
    reduction
        As ``numpy_ops`` has it.

    Returns
    -------
    y : torch.Tensor, shape (), with ``reduction="none"`` (...)
    cache : tuple

    Lesson: 19_gans
    Source: torch.nn.functional.binary_cross_entropy_with_logits.
    """

    def loss(x, target, w, pos_weight):
        return functional.binary_cross_entropy_with_logits(x, target, w, pos_weight=pos_weight, reduction=reduction)

    return autograd.forward(loss, x, target, w, pos_weight, constants=(2, 3))


def kl_div_forward(x: torch.Tensor, target: torch.Tensor, *, reduction="mean", log_target=False):
    """Measure how far one distribution lies from another, with ``torch.nn.functional.kl_div``.

    Parameters
    ----------
    x : torch.Tensor, shape (...)
    target : torch.Tensor, shape (...)
    reduction, log_target
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape (), with ``reduction="none"`` (...)
    cache : tuple

    Lesson: 18_variational_autoencoders
    Source: torch.nn.functional.kl_div.
    """
    return autograd.forward(functional.kl_div, x, target, reduction=reduction, log_target=log_target)


def dice_loss_forward(x: torch.Tensor, target: torch.Tensor, *, smooth=1.0, reduction="mean"):
    """Measure how little regions overlap; PyTorch has no Dice loss of its own.

    Parameters
    ----------
    x : torch.Tensor, shape (N, K, ...)
    target : torch.Tensor, shape (N, K, ...)
    smooth, reduction
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape (), with ``reduction="none"`` (N, K)
    cache : tuple

    Lesson: 10_segmentation
    Source: Milletari, Navab and Ahmadi, 2016, V-Net, section 3.
    """

    def loss(x, target):
        x, target = x.flatten(2), target.flatten(2)  # (N, K, pixels)
        above = 2 * (x * target).sum(dim=2) + smooth  # (N, K)
        below = (x**2 + target**2).sum(dim=2) + smooth  # (N, K)
        losses = 1 - above / below
        return losses if reduction == "none" else getattr(losses, reduction)()

    return autograd.forward(loss, x, target)


mse_loss_backward = l1_loss_backward = smooth_l1_loss_backward = autograd.backward
nll_loss_backward = cross_entropy_backward = kl_div_backward = dice_loss_backward = autograd.backward
binary_cross_entropy_backward = binary_cross_entropy_with_logits_backward = autograd.backward
