"""A layer of neurons in PyTorch."""

import torch
from torch.nn import functional

from dlkit.torch_ops import autograd


def linear_forward(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor | None = None):
    """Apply a layer of neurons to every example of a batch, with ``torch.nn.functional.linear``.

    Parameters
    ----------
    x : torch.Tensor, shape (..., D_in)
    w : torch.Tensor, shape (D_out, D_in)
    b : torch.Tensor, shape (D_out,), optional

    Returns
    -------
    y : torch.Tensor, shape (..., D_out)
    cache : tuple

    Lesson: 01_neurons
    Source: torch.nn.functional.linear.
    """
    return autograd.forward(functional.linear, x, w, b)


linear_backward = autograd.backward
