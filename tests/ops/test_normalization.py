"""Normalisation: worked numbers, far from zero, equal numbers, identities, running statistics, what is refused."""

import re

import numpy as np
import pytest
from operations import pair, twin

from dlkit.device import to_numpy, to_torch
from dlkit.numpy_ops.normalization import (
    batch_norm_forward,
    batch_norm_statistics,
    group_norm_forward,
    layer_norm_forward,
    local_response_norm_forward,
    moments,
)

OPTIONS = {"batch_norm": {"training": True}, "layer_norm": {}, "group_norm": {"num_groups": 2}}
every_norm = pytest.mark.parametrize("op", list(OPTIONS))


def affine(op, w, b):
    return (None, None, w, b) if op == "batch_norm" else (w, b)


def test_worked_numbers():
    x = np.array([[1.0, 2.0], [3.0, 6.0]])
    np.testing.assert_allclose(batch_norm_forward(x, training=True, eps=1e-12)[0], [[-1, -1], [1, 1]])
    np.testing.assert_allclose(layer_norm_forward(x, np.array([2.0, 2]), np.array([1.0, 0]), eps=1e-12)[0], [[-1, 2], [-1, 2]])
    mean, var = np.array([1.0, 2]), np.array([4.0, 1])
    np.testing.assert_allclose(batch_norm_forward(x, mean, var, eps=1e-12)[0], [[0, 0], [1, 4]])
    mean, var = batch_norm_statistics(x, mean, var, momentum=0.5)
    np.testing.assert_allclose(mean, [1.5, 3])  # means of the batch 2 and 4
    np.testing.assert_allclose(var, [3, 4.5])  # variances with n − 1: 2 and 8


def test_worked_neighbours():
    y, _ = local_response_norm_forward(np.array([1.0, 2, 3])[None, :, None], size=3, alpha=3, beta=1)
    np.testing.assert_allclose(y[0, :, 0], [1 / 6, 2 / 15, 3 / 14])
    y, _ = local_response_norm_forward(np.array([1.0, 2, 3])[None, :, None], size=2, alpha=2, beta=1)
    np.testing.assert_allclose(y[0, :, 0], [1 / 2, 2 / 6, 3 / 14])  # of an even number, one more in front


@every_norm
@pytest.mark.parametrize("offset", [0.0, 1e4, -3e5])
def test_far_from_zero_float32_loses_nothing(op, offset):
    rng = np.random.default_rng(0)
    x = (offset + rng.standard_normal((40, 6, 50))).astype(np.float32)
    dy = rng.standard_normal(x.shape).astype(np.float32)
    results = []
    for dtype in (np.float32, np.float64):
        forward, backward = pair(op)
        y, cache = forward(x.astype(dtype), **OPTIONS[op])
        dx = backward(dy.astype(dtype), cache)[0]
        results.append((y, dx))
    for mine, exact in zip(*results, strict=True):
        np.testing.assert_allclose(mine, exact, atol=2e-6 * np.abs(exact).max())


@every_norm
@pytest.mark.parametrize("value", [0.0, 0.1, -12345.678])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equal_numbers_become_the_offset(op, value, dtype):
    shape = (5, 6, 3)
    rng = np.random.default_rng(0)
    w, b = (rng.standard_normal(shape[-1] if op == "layer_norm" else shape[1]).astype(dtype) for _ in "wb")
    forward, backward = pair(op)
    y, cache = forward(np.full(shape, value, dtype), *affine(op, w, b), **OPTIONS[op])
    assert np.array_equal(y, np.broadcast_to(b if op == "layer_norm" else b[:, None], shape))
    dw = backward(rng.standard_normal(shape).astype(dtype), cache)[-2]
    assert not dw.any()


def test_one_feature_is_nothing_but_its_offset():
    forward, backward = pair("layer_norm")
    y, cache = forward(np.array([[7.0]]), np.array([2.0]), np.array([3.0]))
    dx, dw, db = backward(np.array([[0.7]]), cache)
    assert (y, dw, db) == ([[3.0]], [0.0], [0.7])
    np.testing.assert_allclose(dx, 0, atol=1e-12)


