"""Words as vectors: a look-up is a product with one-hot vectors, the loss keeps its digits; what does not fit is refused."""

import numpy as np
import pytest
from operations import pair, twin

from dlkit.device import to_torch
from dlkit.errors import ShapeError
from dlkit.numpy_ops import embeddings
from dlkit.numpy_ops.activations.sigmoids import logistic_loss
from dlkit.numpy_ops.embeddings import (
    embedding_backward,
    embedding_forward,
    negative_sampling_loss_backward,
    negative_sampling_loss_forward,
)
from dlkit.numpy_ops.embeddings_loops import embedding_loops_forward


def test_a_look_up_is_a_product_with_one_hot_vectors():
    rng = np.random.default_rng(0)
    x, w, dy = rng.integers(0, 4, (2, 5)), rng.standard_normal((4, 3)), rng.standard_normal((2, 5, 3))
    y, cache = embedding_forward(x, w)
    one_hot = np.eye(4)[x]
    np.testing.assert_allclose(y, one_hot @ w)
    np.testing.assert_allclose(embedding_backward(dy, cache)[1], np.einsum("ntv,ntd->vd", one_hot, dy))


def test_a_word_that_occurs_twice_gets_both_gradients():
    _, cache = embedding_forward(np.array([2, 0, 2]), np.ones((3, 2)))
    _, dw = embedding_backward(np.array([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]]), cache)
    assert dw.tolist() == [[10, 20], [0, 0], [101, 202]]


def test_padding_is_looked_up_but_learns_nothing():
    y, cache = embedding_forward(np.array([1, 2]), np.arange(6.0).reshape(3, 2), padding_idx=-1)
    assert y.tolist() == [[2, 3], [4, 5]]
    assert embedding_backward(np.ones((2, 2)), cache)[1].tolist() == [[0, 0], [1, 1], [0, 0]]


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.uint64])
def test_words_of_any_whole_number_type(dtype):
    x, w = np.array([200, 3, 200], dtype), np.ones((256, 7))
    _, cache = embedding_forward(x, w)
    assert embedding_backward(np.ones((3, 7)), cache)[1].sum(axis=1)[[3, 200]].tolist() == [7, 14]


def test_chunks_do_not_show(monkeypatch):
    rng = np.random.default_rng(0)
    x, dy = rng.integers(0, 5, (11, 3)), rng.standard_normal((11, 3, 4))
    _, cache = embedding_forward(x, np.ones((5, 4)))
    whole = embedding_backward(dy, cache)[1]
    monkeypatch.setattr(embeddings, "_CHUNK_BYTES", 5 * 8 * 4)  # five words at a time, and a last chunk of its own size
    np.testing.assert_array_equal(embedding_backward(dy, cache)[1], whole)


@pytest.mark.parametrize("forward", [embedding_forward, embedding_loops_forward])
@pytest.mark.parametrize(
    ("x", "w", "options", "message"),
    [
        (np.array([0, 4]), (4, 3), {}, "x[1] is 4, but V is 4: give 0 to 3"),
        (np.array([-1, 0]), (4, 3), {}, "x[0] is -1, but V is 4: give 0 to 3"),
        (np.array([0]), (4, 3), {"padding_idx": 4}, "padding_idx is 4, but V is 4: give -4 to 3"),
        (np.array([0]), (4, 3), {"padding_idx": -5}, "padding_idx is -5; the smallest allowed is -4"),
    ],
)
def test_words_that_are_not_in_the_table(forward, x, w, options, message):
    with pytest.raises(ShapeError) as caught:
        forward(x, np.ones(w), **options)
    assert str(caught.value) == f"{forward.__name__}: {message}"


def test_words_that_are_no_whole_numbers():
    with pytest.raises(TypeError, match=r"embedding_forward: x holds float64, not whole numbers; try x.astype\(np.int64\)"):
        embedding_forward(np.ones(2), np.ones((4, 3)))
    with pytest.raises(TypeError, match="embedding_forward: x holds bool, not whole numbers"):
        embedding_forward(np.array([True]), np.ones((4, 3)))


def test_the_loss_of_indifferent_vectors_is_that_of_fair_coins():
    y, _ = negative_sampling_loss_forward(np.zeros((2, 3)), np.ones((2, 3)), np.ones((2, 4, 3)))
    assert y == pytest.approx(5 * np.log(2))


def test_loss_and_slope_keep_their_digits_far_out():
    assert logistic_loss(np.array([-1000.0, 0, 1000])).tolist() == [1000, np.log(2), 0]
    assert logistic_loss(np.array(50.0)) == pytest.approx(np.exp(-50), rel=1e-14)
    center, cache = np.ones((1, 1)), None
    for score in (50.0, -50.0):
        _, cache = negative_sampling_loss_forward(center, np.array([[score]]), np.zeros((1, 0, 1)))
        slope = negative_sampling_loss_backward(1.0, cache)[1]
        assert slope[0, 0] == pytest.approx(-1 / (1 + np.exp(score)), rel=1e-14)


def test_the_whole_message():
    with pytest.raises(ShapeError) as caught:
        negative_sampling_loss_forward(np.ones((8, 5)), np.ones((8, 5)), np.ones((4, 8, 5)))
    assert str(caught.value) == (
        "negative_sampling_loss_forward: N is 8 in center but 4 in negatives.\n"
        "  center (N, D) = (8, 5)\n"
        "  positive (N, D) = (8, 5)\n"
        "  negatives (N, K, D) = (4, 8, 5)"
    )


@pytest.mark.parametrize(
    ("op", "options"),
    [
        ("embedding", {"padding_idx": 4}),
        ("embedding", {"padding_idx": -5}),
        ("embedding", {"padding_idx": 1.5}),
        ("negative_sampling_loss", {"reduction": "average"}),
    ],
)
def test_both_refuse_the_same_options(op, options):
    arrays = [np.array([0, 3]), np.ones((4, 3))] if op == "embedding" else [np.ones(s) for s in ((3, 5), (3, 5), (3, 4, 5))]
    with pytest.raises((ValueError, TypeError), match=next(iter(options))):
        pair(op)[0](*arrays, **options)
    with pytest.raises((ValueError, TypeError, RuntimeError, AssertionError, KeyError)):
        twin(op)[0](*to_torch(*arrays), **options)
