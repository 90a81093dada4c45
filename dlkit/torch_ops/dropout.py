"""Dropout in PyTorch."""

import torch
from torch.nn import functional

from dlkit.torch_ops import autograd


def dropout_forward(x: torch.Tensor, mask: torch.Tensor | None = None, *, p=0.5, training=True, rng=None):
    """Set each number to 0 with probability p and scale the others up, with ``torch.nn.functional.dropout``.

    Parameters
    ----------
    x : torch.Tensor, any shape
    mask : torch.Tensor of bool, shape of ``x``, optional
        True is kept.
    p, training
        As ``numpy_ops`` has them.
    rng : np.random.Generator, optional
        Gives PyTorch's generator its seed, so the mask is another one than ``numpy_ops`` draws.

    Returns
    -------
    y : torch.Tensor, shape of ``x``
    cache : tuple

    Lesson: 04_training
    Source: torch.nn.functional.dropout.
    """
    if training and p > 0 and mask is None and rng is None:
        raise ValueError("dropout_forward: give rng or mask; PyTorch's global generator is not used")
    return autograd.forward(_dropout, x, mask, p=p, training=training, rng=rng)


def _dropout(x, mask, *, p, training, rng):
    if training and mask is not None and p < 1:
        return x.masked_fill(~mask, 0) / (1 - p)
    with torch.random.fork_rng(devices=[x.device] if x.is_cuda else []):
        if rng is not None:
            torch.manual_seed(int(rng.integers(2**63)))
        return functional.dropout(x, p, training)


dropout_backward = autograd.backward
