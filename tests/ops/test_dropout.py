"""Dropout: drawing, scaling, and what is refused."""

import re

import numpy as np
import pytest
from operations import pair, twin

from dlkit.device import to_torch
from dlkit.errors import ShapeError
from dlkit.numpy_ops.dropout import dropout_backward, dropout_forward


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_the_rng_drops_a_share_of_p_and_keeps_the_mean(p):
    y, cache = dropout_forward(np.ones((200, 300), np.float32), p=p, rng=np.random.default_rng(0))
    assert abs((y == 0).mean() - p) < 0.01
    assert np.allclose(y[y > 0], 1 / (1 - p))
    assert abs(y.mean() - 1) < 0.03
    dx, dmask = dropout_backward(np.ones_like(y), cache)
    assert dmask is None
    assert np.array_equal(dx, y)


def test_one_seed_one_mask():
    x = np.random.default_rng(1).standard_normal((6, 7))
    first, second, other = (dropout_forward(x, rng=np.random.default_rng(seed))[0] for seed in (0, 0, 1))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_the_smallest_and_the_largest_p():
    x, rng = np.random.default_rng(1).standard_normal((6, 7)), np.random.default_rng(0)
    assert np.array_equal(dropout_forward(x, p=0)[0], x)
    assert not dropout_forward(x, p=1, rng=rng)[0].any()
    y, _ = dropout_forward(x, training=False)
    assert np.array_equal(y, x)
    assert not np.shares_memory(y, x)


def test_the_twin_draws_as_well_and_leaves_the_global_generator_alone():
    torch = pytest.importorskip("torch")
    forward, backward = twin("dropout")
    before = torch.random.get_rng_state()
    y, cache = forward(torch.ones(200, 300), p=0.3, rng=np.random.default_rng(0))
    assert torch.equal(before, torch.random.get_rng_state())
    assert abs((y == 0).float().mean() - 0.3) < 0.01
    assert torch.equal(backward(torch.ones_like(y), cache)[0], y)


@pytest.mark.parametrize(
    ("error", "arrays", "options", "message"),
    [
        (
            ValueError,
            [(2, 3)],
            {},
            "nothing says what to drop; give rng=np.random.default_rng(0), or a mask, or training=False",
        ),
        (ValueError, [(2, 3)], {"p": 1.5}, "p is 1.5; 0 to 1 is allowed"),
        (TypeError, [(2, 3)], {"rng": 0}, "rng is a int, not a generator; try rng=np.random.default_rng(0)"),
        (ShapeError, [(2, 3), (3,)], {}, "x and mask must have one shape.\n  x = (2, 3)\n  mask = (3,)"),
        (TypeError, [(2, 3), (2, 3)], {}, "mask holds float64, not booleans; try mask.astype(bool), where True is kept"),
    ],
)  # fmt: skip
def test_messages(error, arrays, options, message):
    with pytest.raises(error, match=f"^dropout_forward: {re.escape(message)}$"):
        dropout_forward(*map(np.ones, arrays), **options)


@pytest.mark.parametrize("options", [{}, {"p": -0.1}, {"p": 1.1, "training": False}, {"p": "half"}])
def test_both_refuse_the_same_options(options):
    pytest.importorskip("torch")
    x = np.ones((2, 3))
    for forward, array in ((pair("dropout")[0], x), (twin("dropout")[0], to_torch(x))):
        with pytest.raises((ValueError, TypeError)):
            forward(array, **options)
