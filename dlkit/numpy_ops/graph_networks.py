"""Graph networks: nodes gather from the nodes that have an edge to them, and a graph from its nodes.

Edges are an array of whole numbers with two rows: each column is an edge from the node in row 0 to the node in row 1. An
undirected graph has each edge twice, once a direction.
"""

import numpy as np

from dlkit.shapes import expect_below, expect_floats, expect_shapes, expect_upstream, expect_whole_numbers, one_of, whole

__all__ = [
    "aggregate_backward", "aggregate_forward", "gcn_backward", "gcn_edges", "gcn_forward", "readout_backward",
    "readout_forward",
]  # fmt: skip


def _collect(values: np.ndarray, index: np.ndarray, size: int, combine: np.ufunc = np.add) -> np.ndarray:
    """Combine the rows that share an index, shape (size, D); 0 where there are none.

    Sorted by index, the rows to be combined stand one below the other, and ``reduceat`` runs once through them all.
    """
    counts = np.bincount(index, minlength=size)  # (size,)
    found = counts > 0  # (size,)
    starts = np.cumsum(counts) - counts  # (size,): where each run begins; an empty run has none of its own
    y = np.zeros((size, values.shape[1]), values.dtype)  # (size, D)
    y[found] = combine.reduceat(values[np.argsort(index)], starts[found], axis=0)
    return y


def _reduce(values: np.ndarray, index: np.ndarray, size: int, reduce: str):
    """Combine the rows that share an index, and say what share of a result's gradient each row gets, (…, D) or (…, 1)."""
    y = _collect(values, index, size, np.maximum if reduce == "max" else np.add)  # (size, D)
    if reduce == "max":
        winners = (values == y[index]).astype(y.dtype)  # (…, D)
        return y, winners / _collect(winners, index, size)[index]  # equal winners share alike
    if reduce == "mean":
        weights = (1 / np.maximum(np.bincount(index, minlength=size), 1)).astype(y.dtype)[:, None]  # (size, 1)
        y *= weights
        return y, weights[index]
    return y, np.ones((len(index), 1), y.dtype)


def _read_edges(where: str, edges: np.ndarray, nodes: int) -> np.ndarray:
    expect_whole_numbers(where, edges=edges)
    expect_below(where, "edges", edges, nodes, "V")
    return edges.astype(np.intp)


def aggregate_forward(x: np.ndarray, edges: np.ndarray, *, reduce="mean"):
    """Let every node gather the features of the nodes that have an edge to it.

    y[v] = mean, sum or max of x[u] over the edges (u, v), each feature for itself; 0 for a node where no edge ends

    Parameters
    ----------
    x : np.ndarray, shape (V, D)
        The features of each node.
    edges : np.ndarray of int, shape (2, E)
        Row 0 the nodes where edges begin, row 1 where they end. An edge that stands twice counts twice.
    reduce : str
        "mean", "sum" or "max".

    Returns
    -------
    y : np.ndarray, shape (V, D)
    cache : tuple
        For :func:`aggregate_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit, or an edge names a node that is not there.
    TypeError
        For anything but floating-point features and edges of whole numbers.
    ValueError
        For another word than these.

    Notes
    -----
    The neighbours' order does not matter to a mean, a sum or a maximum: nodes numbered otherwise give the same rows in
    another order (permutation equivariance).

    Lesson: 22_graph_networks
    Source: Xu, Hu, Leskovec and Jegelka, 2019, How powerful are graph neural networks?, equation 2.1.
    """
    where = "aggregate_forward"
    expect_shapes(where, "x[V D] edges[ends E]", x, edges, owner="an edge", ends=2)
    expect_floats(where, x=x)
    sources, targets = edges = _read_edges(where, edges, len(x))
    y, share = _reduce(x[sources], targets, len(x), one_of(where, "reduce", reduce, "mean", "sum", "max"))
    return y, (edges, share, y.shape, y.dtype)


