"""Attention: worked numbers, what masks do, messages whole."""

import numpy as np
import pytest
from operations import pair, twin

from dlkit.device import to_torch
from dlkit.errors import ShapeError
from dlkit.numpy_ops.attention import (
    additive_attention_forward,
    attention_weights,
    dot_product,
    scaled_dot_product_attention_backward,
    scaled_dot_product_attention_forward,
)
from dlkit.numpy_ops.attention_loops import scaled_dot_product_attention_loops_forward

Q, K, V = (np.random.default_rng(0).standard_normal(shape) for shape in ((2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 6)))
SHAPES = "\n  q (..., T, D) = (2, 3, 5, 4)\n  k (..., S, D) = (2, 3, 7, 4)\n  v (..., S, D_v) = (2, 3, 7, 6)"


def test_worked_numbers():
    q, k, v = (
        np.array([[2.0, 0.0]]),
        np.array([[np.sqrt(0.5) * np.log(3), 5.0], [0.0, -1.0]]),
        np.array([[4.0, 8.0], [0.0, 4.0]]),
    )
    p = attention_weights(q, k)  # the scores are log 3 and 0
    np.testing.assert_allclose(p, [[0.75, 0.25]], rtol=1e-12)
    y, _ = scaled_dot_product_attention_forward(q, k, v)
    np.testing.assert_allclose(y, [[3.0, 7.0]], rtol=1e-12)
    np.testing.assert_allclose(attention_weights(q, k, scale=2 * np.sqrt(0.5)), [[0.9, 0.1]], rtol=1e-12)


def test_additive_worked_numbers():
    one = np.ones((1, 1))
    k, v = np.array([[[0.5], [-0.5], [9.0]]]), np.array([[[4.0], [0.0], [99.0]]])
    w_score = np.array([np.log(3) / np.tanh(1.0)])  # the scores are log 3, 0 and one that the mask hides
    y, _ = additive_attention_forward(0.5 * one[None], k, v, one, one, w_score, np.array([[True, True, False]]))
    np.testing.assert_allclose(y, [[[3.0]]], rtol=1e-12)


@pytest.mark.parametrize("options", [{}, {"is_causal": True}, {"attn_mask": np.arange(35).reshape(5, 7) % 3 > 0}])
def test_weights_are_what_values_are_weighed_with(options):
    p = attention_weights(Q, K, scale=0.9, **options)
    np.testing.assert_allclose(p.sum(axis=-1), np.ones((2, 3, 5)), rtol=1e-12)
    everywhere = np.broadcast_to(np.eye(7), (2, 3, 7, 7))
    y, _ = scaled_dot_product_attention_forward(Q, K, everywhere, scale=0.9, **options)
    np.testing.assert_allclose(y, p, rtol=1e-12)


def test_causal_queries_do_not_see_what_comes_later():
    before, _ = scaled_dot_product_attention_forward(Q, K, V, is_causal=True)
    after, _ = scaled_dot_product_attention_forward(Q, K, np.where(np.arange(7)[:, None] < 3, V, 1e6), is_causal=True)
    assert np.array_equal(before[..., :3, :], after[..., :3, :])
    assert not np.isclose(before[..., 3:, :], after[..., 3:, :]).any()


def test_a_query_that_may_look_nowhere_gets_zeros_and_passes_nothing_on():
    mask = np.ones((5, 7), bool)
    mask[2] = False
    y, cache = scaled_dot_product_attention_forward(Q, K, V, mask)
    dq, _, _, dmask = scaled_dot_product_attention_backward(np.ones_like(y), cache)
    assert not y[..., 2, :].any()
    assert not dq[..., 2, :].any()
    assert dmask is None
    assert y[..., 3, :].all()


def test_the_scale_keeps_scores_of_one_size():
    rng = np.random.default_rng(0)
    for d in (4, 1024):
        q, k = rng.standard_normal((2, 400, d))
        assert 0.95 < np.std(q @ k.T / np.sqrt(d)) < 1.05
        assert attention_weights(q, k).max(axis=-1).mean() < 0.1
    assert attention_weights(q, k, scale=1).max(axis=-1).mean() > 0.8  # without it the softmax picks one key


