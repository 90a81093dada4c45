"""The manner and the roughness of an image in PyTorch."""

import torch

from dlkit.torch_ops import autograd


def gram_matrix_forward(x: torch.Tensor, *, normalize: bool = True):
    """Count which channels of a feature map light up together, with ``torch.einsum``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C, H, W)
    normalize
        As ``numpy_ops`` has it.

    Returns
    -------
    y : torch.Tensor, shape (N, C, C)
    cache : tuple

    Lesson: 20_image_translation
    Source: torch.einsum.
    """
    return autograd.forward(_gram_matrix, x, normalize=normalize)


def _gram_matrix(x, *, normalize):
    products = torch.einsum("ncij,nkij->nck", x, x)
    return products / max(x[0].numel() if len(x) else 1, 1) if normalize else products


def total_variation_forward(x: torch.Tensor, *, reduction="mean"):
    """Add up how much neighbouring pixels differ, with ``torch.diff``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C, H, W)
    reduction
        As ``numpy_ops`` has it.

    Returns
    -------
    y : torch.Tensor, shape (), with ``reduction="none"`` (N,)
    cache : tuple

    Lesson: 20_image_translation
    Source: torch.diff.
    """
    return autograd.forward(_total_variation, x, reduction=reduction)


def _total_variation(x, *, reduction):
    losses = sum(torch.diff(x, dim=axis).abs().sum((1, 2, 3)) for axis in (2, 3))  # (N,)
    return {"mean": torch.mean, "sum": torch.sum, "none": torch.clone}[reduction](losses)


gram_matrix_backward = total_variation_backward = autograd.backward
