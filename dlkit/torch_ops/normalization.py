"""Batch, layer, group and local response normalisation in PyTorch."""

import torch
from torch.nn import functional

from dlkit.torch_ops import autograd


def batch_norm_forward(
    x: torch.Tensor,
    running_mean: torch.Tensor | None = None,
    running_var: torch.Tensor | None = None,
    w: torch.Tensor | None = None,
    b: torch.Tensor | None = None,
    *,
    training=False,
    eps=1e-5,
):
    """Bring every channel to mean 0 and variance 1, with ``torch.nn.functional.batch_norm``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C), (N, C, L) or (N, C, H, W)
    running_mean, running_var : torch.Tensor, shape (C,), optional
        Constants; PyTorch would move them while training, here they stay.
    w, b : torch.Tensor, shape (C,), optional
    training, eps
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape of ``x``
    cache : tuple

    Lesson: 04_training
    Source: torch.nn.functional.batch_norm.
    """

    def batch_norm(x, running_mean, running_var, w, b):
        mean, var = (None if r is None else r.clone() for r in (running_mean, running_var))
        return functional.batch_norm(x, mean, var, w, b, training=training, eps=eps)

    return autograd.forward(batch_norm, x, running_mean, running_var, w, b, constants=(1, 2))


def batch_norm_statistics(x: torch.Tensor, running_mean: torch.Tensor, running_var: torch.Tensor, *, momentum=0.1):
    """Move the running statistics a step towards those of a batch, as ``torch.nn.functional.batch_norm`` does in passing.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C), (N, C, L) or (N, C, H, W)
    running_mean, running_var : torch.Tensor, shape (C,)
    momentum : float

    Returns
    -------
    mean, var : torch.Tensor, shape (C,)

    Lesson: 04_training
    Source: torch.nn.functional.batch_norm.
    """
    mean, var = running_mean.clone(), running_var.clone()
    functional.batch_norm(x, mean, var, training=True, momentum=momentum)
    return mean, var


def layer_norm_forward(
    x: torch.Tensor, w: torch.Tensor | None = None, b: torch.Tensor | None = None, *, normalized_shape=None, eps=1e-5
):
    """Bring the features of every example to mean 0 and variance 1, with ``torch.nn.functional.layer_norm``.

    Parameters
    ----------
    x : torch.Tensor, shape (..., D)
    w, b : torch.Tensor, shape (D,), optional
    normalized_shape, eps
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape of ``x``
    cache : tuple

    Lesson: 04_training
    Source: torch.nn.functional.layer_norm.
    """
    if normalized_shape is None:
        normalized_shape = x.shape[-1:] if w is None else w.shape
    sizes = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    return autograd.forward(lambda x, w, b: functional.layer_norm(x, sizes, w, b, eps), x, w, b)


def group_norm_forward(x: torch.Tensor, w: torch.Tensor | None = None, b: torch.Tensor | None = None, *, num_groups, eps=1e-5):
    """Bring each group of channels of every example to mean 0 and variance 1, with ``torch.nn.functional.group_norm``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C), (N, C, L) or (N, C, H, W)
    w, b : torch.Tensor, shape (C,), optional
    num_groups, eps
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape of ``x``
    cache : tuple

    Lesson: 04_training
    Source: torch.nn.functional.group_norm.
    """

    def group_norm(x, w, b):
        w = x.new_ones(len(b)) if w is None and b is not None else w  # PyTorch's own backward stumbles over offsets alone
        return functional.group_norm(x, num_groups, w, b, eps)

    return autograd.forward(group_norm, x, w, b)


def local_response_norm_forward(x: torch.Tensor, *, size, alpha=1e-4, beta=0.75, k=1.0):
    """Divide every channel by what its neighbours show, with ``torch.nn.functional.local_response_norm``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C, L) or (N, C, H, W)
    size, alpha, beta, k
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape of ``x``
    cache : tuple

    Lesson: 07_cnn_architectures
    Source: torch.nn.functional.local_response_norm.
    """

    def local_response_norm(x):
        return functional.local_response_norm(x.contiguous(), size, alpha, beta, k)  # it refuses other orders in memory

    return autograd.forward(local_response_norm, x)


batch_norm_backward = layer_norm_backward = group_norm_backward = local_response_norm_backward = autograd.backward