def test_chunks_do_not_show(monkeypatch):
    whole, _ = scaled_dot_product_attention_forward(Q, K, V, is_causal=True)
    monkeypatch.setattr(dot_product, "_CHUNK_BYTES", 4 * 5 * 7 * 8)  # four heads, then two
    parts, _ = scaled_dot_product_attention_forward(Q, K, V, is_causal=True)
    np.testing.assert_allclose(parts, whole, rtol=1e-12)


@pytest.mark.parametrize("forward", [scaled_dot_product_attention_forward, scaled_dot_product_attention_loops_forward])
@pytest.mark.parametrize(
    ("arrays", "options", "error", "message"),
    [
        (
            (Q, K[:1], V),
            {},
            ShapeError,
            "the axes before the last two differ." + SHAPES.replace("(2, 3, 7, 4)", "(1, 3, 7, 4)"),
        ),
        ((Q, K, V[:, :, :6]), {}, ShapeError, "S is 7 in k but 6 in v." + SHAPES.replace("(2, 3, 7, 6)", "(2, 3, 6, 6)")),
        (
            (Q, K, V, np.ones((7, 5), bool)),
            {},
            ShapeError,
            "attn_mask has shape (7, 5), the scores (..., T, S) have (2, 3, 5, 7). "
            "The mask may lack leading axes, and all but its last may be 1." + SHAPES,
        ),
        (
            (Q, K, V, np.ones((5, 7), int)),
            {},
            TypeError,
            "attn_mask holds int64; give a NumPy array of booleans, True where a query may look, "
            "or of float64 to add to the scores",
        ),
        (
            (Q, K, V, np.ones((5, 7), bool)),
            {"is_causal": True},
            ValueError,
            "attn_mask and is_causal=True cannot both be; try attn_mask & np.tri(T, S, dtype=bool)",
        ),
        ((Q, K, V), {"is_causal": 1}, TypeError, "is_causal is 1; give True or False"),
        ((Q, K, V), {"scale": "auto"}, TypeError, "scale is 'auto'; give a number"),
    ],
)
def test_messages(forward, arrays, options, error, message):
    with pytest.raises(error) as caught:
        forward(*arrays, **options)
    assert str(caught.value) == f"{forward.__name__}: {message}"


@pytest.mark.parametrize(
    "mask", [[[True] * 7] * 5, np.ones(7, bool), np.ones((1, 2, 3, 5, 7), bool), np.ones((5, 7), np.float32)]
)
def test_other_masks_are_refused(mask):
    with pytest.raises((ShapeError, TypeError), match=r"^attention_weights: .*attn_mask"):
        attention_weights(Q, K, mask)


def test_the_mask_of_additive_attention_is_of_booleans():
    arrays = [np.ones(shape) for shape in ((2, 4, 3), (2, 5, 6), (2, 5, 7), (8, 3), (8, 6), (8,), (2, 5))]
    with pytest.raises(TypeError) as caught:
        additive_attention_forward(*arrays)
    assert str(caught.value) == (
        "additive_attention_forward: mask holds float64; give a NumPy array of booleans, True where a query may look"
    )


@pytest.mark.parametrize("options", [{"is_causal": None}, {"is_causal": 1}, {"scale": "auto"}, {"scale": (1, 2)}])
def test_both_refuse_the_same_options(options):
    with pytest.raises((ValueError, TypeError)):
        pair("scaled_dot_product_attention")[0](Q, K, V, **options)
    with pytest.raises((ValueError, TypeError, RuntimeError)):
        twin("scaled_dot_product_attention")[0](*to_torch(Q, K, V), **options)


def test_both_refuse_a_mask_beside_is_causal():
    mask = np.ones((5, 7), bool)
    with pytest.raises(ValueError, match="cannot both be"):
        pair("scaled_dot_product_attention")[0](Q, K, V, mask, is_causal=True)
    with pytest.raises(RuntimeError, match="Explicit attn_mask should not be set"):
        twin("scaled_dot_product_attention")[0](*to_torch(Q, K, V, mask), is_causal=True)