def test_identities():
    x = np.random.default_rng(0).standard_normal((4, 6, 5))
    np.testing.assert_allclose(group_norm_forward(x, num_groups=1)[0], layer_norm_forward(x, normalized_shape=(6, 5))[0])
    np.testing.assert_allclose(group_norm_forward(x, num_groups=6)[0], layer_norm_forward(x)[0])  # one channel a group
    rows = x[:, :, 0]
    np.testing.assert_allclose(layer_norm_forward(rows)[0], batch_norm_forward(rows.T, training=True)[0].T)
    once, _ = layer_norm_forward(x, eps=1e-12)
    np.testing.assert_allclose(layer_norm_forward(3 * x + 8, eps=1e-12)[0], once)


@every_norm
def test_chunks_do_not_show(op, monkeypatch):
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, 7, 6, 5))
    w, b = rng.standard_normal((2, 5 if op == "layer_norm" else 6))
    forward, backward = pair(op)
    results = []
    for size in (2**20, 600):
        monkeypatch.setattr(moments, "_CHUNK_BYTES", size)
        y, cache = forward(x, *affine(op, w, b), **OPTIONS[op])
        results.append([y, *(g for g in backward(dy, cache) if g is not None)])
    for whole, parts in zip(*results, strict=True):
        np.testing.assert_allclose(parts, whole, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 7), (4, 3, 2, 5), (0, 3, 2), (2, 3, 0)])
@pytest.mark.parametrize("options", [{}, {"momentum": 0.7}, {"momentum": 1.0}])
def test_running_statistics_are_those_pytorch_leaves(shape, options):
    pytest.importorskip("torch")
    from dlkit.torch_ops.normalization import batch_norm_statistics as theirs

    rng = np.random.default_rng(0)
    x, mean, var = rng.standard_normal(shape), rng.standard_normal(3), rng.uniform(0.5, 2, 3)
    kept = mean.copy(), var.copy()
    expected = theirs(*to_torch(x, mean, var), **options)
    for mine, other in zip(batch_norm_statistics(x, mean, var, **options), expected, strict=True):
        np.testing.assert_allclose(mine, to_numpy(other), rtol=1e-12)
    assert np.array_equal([mean, var], kept)
    single = batch_norm_statistics(*(a.astype(np.float32) for a in (x, mean, var)), **options)
    assert [a.dtype for a in single] == [np.float32] * 2


