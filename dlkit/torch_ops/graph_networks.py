"""Graph networks in PyTorch."""

import torch
from torch.nn import functional

from dlkit.torch_ops import autograd


def _scatter(values, index, size, reduce):
    """Combine the rows that share an index, with ``torch.Tensor.scatter_reduce``."""
    index = index.long()[:, None].expand(-1, values.shape[1])
    if reduce != "max":
        return values.new_zeros(size, values.shape[1]).scatter_reduce(0, index, values, reduce, include_self=False)
    # Beginning with zeros, amax would count the beginning among the winners where the largest number is 0.
    y = values.new_full((size, values.shape[1]), -torch.inf).scatter_reduce(0, index, values, "amax")
    return y.masked_fill(y == -torch.inf, 0)


def aggregate_forward(x: torch.Tensor, edges: torch.Tensor, *, reduce="mean"):
    """Let every node gather the features of the nodes that have an edge to it, with ``torch.Tensor.scatter_reduce``.

    Parameters
    ----------
    x : torch.Tensor, shape (V, D)
    edges : torch.Tensor of int, shape (2, E)
    reduce : str
        "mean", "sum" or "max".

    Returns
    -------
    y : torch.Tensor, shape (V, D)
    cache : tuple

    Lesson: 22_graph_networks
    Source: torch.Tensor.scatter_reduce.
    """

    def aggregate(x, edges):
        sources, targets = edges
        return _scatter(x[sources], targets, len(x), reduce)

    return autograd.forward(aggregate, x, edges)


def readout_forward(x: torch.Tensor, graph: torch.Tensor, *, graphs, reduce="mean"):
    """Describe each graph by the features of its nodes, with ``torch.Tensor.scatter_reduce``.

    Parameters
    ----------
    x : torch.Tensor, shape (V, D)
    graph : torch.Tensor of int, shape (V,)
    graphs : int
    reduce : str
        "mean", "sum" or "max".

    Returns
    -------
    y : torch.Tensor, shape (graphs, D)
    cache : tuple

    Lesson: 22_graph_networks
    Source: torch.Tensor.scatter_reduce.
    """
    return autograd.forward(lambda x, graph: _scatter(x, graph, graphs, reduce), x, graph)


def gcn_forward(x: torch.Tensor, edges: torch.Tensor, w: torch.Tensor, b: torch.Tensor | None = None):
    """Let every node mix its features with its neighbours', with ``torch.Tensor.index_add``.

    Parameters
    ----------
    x : torch.Tensor, shape (V, D_in)
    edges : torch.Tensor of int, shape (2, E)
    w : torch.Tensor, shape (D_out, D_in)
    b : torch.Tensor, shape (D_out,), optional

    Returns
    -------
    y : torch.Tensor, shape (V, D_out)
    cache : tuple

    Lesson: 22_graph_networks
    Source: torch.Tensor.index_add, torch.nn.functional.linear.
    """

    def gcn(x, edges, w, b):
        sources, targets = edges
        root = (1 + torch.bincount(targets, minlength=len(x))).to(x.dtype).sqrt()[:, None]
        z = functional.linear(x, w) / root
        y = z.index_add(0, targets, z[sources]) / root  # what a node keeps of itself, and what comes along its edges
        return y if b is None else y + b

    return autograd.forward(gcn, x, edges, w, b)


aggregate_backward = readout_backward = gcn_backward = autograd.backward
