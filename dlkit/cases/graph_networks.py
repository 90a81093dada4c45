"""Inputs for graph networks."""

import numpy as np

from dlkit.cases.case import Case, distinct_sizes


def _edges(nodes, count):
    """Random edges; some nodes have several that end in them, some none, and an edge may stand twice."""
    return lambda rng: rng.integers(0, nodes, (2, count))


def _fixed(*rows):
    return lambda rng: np.array(rows)


def _ties(*shape):
    """Features of which many are equal, and many are 0 as after a ReLU."""
    return lambda rng: rng.integers(0, 3, shape).astype(float)


def _no_edges(rng):
    return np.zeros((2, 0), int)


# Node 3 has no edge that ends in it, node 0 has the edge from node 2 twice.
_TWICE = _fixed([2, 1, 2, 0, 3, 4], [0, 0, 0, 4, 1, 2])

CASES = {
    "aggregate": [
        Case("ordinary", ((5, 3), _edges(5, 7))),
        Case("sum", ((5, 3), _edges(5, 7)), {"reduce": "sum"}),
        Case("max", ((5, 3), _edges(5, 7)), {"reduce": "max"}),
        Case("smallest", ((1, 1), _fixed([0], [0]))),
        Case("no nodes", ((0, 3), _no_edges)),
        Case("no edges", ((4, 3), _no_edges), {"reduce": "max"}),
        Case("no features", ((4, 0), _edges(4, 6))),
        Case("an edge twice", ((5, 3), _TWICE)),
        Case("an edge twice, sum", ((5, 3), _TWICE), {"reduce": "sum"}),
        Case("an edge twice, max", ((5, 3), _TWICE), {"reduce": "max"}),
        Case("all edges end in the last node", ((4, 3), _fixed([0, 1, 2], [3, 3, 3]))),
        Case("int32", ((5, 3), lambda rng: rng.integers(0, 5, (2, 7), dtype=np.int32))),
        Case("ties, max", (_ties(6, 4), _edges(6, 15)), {"reduce": "max"}, smooth=False),
        Case("zeros, max", (lambda rng: np.zeros((4, 2)), _edges(4, 9)), {"reduce": "max"}, smooth=False),
        Case("extreme", ((5, 3), _edges(5, 7)), scale=1000.0),
    ],
    "readout": [
        Case("ordinary", ((7, 3), _fixed(3, 0, 3, 1, 0, 3, 1)), {"graphs": 5}),
        Case("sum", ((7, 3), _fixed(3, 0, 3, 1, 0, 3, 1)), {"graphs": 5, "reduce": "sum"}),
        Case("max", ((7, 3), _fixed(3, 0, 3, 1, 0, 3, 1)), {"graphs": 5, "reduce": "max"}),
        Case("smallest", ((1, 1), _fixed(0)), {"graphs": 1}),
        Case("no nodes", ((0, 3), lambda rng: np.zeros(0, int)), {"graphs": 2}),
        Case("no graphs", ((0, 3), lambda rng: np.zeros(0, int)), {"graphs": 0, "reduce": "max"}),
        Case("ties, max", (_ties(9, 4), lambda rng: rng.integers(0, 3, 9)), {"graphs": 4, "reduce": "max"}, smooth=False),
        Case("extreme", ((7, 3), _fixed(3, 0, 3, 1, 0, 3, 1)), {"graphs": 5}, scale=1000.0),
    ],
    "gcn": [
        Case("ordinary", ((5, 4), _edges(5, 7), (3, 4), (3,))),
        Case("more features out than in", ((5, 3), _edges(5, 7), (4, 3), (4,))),
        Case("no bias", ((5, 4), _edges(5, 7), (3, 4), None)),
        Case("no bias, more features out", ((5, 3), _edges(5, 7), (4, 3), None)),
        Case("as many out as in", ((5, 3), _edges(5, 7), (3, 3), (3,))),
        Case("smallest", ((1, 1), _fixed([0], [0]), (1, 1), (1,))),
        Case("no nodes", ((0, 4), _no_edges, (3, 4), (3,))),
        Case("no edges", ((5, 4), _no_edges, (3, 4), (3,))),
        Case("an edge twice", ((5, 4), _TWICE, (3, 4), (3,))),
        Case("extreme", ((5, 4), _edges(5, 7), (3, 4), (3,)), scale=1000.0),
    ],
}

_CORA = 2708, 10556  # the nodes and edges of a much-used citation network, whose nodes have 1,433 features
WORKLOADS = {
    "aggregate": [Case("2,708 nodes, 64 features", ((_CORA[0], 64), _edges(*_CORA)))],
    "readout": [Case("4,096 nodes, 128 graphs", ((4096, 64), lambda rng: rng.integers(0, 128, 4096)), {"graphs": 128})],
    "gcn": [
        Case("2,708 nodes, 1,433→16", ((_CORA[0], 1433), _edges(*_CORA), (16, 1433), (16,)), flops=3 * 2 * _CORA[0] * 1433 * 16)
    ],
}

_REDUCE = ("mean", "sum", "max")


def _aggregate(rng):
    nodes, d = distinct_sizes(rng, 2, 1, 7)
    return Case("random", ((nodes, d), _edges(nodes, int(rng.integers(0, 15)))), {"reduce": str(rng.choice(_REDUCE))})


def _readout(rng):
    nodes, d, graphs = distinct_sizes(rng, 3, 1, 8)
    arrays = ((nodes, d), lambda rng: rng.integers(0, graphs, nodes))
    return Case("random", arrays, {"graphs": graphs, "reduce": str(rng.choice(_REDUCE))})


def _gcn(rng):
    nodes, d_in, d_out = distinct_sizes(rng, 3, 1, 8)
    bias = (d_out,) if rng.random() < 0.7 else None
    return Case("random", ((nodes, d_in), _edges(nodes, int(rng.integers(0, 15))), (d_out, d_in), bias))


RANDOM = {"aggregate": _aggregate, "readout": _readout, "gcn": _gcn}
