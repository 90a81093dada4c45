"""PyTorch's automatic differentiation in the course's form: a forward that returns a cache, a backward that takes it."""

from collections.abc import Callable

import torch


def forward(op: Callable, *tensors: torch.Tensor | None, constants: tuple[int, ...] = (), **options):
    """Run ``op`` on fresh leaves and keep the recorded graph as the cache.

    Parameters
    ----------
    op : callable
        A function of ``torch.nn.functional``.
    *tensors : torch.Tensor or None
        Its arrays, in order. Neither they nor their own gradients are changed.
    constants : tuple of int
        Positions of tensors that the operation takes as given.
    **options
        Its options.

    Returns
    -------
    y : torch.Tensor or tuple of torch.Tensor
    cache : tuple
        For :func:`backward`.
    """
    leaves = [
        None if t is None else t.detach().requires_grad_(t.is_floating_point() and k not in constants)
        for k, t in enumerate(tensors)
    ]
    with torch.enable_grad():
        y = op(*leaves, **options)
    detached = tuple(part.detach() for part in y) if isinstance(y, tuple) else y.detach()
    return detached, (y, leaves)


def backward(dy: torch.Tensor, cache: tuple):
    """Let autograd walk the recorded graph back; gradients come in the order of the arrays.

    Parameters
    ----------
    dy : torch.Tensor or tuple of torch.Tensor
        The gradient of the loss with respect to ``y``, of the same shape; a tuple where ``y`` is one, with ``None`` for a part
        that does not reach the loss.
    cache : tuple
        From a forward of this package.

    Returns
    -------
    tuple of torch.Tensor or None
        ``None`` for an array that was absent, holds whole numbers or is taken as given.
    """
    y, leaves = cache
    parts = list(zip(y, dy, strict=True)) if isinstance(y, tuple) else [(y, dy)]
    reached = [(part, gradient) for part, gradient in parts if gradient is not None and part.requires_grad]
    wanted = [leaf for leaf in leaves if leaf is not None and leaf.requires_grad]
    found = iter(
        torch.autograd.grad(
            [part for part, _ in reached], wanted, [gradient for _, gradient in reached],
            retain_graph=True, allow_unused=True, materialize_grads=True,
        )
    )  # fmt: skip
    return tuple(next(found) if leaf is not None and leaf.requires_grad else None for leaf in leaves)
