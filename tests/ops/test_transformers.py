"""Multi-head attention and positions: worked numbers, identities, messages whole."""

import numpy as np
import pytest
from operations import TORCH, pair, twin

from dlkit.device import to_numpy, to_torch
from dlkit.errors import ShapeError
from dlkit.numpy_ops.attention import scaled_dot_product_attention_forward
from dlkit.numpy_ops.transformers import multi_head_attention_forward, rotary_forward, sinusoidal_positions


def heads(**changes):
    """Arrays of a multi-head attention that fits, with some shapes changed."""
    shapes = {"q": (3, 5, 8), "k": (3, 7, 8), "v": (3, 7, 8), "w_in": (24, 8), "b_in": (24,), "w_out": (8, 8), "b_out": (8,)}
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape) for shape in (shapes | changes).values()]


def test_one_head_that_projects_nothing_is_attention():
    q, k, v, *_ = heads()
    y, _ = multi_head_attention_forward(q, k, v, np.tile(np.eye(8), (3, 1)), None, np.eye(8), None, num_heads=1)
    expected, _ = scaled_dot_product_attention_forward(q, k, v)
    np.testing.assert_allclose(y, expected, rtol=1e-12)


def test_each_head_attends_on_its_own_features():
    q, k, v, *_ = heads()
    arrays = (np.tile(np.eye(8), (3, 1)), None, np.eye(8), None)
    y, _ = multi_head_attention_forward(q, k, v, *arrays, num_heads=2)
    for own in (slice(0, 4), slice(4, 8)):
        expected, _ = scaled_dot_product_attention_forward(q[..., own], k[..., own], v[..., own])
        np.testing.assert_allclose(y[..., own], expected, rtol=1e-12)


def test_without_positions_a_shuffled_sentence_gives_shuffled_answers():
    x, _, _, *weights = heads()
    order = np.random.default_rng(1).permutation(5)
    y, _ = multi_head_attention_forward(x, x, x, *weights, num_heads=2)
    shuffled, _ = multi_head_attention_forward(*[x[:, order]] * 3, *weights, num_heads=2)
    np.testing.assert_allclose(shuffled, y[:, order], rtol=1e-10)


def test_padding_is_as_good_as_absent():
    q, k, v, *weights = heads()
    short, _ = multi_head_attention_forward(q, k[:, :4], v[:, :4], *weights, num_heads=2)
    padding = np.broadcast_to(np.arange(7) < 4, (3, 7))
    padded, _ = multi_head_attention_forward(q, k, v, *weights, None, padding, num_heads=2)
    np.testing.assert_allclose(padded, short, rtol=1e-10)


@pytest.mark.parametrize(
    ("changes", "options", "error", "message"),
    [
        ({"w_in": (25, 8)}, {}, ShapeError, "3E is 24 in q but 25 in w_in.\n"),
        ({"k": (3, 6, 8)}, {}, ShapeError, "S is 6 in k but 7 in v.\n"),
        ({}, {"num_heads": 3}, ShapeError, "E is 8, which num_heads=3 does not divide.\n"),
        (
            {},
            {"attn_mask": np.ones((3, 5, 7), bool)},
            ShapeError,
            "attn_mask has shape (3, 5, 7); give (T, S) = (5, 7) for all heads, or (N·num_heads, T, S) = (6, 5, 7).\n",
        ),
        ({}, {"key_padding_mask": np.ones((3, 5), bool)}, ShapeError, "S is 7 in k but 5 in key_padding_mask.\n"),
        (
            {},
            {"key_padding_mask": np.ones((3, 7))},
            TypeError,
            "key_padding_mask holds float64; give a NumPy array of booleans, True where a query may look",
        ),
        (
            {},
            {"attn_mask": np.ones((5, 7), bool), "is_causal": True},
            ValueError,
            "attn_mask and is_causal=True cannot both be; try attn_mask & np.tri(T, S, dtype=bool)",
        ),
    ],
)
def test_messages(changes, options, error, message):
    with pytest.raises(error) as caught:
        multi_head_attention_forward(*heads(**changes), **{"num_heads": 2} | options)
    first, _, shapes = str(caught.value).partition("\n")
    assert first + "\n" * message.endswith("\n") == f"multi_head_attention_forward: {message}"
    assert not shapes or shapes.startswith("  q (N, T, E) = (3, 5, 8)\n  k (N, S, E) = ")