def test_running_statistics_far_from_zero():
    x = (1e4 + np.random.default_rng(0).standard_normal((5000, 3))).astype(np.float32)
    mean, var = batch_norm_statistics(x, np.zeros(3, np.float32), np.ones(3, np.float32), momentum=1)
    np.testing.assert_allclose(mean, x.astype(float).mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(var, x.astype(float).var(axis=0, ddof=1), rtol=1e-5)


def ones(*shapes):
    return [None if shape is None else np.ones(shape) for shape in shapes]


@pytest.mark.parametrize(
    ("function", "arrays", "options", "message"),
    [
        (
            batch_norm_forward, ones((2, 3, 4), None, None, (4,)), {"training": True},
            "C is 3 in x but 4 in w.\n  x (N, C, L) = (2, 3, 4)\n  w (C,) = (4,)",
        ),
        (
            batch_norm_forward, ones((2, 3)), {},
            "training=False needs running_mean and running_var; give both, or training=True",
        ),
        (
            batch_norm_forward, ones((1, 3)), {"training": True},
            "one value a channel has no variance, x is (1, 3); try a larger batch",
        ),
        (
            batch_norm_forward, ones((2, 3), (3,)), {"training": True},
            "running_var is None; give running_mean and running_var, or neither",
        ),
        (
            batch_norm_forward, [*ones((2, 3), (3,)), np.array([1.0, -2.0, 1.0])], {},
            "running_var[1] is -2.0; a variance is never negative",
        ),
        (
            batch_norm_forward, ones((3,)), {"training": True},
            "x has 1 axis; give (N, C) or (N, C, L) or (N, C, H, W).\n  x = (3,)",
        ),
        (
            batch_norm_statistics, ones((2, 3), (3,), None), {},
            "running_var is None; begin with zeros for the mean and ones for the variance",
        ),
        (
            layer_norm_forward, ones((2, 3, 4)), {"normalized_shape": (2, 4)},
            "D1 is 2 in normalized_shape but 3 in x.\n  x (..., D1, D2) = (2, 3, 4)",
        ),
        (
            layer_norm_forward, ones((2, 3), (4,), (4,)), {},
            "D is 4 in w but 3 in x.\n  x (..., D) = (2, 3)\n  w (D,) = (4,)\n  b (D,) = (4,)",
        ),
        (
            layer_norm_forward, ones((2, 3)), {"normalized_shape": ()},
            "normalized_shape is (); give the size of one last axis or of several",
        ),
        (
            layer_norm_forward, ones((2, 3)), {"eps": 0},
            "eps is 0; give a small number above 0, it keeps equal numbers from a division by 0",
        ),
        (
            group_norm_forward, ones((2, 6, 4)), {"num_groups": 4},
            "C is 6, which num_groups=4 does not divide.\n  x (N, C, L) = (2, 6, 4)",
        ),
        (
            group_norm_forward, ones((1, 3, 1)), {"num_groups": 3},
            "one value a group has no variance; try fewer groups.\n  x (N, C, L) = (1, 3, 1)",
        ),
        (
            local_response_norm_forward, ones((2, 3)), {"size": 5},
            "x has 2 axes; give (N, C, L) or (N, C, H, W).\n  x = (2, 3)",
        ),
        (
            local_response_norm_forward, ones((2, 3, 4)), {"size": 5, "k": 0},
            "k is 0; give a number above 0, or places where all channels are 0 divide by 0",
        ),
    ],
)  # fmt: skip
def test_messages(function, arrays, options, message):
    with pytest.raises((ValueError, TypeError), match=f"^{function.__name__}: {re.escape(message)}$"):
        function(*arrays, **options)


@pytest.mark.parametrize(
    ("op", "shapes", "options"),
    [
        ("batch_norm", [(1, 3)], {"training": True}),
        ("batch_norm", [(2, 3)], {"training": False}),
        ("batch_norm", [(2, 3), (3,)], {"training": True}),
        ("batch_norm", [(2, 3), None, (3,)], {"training": True}),
        ("batch_norm", [(2, 3), (1,), (1,)], {"training": True}),
        ("batch_norm", [(2, 3)], {"training": True, "eps": 0.0}),
        ("layer_norm", [(2, 3)], {"normalized_shape": ()}),
        ("layer_norm", [(2, 3)], {"normalized_shape": (2,)}),
        ("layer_norm", [(2, 3)], {"normalized_shape": (4, 2, 3)}),
        ("layer_norm", [(2, 3), (2, 3)], {"normalized_shape": (3,)}),
        ("group_norm", [(2, 6)], {"num_groups": 4}),
        ("group_norm", [(2, 6)], {"num_groups": 0}),
        ("group_norm", [(1, 6)], {"num_groups": 6}),
        ("local_response_norm", [(2, 6)], {"size": 3}),
        ("local_response_norm", [(2, 6, 4)], {"size": 0}),
    ],
)
def test_both_refuse_the_same_options(op, shapes, options):
    pytest.importorskip("torch")
    arrays = ones(*shapes)
    with pytest.raises((ValueError, TypeError)):
        pair(op)[0](*arrays, **options)
    with pytest.raises((ValueError, TypeError, RuntimeError, ZeroDivisionError)):
        twin(op)[0](*[to_torch(a) for a in arrays], **options)
