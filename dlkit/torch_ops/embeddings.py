"""Words as vectors in PyTorch."""

import torch
from torch.nn import functional

from dlkit.torch_ops import autograd


def embedding_forward(x: torch.Tensor, w: torch.Tensor, *, padding_idx: int | None = None):
    """Look words up in a table of vectors, with ``torch.nn.functional.embedding``.

    Parameters
    ----------
    x : torch.Tensor of whole numbers, shape (...)
    w : torch.Tensor, shape (V, D)
    padding_idx
        As ``numpy_ops`` has it.

    Returns
    -------
    y : torch.Tensor, shape (..., D)
    cache : tuple

    Lesson: 12_embeddings
    Source: torch.nn.functional.embedding.
    """
    return autograd.forward(functional.embedding, x, w, padding_idx=padding_idx)


def negative_sampling_loss_forward(center: torch.Tensor, positive: torch.Tensor, negatives: torch.Tensor, *, reduction="mean"):
    """Tell a true neighbour from K random words, with ``torch.nn.functional.binary_cross_entropy_with_logits``.

    Parameters
    ----------
    center : torch.Tensor, shape (N, D)
    positive : torch.Tensor, shape (N, D)
    negatives : torch.Tensor, shape (N, K, D)
    reduction
        As ``numpy_ops`` has it.

    Returns
    -------
    y : torch.Tensor, shape (), with ``reduction="none"`` (N,)
    cache : tuple

    Lesson: 12_embeddings
    Source: torch.nn.functional.binary_cross_entropy_with_logits.
    """
    return autograd.forward(_negative_sampling_loss, center, positive, negatives, reduction=reduction)


def _negative_sampling_loss(center, positive, negatives, *, reduction):
    """A classification of 1 + K words, of which the first is the true one."""
    words = torch.cat([positive[:, None], negatives], dim=1)  # (N, 1 + K, D)
    logits = torch.einsum("nd,nkd->nk", center, words)  # (N, 1 + K)
    labels = torch.zeros_like(logits)
    labels[:, 0] = 1
    losses = functional.binary_cross_entropy_with_logits(logits, labels, reduction="none").sum(1)  # (N,)
    return {"mean": torch.mean, "sum": torch.sum, "none": torch.clone}[reduction](losses)


embedding_backward = negative_sampling_loss_backward = autograd.backward