@pytest.mark.parametrize(
    "options", [{"num_heads": 3}, {"num_heads": 0}, {"num_heads": 2, "is_causal": "yes"}, {"num_heads": 1.5}]
)
def test_both_refuse_the_same_options(options):
    mask = np.ones((5, 7), bool) if "is_causal" in options else None
    with pytest.raises((ValueError, TypeError)):
        pair("multi_head_attention")[0](*heads(), mask, **options)
    with pytest.raises((ValueError, TypeError, RuntimeError, AssertionError, ZeroDivisionError)):
        twin("multi_head_attention")[0](*to_torch(*heads(), mask), **options)


def test_sinusoidal_positions_of_worked_numbers():
    positions = sinusoidal_positions(3, 4, dtype=np.float64)
    expected = [
        [0, 1, 0, 1],
        [np.sin(1), np.cos(1), np.sin(0.01), np.cos(0.01)],
        [np.sin(2), np.cos(2), np.sin(0.02), np.cos(0.02)],
    ]
    np.testing.assert_allclose(positions, expected, rtol=1e-12)


@pytest.mark.parametrize(("length", "d_model"), [(7, 6), (1, 1), (300, 5), (0, 4), (3, 0)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sinusoidal_positions_equal_their_twin(length, d_model, dtype):
    torch = pytest.importorskip("torch")
    ours = sinusoidal_positions(length, d_model, dtype=dtype)
    theirs = TORCH["transformers"].sinusoidal_positions(length, d_model, dtype=getattr(torch, np.dtype(dtype).name))
    assert ours.dtype == dtype
    np.testing.assert_allclose(ours, to_numpy(theirs), rtol=0, atol=1e-6 if dtype == np.float32 else 1e-11)


@pytest.mark.parametrize(("length", "d_model"), [(1.5, 4), (-1, 4), (3, -4), (3, True)])
def test_sinusoidal_positions_refuses_what_is_no_size(length, d_model):
    with pytest.raises((ShapeError, TypeError), match=r"^sinusoidal_positions: (length|d_model) is "):
        sinusoidal_positions(length, d_model)


def test_rotary_of_worked_numbers():
    x = np.array([[1.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 1.0]])
    y, _ = rotary_forward(x)
    np.testing.assert_allclose(y, [[1, 0, 1, 0], [np.cos(1), np.sin(1), -np.sin(0.01), np.cos(0.01)]], rtol=1e-12)


def test_rotary_scores_depend_on_the_distance_alone():
    rng = np.random.default_rng(0)
    q, k = rng.standard_normal((2, 1, 8))

    def score(s, t):
        return (rotary_forward(q, np.array([s]))[0] * rotary_forward(k, np.array([t]))[0]).sum()

    np.testing.assert_allclose(score(3, 10), score(503, 510), rtol=1e-10)
    assert not np.isclose(score(3, 10), score(10, 3))
    x = rng.standard_normal((2, 9, 8))
    np.testing.assert_allclose(np.linalg.norm(rotary_forward(x)[0], axis=-1), np.linalg.norm(x, axis=-1), rtol=1e-12)


@pytest.mark.parametrize(
    ("arrays", "options", "message"),
    [
        (((5, 3),), {}, "D is 3; features turn in pairs, give an even number of them.\n  x (..., T, D) = (5, 3)"),
        (((5, 4), (4,)), {}, "T is 5 in x but 4 in positions.\n  x (..., T, D) = (5, 4)\n  positions (T,) = (4,)"),
        (((5, 4),), {"base": 0.5}, "base is 0.5; at least 1 is allowed"),
    ],
)
def test_rotary_messages(arrays, options, message):
    with pytest.raises(ValueError, match=r"^rotary_forward: ") as caught:
        rotary_forward(*[np.ones(shape) for shape in arrays], **options)
    assert str(caught.value) == f"rotary_forward: {message}"


def test_positions_are_whole_numbers():
    with pytest.raises(TypeError, match=r"rotary_forward: positions holds float64, not whole numbers"):
        rotary_forward(np.ones((5, 4)), np.arange(5.0))
