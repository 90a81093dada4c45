"""Graph networks: four nodes by hand, numbering that does not matter, the dense formula, ties, what is refused."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from operations import pair, twin

from dlkit.device import to_torch
from dlkit.errors import ShapeError
from dlkit.numpy_ops.graph_networks import aggregate_forward, gcn_edges, gcn_forward, readout_forward

# Node 1 is the middle of a star: 0 – 1, 1 – 2, 1 – 3, each edge once a direction.
STAR = np.array([[0, 1, 1, 2, 1, 3], [1, 0, 2, 1, 3, 1]])
X = np.array([[1.0], [2.0], [3.0], [4.0]])


@pytest.mark.parametrize(("reduce", "expected"), [("sum", [2, 8, 2, 2]), ("mean", [2, 8 / 3, 2, 2]), ("max", [2, 4, 2, 2])])
def test_four_nodes_by_hand(reduce, expected):
    y, _ = aggregate_forward(X, STAR, reduce=reduce)
    np.testing.assert_allclose(y[:, 0], expected)


def test_a_graph_convolution_by_hand():
    y, _ = gcn_forward(X, STAR, np.array([[1.0]]))
    np.testing.assert_allclose(y[:, 0], [1 / 2 + 2 / 8**0.5, 2 / 4 + 8 / 8**0.5, 3 / 2 + 2 / 8**0.5, 4 / 2 + 2 / 8**0.5])
    edges, weights = gcn_edges(STAR, 4)
    assert edges[:, 6:].tolist() == [[0, 1, 2, 3], [0, 1, 2, 3]]
    np.testing.assert_allclose(weights, [8**-0.5] * 6 + [1 / 2, 1 / 4, 1 / 2, 1 / 2])


def test_two_graphs_by_hand():
    for reduce, expected in (("sum", [4, 6, 0]), ("mean", [2, 3, 0]), ("max", [3, 4, 0])):
        y, _ = readout_forward(X, np.array([0, 1, 0, 1]), graphs=3, reduce=reduce)
        assert y[:, 0].tolist() == expected


def test_one_round_sees_one_hop():
    x = np.eye(5)
    path = np.array([[0, 1, 2, 3], [1, 2, 3, 4]])
    once, _ = aggregate_forward(x, path, reduce="sum")
    twice, _ = aggregate_forward(once, path, reduce="sum")
    assert once[4].tolist() == x[3].tolist()
    assert twice[4].tolist() == x[2].tolist()


@settings(max_examples=40, deadline=None)
@given(
    nodes=st.integers(1, 6), count=st.integers(0, 15), reduce=st.sampled_from(["mean", "sum", "max"]),
    seed=st.integers(0, 2**16),
)  # fmt: skip
def test_numbering_does_not_matter(nodes, count, reduce, seed):
    rng = np.random.default_rng(seed)
    x, edges = rng.standard_normal((nodes, 3)), rng.integers(0, nodes, (2, count))
    w, graph = rng.standard_normal((2, 3)), rng.integers(0, 2, nodes)
    new = rng.permutation(nodes)  # node v gets the number new[v]
    shuffled, renamed = np.empty_like(x), new[edges][:, rng.permutation(count)]
    shuffled[new] = x
    renamed_graph = np.empty_like(graph)
    renamed_graph[new] = graph
    aggregated = aggregate_forward(x, edges, reduce=reduce)[0], aggregate_forward(shuffled, renamed, reduce=reduce)[0]
    convolved = gcn_forward(x, edges, w)[0], gcn_forward(shuffled, renamed, w)[0]
    for before, after in (aggregated, convolved):  # the same rows, renumbered: equivariance
        np.testing.assert_allclose(after[new], before, rtol=1e-12, atol=1e-12)
    before, after = (
        readout_forward(*arrays, graphs=2, reduce=reduce)[0] for arrays in ((x, graph), (shuffled, renamed_graph))
    )  # the same rows: invariance
    np.testing.assert_allclose(after, before, rtol=1e-12, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(nodes=st.integers(1, 6), count=st.integers(0, 15), out=st.sampled_from([2, 3, 5]), seed=st.integers(0, 2**16))
def test_a_graph_convolution_is_the_product_with_the_dense_matrix(nodes, count, out, seed):
    rng = np.random.default_rng(seed)
    x, edges = rng.standard_normal((nodes, 3)), rng.integers(0, nodes, (2, count))
    w, b = rng.standard_normal((out, 3)), rng.standard_normal(out)
    a = np.eye(nodes)
    for source, target in edges.T:
        a[target, source] += 1
    root = np.diag(a.sum(axis=1) ** -0.5)
    np.testing.assert_allclose(gcn_forward(x, edges, w, b)[0], root @ a @ root @ x @ w.T + b, rtol=1e-10, atol=1e-12)


def test_equal_winners_share_alike_at_zero_too():
    forward, backward = pair("aggregate")
    edges = np.array([[0, 1, 2, 2], [3, 3, 3, 0]])
    y, cache = forward(np.array([[0.0], [0.0], [-1.0], [5.0]]), edges, reduce="max")
    assert y[:, 0].tolist() == [-1, 0, 0, 0]
    dx, _ = backward(np.array([[1.0], [1.0], [1.0], [1.0]]), cache)
    assert dx[:, 0].tolist() == [0.5, 0.5, 1, 0]


EDGES = np.array([[0, 1, 2], [1, 2, 4]])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: aggregate_forward(np.ones((4, 3)), EDGES), ShapeError,
            "aggregate_forward: edges[1, 2] is 4, but V is 4: give 0 to 3",
        ),
        (
            lambda: aggregate_forward(np.ones((5, 3)), EDGES.T), ShapeError,
            "aggregate_forward: ends is 2 in an edge but 3 in edges.\n  x (V, D) = (5, 3)\n  edges (ends, E) = (3, 2)",
        ),
        (
            lambda: aggregate_forward(np.ones((5, 3)), EDGES, reduce="median"), ValueError,
            "aggregate_forward: reduce is 'median'; give 'mean' or 'sum' or 'max'",
        ),
        (
            lambda: readout_forward(np.ones((2, 3)), np.array([0, 7]), graphs=2), ShapeError,
            "readout_forward: graph[1] is 7, but graphs is 2: give 0 to 1",
        ),
        (
            lambda: gcn_forward(np.ones((5, 3)), EDGES, np.ones((2, 4))), ShapeError,
            "gcn_forward: D_in is 3 in x but 4 in w.\n"
            "  x (V, D_in) = (5, 3)\n  edges (ends, E) = (2, 3)\n  w (D_out, D_in) = (2, 4)",
        ),
        (
            lambda: gcn_edges(EDGES.astype(float), 5), TypeError,
            "gcn_edges: edges holds float64, not whole numbers; try edges.astype(np.int64)",
        ),
    ],
)  # fmt: skip
def test_messages(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()


@pytest.mark.parametrize(
    ("op", "index", "options"),
    [
        ("aggregate", EDGES, {"reduce": "median"}),
        ("readout", np.array([0, 1, 2, 3, 1]), {"graphs": 3}),
        ("readout", np.array([0, 1, 2, 3, 1]), {"graphs": -1}),
        ("readout", np.array([0, 1, 2, 3, 1]), {"graphs": 4, "reduce": "median"}),
    ],
)
def test_both_refuse_the_same_options(op, index, options):
    pytest.importorskip("torch")
    x = np.ones((5, 3))
    with pytest.raises(ValueError, match=f"{op}_forward: "):
        pair(op)[0](x, index, **options)
    with pytest.raises((ValueError, RuntimeError, IndexError)):
        twin(op)[0](*to_torch(x, index), **options)
