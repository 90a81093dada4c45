"""PyTorch's automatic differentiation in the course's form: a forward that returns a cache, a backward that takes it."""

from collections.abc import Callable

import torch


def forward(op: Callable, *tensors: torch.Tensor | None, **options):
    """Run ``op`` on fresh leaves and keep the recorded graph as the cache.

    Parameters
    ----------
    op : callable
        A function of ``torch.nn.functional``.
    *tensors : torch.Tensor or None
        Its arrays, in order. Their own gradients are left alone.
    **options
        Its options.

    Returns
    -------
    y : torch.Tensor
    cache : tuple
        For :func:`backward`.
    """
    leaves = [None if t is None else t.detach().requires_grad_(t.is_floating_point()) for t in tensors]
    with torch.enable_grad():
        y = op(*leaves, **options)
    return y.detach(), (y, leaves)


def backward(dy: torch.Tensor, cache: tuple):
    """Let autograd walk the recorded graph back; gradients come in the order of the arrays.

    Parameters
    ----------
    dy : torch.Tensor
        The gradient of the loss with respect to ``y``, of the same shape.
    cache : tuple
        From a forward of this package.

    Returns
    -------
    tuple of torch.Tensor or None
        ``None`` for an array that was absent or holds whole numbers.
    """
    y, leaves = cache
    wanted = [leaf for leaf in leaves if leaf is not None and leaf.requires_grad]
    found = iter(torch.autograd.grad(y, wanted, dy, retain_graph=True))
    return tuple(next(found) if leaf is not None and leaf.requires_grad else None for leaf in leaves)