def aggregate_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of every node back along its edges.

    dx[u] = Σ share · dy[v] over the edges (u, v): the share is 1 for a sum, one over the number of edges that end in v for a
    mean, and for a maximum 1 to the winner (equal winners share alike).

    Parameters
    ----------
    dy : np.ndarray, shape (V, D)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`aggregate_forward`.

    Returns
    -------
    dx : np.ndarray, shape (V, D)
    dedges : None
        Whole numbers have no gradient.

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 22_graph_networks
    Source: Xu, Hu, Leskovec and Jegelka, 2019, How powerful are graph neural networks?, equation 2.1.
    """
    (sources, targets), share, shape, dtype = cache
    dy = expect_upstream("aggregate_backward", dy, shape, dtype)
    return _collect(dy[targets] * share, sources, len(dy)), None


def readout_forward(x: np.ndarray, graph: np.ndarray, *, graphs, reduce="mean"):
    """Describe each graph by the features of its nodes.

    y[g] = mean, sum or max of x[v] over the nodes v of graph g, each feature for itself; 0 for a graph without nodes

    Parameters
    ----------
    x : np.ndarray, shape (V, D)
        The features of the nodes of all graphs.
    graph : np.ndarray of int, shape (V,)
        The graph each node belongs to.
    graphs : int
        How many graphs there are.
    reduce : str
        "mean", "sum" or "max".

    Returns
    -------
    y : np.ndarray, shape (graphs, D)
    cache : tuple
        For :func:`readout_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit, or a node names a graph that is not there.
    TypeError
        For anything but floating-point features and graphs of whole numbers.
    ValueError
        For another word than these.

    Lesson: 22_graph_networks
    Source: Xu, Hu, Leskovec and Jegelka, 2019, How powerful are graph neural networks?, equation 2.4.
    """
    where = "readout_forward"
    expect_shapes(where, "x[V D] graph[V]", x, graph)
    expect_floats(where, x=x)
    expect_whole_numbers(where, graph=graph)
    graphs, reduce = whole(where, "graphs", graphs, least=0), one_of(where, "reduce", reduce, "mean", "sum", "max")
    expect_below(where, "graph", graph, graphs, "graphs")
    graph = graph.astype(np.intp)
    y, share = _reduce(x, graph, graphs, reduce)
    return y, (graph, share, y.shape, y.dtype)


def readout_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of each graph back to its nodes.

    dx[v] = share · dy[graph of v]: the share is 1 for a sum, one over the number of nodes for a mean, and for a maximum 1 to
    the winner (equal winners share alike).

    Parameters
    ----------
    dy : np.ndarray, shape (graphs, D)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`readout_forward`.

    Returns
    -------
    dx : np.ndarray, shape (V, D)
    dgraph : None
        Whole numbers have no gradient.

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 22_graph_networks
    Source: Xu, Hu, Leskovec and Jegelka, 2019, How powerful are graph neural networks?, equation 2.4.
    """
    graph, share, shape, dtype = cache
    return expect_upstream("readout_backward", dy, shape, dtype)[graph] * share, None


def gcn_edges(edges: np.ndarray, nodes: int, *, dtype=np.float64):
    """Give every node an edge to itself and every edge its weight in a graph convolution.

    D̂^(−1/2) (A + I) D̂^(−1/2) as a list of its entries: the edge (u, v) weighs 1 / √(d[u] · d[v]), where d[v] counts the edges
    that end in v, its own included.

    Parameters
    ----------
    edges : np.ndarray of int, shape (2, E)
        Row 0 the nodes where edges begin, row 1 where they end.
    nodes : int
        V, how many nodes there are.
    dtype : np.dtype
        Of the weights.

    Returns
    -------
    edges : np.ndarray of int, shape (2, E + V)
    weights : np.ndarray, shape (E + V,)

    Raises
    ------
    ShapeError
        When ``edges`` has not two rows, or names a node that is not there.
    TypeError
        For anything but whole numbers.

    Notes
    -----
    An edge from a node to itself that is there already counts beside the new one, as A + I says.

    Lesson: 22_graph_networks
    Source: Kipf and Welling, 2017, Semi-supervised classification with graph convolutional networks, equation 2.
    """
    expect_shapes("gcn_edges", "edges[ends E]", edges, owner="an edge", ends=2)
    nodes = whole("gcn_edges", "nodes", nodes, least=0)
    edges = _read_edges("gcn_edges", edges, nodes)
    sources, targets = edges = np.concatenate([edges, np.tile(np.arange(nodes), (2, 1))], axis=1)  # (2, E + V)
    degree = np.bincount(targets, minlength=nodes)  # (V,): at least 1
    scale = (1 / np.sqrt(degree)).astype(dtype)  # (V,)
    return edges, scale[sources] * scale[targets]


def _propagate(z: np.ndarray, sources: np.ndarray, targets: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Send every node's features along its edges, each times its weight; backwards with ends exchanged. Shape (V, D)."""
    return _collect(z[sources] * weights[:, None], targets, len(z))


def gcn_forward(x: np.ndarray, edges: np.ndarray, w: np.ndarray, b: np.ndarray | None = None):
    """Let every node mix its features with its neighbours', and send the mixture through one linear map for all.

    y = Â x wᵀ + b,  Â = D̂^(−1/2) (A + I) D̂^(−1/2),  A[v, u] the number of edges (u, v), D̂[v, v] = Σ_u (A + I)[v, u]

    Parameters
    ----------
    x : np.ndarray, shape (V, D_in)
        The features of each node.
    edges : np.ndarray of int, shape (2, E)
        Row 0 the nodes where edges begin, row 1 where they end, without edges from a node to itself.
    w : np.ndarray, shape (D_out, D_in)
        One neuron a row.
    b : np.ndarray, shape (D_out,), optional
        One offset a neuron; ``None`` for none.

    Returns
    -------
    y : np.ndarray, shape (V, D_out)
    cache : tuple
        For :func:`gcn_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit, or an edge names a node that is not there.
    TypeError
        For anything but floating-point arrays of one dtype and edges of whole numbers.

    Notes
    -----
    (Â x) wᵀ = Â (x wᵀ): whichever of D_in and D_out is smaller is sent along the edges.

    Lesson: 22_graph_networks
    Source: Kipf and Welling, 2017, Semi-supervised classification with graph convolutional networks, equations 2 and 9.
    """
    where = "gcn_forward"
    spec = "x[V D_in] edges[ends E] w[D_out D_in] b[D_out]?"
    expect_shapes(where, spec, x, edges, w, b, owner="an edge", ends=2)
    expect_floats(where, x=x, w=w, b=b)
    (sources, targets), weights = gcn_edges(_read_edges(where, edges, len(x)), len(x), dtype=x.dtype)
    shrinks = len(w) < w.shape[1]
    h = x if shrinks else _propagate(x, sources, targets, weights)  # (V, D_in)
    y = h @ w.T  # (V, D_out)
    if shrinks:
        y = _propagate(y, sources, targets, weights)
    if b is not None:
        y += b
    return y, (h, w, b is not None, sources, targets, weights)


def gcn_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of a graph convolution back to the features, the weights and the offsets.

    dx = Âᵀ dy w,  dw = dyᵀ Â x,  db = Σ_v dy[v]; Âᵀ sends along the same edges backwards.

    Parameters
    ----------
    dy : np.ndarray, shape (V, D_out)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`gcn_forward`.

    Returns
    -------
    dx : np.ndarray, shape (V, D_in)
    dedges : None
        Whole numbers have no gradient.
    dw : np.ndarray, shape (D_out, D_in)
    db : np.ndarray, shape (D_out,), or None where there was no ``b``

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 22_graph_networks
    Source: Kipf and Welling, 2017, Semi-supervised classification with graph convolutional networks, equations 2 and 9.
    """
    h, w, has_bias, sources, targets, weights = cache
    dy = expect_upstream("gcn_backward", dy, (len(h), len(w)), h.dtype)
    shrinks = len(w) < w.shape[1]
    dz = _propagate(dy, targets, sources, weights) if shrinks else dy  # (V, D_out)
    dh = dz @ w  # (V, D_in)
    dx = dh if shrinks else _propagate(dh, targets, sources, weights)  # (V, D_in)
    return dx, None, dz.T @ h, dy.sum(axis=0) if has_bias else None
