"""Activations: worked numbers, digits kept in the tails, identities between them, and what is refused, in words."""

import math

import numpy as np
import pytest
from operations import pair, twin

from dlkit.device import to_torch
from dlkit.errors import ShapeError
from dlkit.numpy_ops.activations import (
    elu_forward,
    gelu_backward,
    gelu_forward,
    leaky_relu_forward,
    log_softmax_forward,
    maxout_backward,
    maxout_forward,
    relu_backward,
    relu_forward,
    sigmoid_forward,
    silu_forward,
    softmax_backward,
    softmax_forward,
    softplus_backward,
    softplus_forward,
    tanh_forward,
)
from dlkit.numpy_ops.neurons import linear_forward

ONE_ARRAY = ["relu", "leaky_relu", "elu", "sigmoid", "tanh", "softplus", "gelu", "silu", "softmax", "log_softmax"]
X = np.random.default_rng(0).standard_normal((6, 5))


@pytest.mark.parametrize(("op", "options", "values", "slopes"), [
    ("relu", {}, [0, 0, 3], [0, 0, 1]),
    ("leaky_relu", {}, [-0.02, 0, 3], [0.01, 0.01, 1]),
    ("leaky_relu", {"negative_slope": 0.1}, [-0.2, 0, 3], [0.1, 0.1, 1]),
    ("elu", {}, [-0.8646647168, 0, 3], [0.1353352832, 1, 1]),
    ("elu", {"alpha": 2.0}, [-1.7293294335, 0, 3], [0.2706705665, 2, 1]),
    ("sigmoid", {}, [0.1192029220, 0.5, 0.9525741268], [0.1049935854, 0.25, 0.0451766597]),
    ("tanh", {}, [-0.9640275801, 0, 0.9950547537], [0.0706508249, 1, 0.0098660372]),
    ("softplus", {}, [0.1269280110, 0.6931471806, 3.0485873516], [0.1192029220, 0.5, 0.9525741268]),
    ("gelu", {}, [-0.0455002639, 0, 2.9959503059], [-0.0852318012, 0.5, 1.0119456472]),
    ("gelu", {"approximate": "tanh"}, [-0.0454023059, 0, 2.9963626079], [-0.0860992566, 0.5, 1.0115841666]),
    ("silu", {}, [-0.2384058440, 0, 2.8577223804], [-0.0907842486, 0.5, 1.0881041067]),
    ("softmax", {}, [0.0063774609, 0.0471234165, 0.9464991226], None),
    ("log_softmax", {}, [-5.0549852354, -3.0549852354, -0.0549852354], None),
])  # fmt: skip
def test_worked_numbers(op, options, values, slopes):
    forward, backward = pair(op)
    y, cache = forward(np.array([-2.0, 0.0, 3.0]), **options)
    np.testing.assert_allclose(y, values, rtol=1e-9, atol=1e-10)
    if slopes is not None:
        np.testing.assert_allclose(backward(np.ones(3), cache), slopes, rtol=1e-9, atol=1e-10)


def test_gelu_keeps_its_digits_in_the_tails():
    x = np.concatenate([np.linspace(-37, 9, 2001), -np.geomspace(1e-12, 1, 50)])
    cdf = np.array([math.erfc(-v / math.sqrt(2)) / 2 for v in x])
    y, cache = gelu_forward(x)
    np.testing.assert_allclose(y, x * cdf, rtol=1e-11)
    slope = cdf + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    np.testing.assert_allclose(gelu_backward(np.ones_like(x), cache), slope, rtol=1e-10, atol=1e-15)
    short = x[x > -12].astype(np.float32)
    np.testing.assert_allclose(gelu_forward(short)[0], (x * cdf)[x > -12], rtol=3e-5, atol=3e-7)


def test_the_tails_of_the_others():
    far = np.array([-700.0, -40.0, -1e-12])
    np.testing.assert_allclose(sigmoid_forward(far)[0], np.exp(far) / (1 + np.exp(far)), rtol=1e-14)
    np.testing.assert_allclose(softplus_forward(far)[0], np.log1p(np.exp(far)), rtol=1e-14)
    np.testing.assert_allclose(elu_forward(far)[0], np.expm1(far), rtol=1e-14)
    np.testing.assert_allclose(log_softmax_forward(np.array([0.0, 5000.0]))[0], [-5000, 0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("op", ONE_ARRAY)
def test_the_largest_numbers_there_are(op, dtype):
    forward, backward = pair(op)
    largest = np.finfo(dtype).max / 2  # two scores may lie this far to either side of zero
    y, cache = forward(np.array([-largest, -1e30, 1e30, largest], dtype))
    assert np.isfinite(y).all()
    assert np.isfinite(backward(np.ones(4, dtype), cache)).all()


@pytest.mark.parametrize("op", ["relu", "leaky_relu", "elu", "sigmoid", "tanh", "softplus", "gelu", "silu"])
def test_a_number_without_axes(op):
    forward, backward = pair(op)
    for x in (np.array(0.7), np.float64(0.7)):
        y, cache = forward(x)
        expected, expected_cache = forward(np.array([0.7]))
        assert np.shape(y) == ()
        assert y == expected[0]
        assert backward(2.0, cache) == backward(np.array([2.0]), expected_cache)[0]


def test_softmax_of_large_scores_and_of_shifted_ones():
    expected = [0.0900305732, 0.2447284711, 0.6652409558]
    for scores in ([1, 2, 3], [1001, 1002, 1003], [-1001, -1000, -999]):
        np.testing.assert_allclose(softmax_forward(np.array(scores, float))[0], expected, rtol=1e-9)
    np.testing.assert_array_equal(softmax_forward(np.array([0.0, -np.inf, 0.0]))[0], [0.5, 0, 0.5])


def test_softmax_backward_is_the_jacobian_transposed():
    y, cache = softmax_forward(X[0])
    jacobian = np.diag(y) - np.outer(y, y)
    np.testing.assert_allclose(softmax_backward(X[1], cache), jacobian.T @ X[1], atol=1e-15)
    np.testing.assert_allclose(softmax_backward(np.ones(5), cache), 0, atol=1e-15)


def test_identities():
    np.testing.assert_allclose(np.exp(log_softmax_forward(X, dim=0)[0]), softmax_forward(X, dim=0)[0], rtol=1e-12)
    np.testing.assert_allclose(tanh_forward(X)[0], 2 * sigmoid_forward(2 * X)[0] - 1, atol=1e-15)
    np.testing.assert_allclose(gelu_forward(X)[0] - gelu_forward(-X)[0], X, rtol=1e-12)
    np.testing.assert_allclose(silu_forward(X)[0], X * sigmoid_forward(X)[0], rtol=1e-15)
    np.testing.assert_array_equal(leaky_relu_forward(X, negative_slope=0)[0], relu_forward(X)[0])
    np.testing.assert_allclose(softplus_backward(np.ones_like(X), softplus_forward(X)[1]), sigmoid_forward(X)[0], rtol=1e-15)


def test_blocks_do_not_show(monkeypatch):
    from dlkit.numpy_ops.activations import gated

    whole, _ = gelu_forward(X)
    monkeypatch.setattr(gated, "_BLOCK", 7)  # thirty numbers: four blocks, and two numbers over
    np.testing.assert_array_equal(gelu_forward(X)[0], whole)


def test_a_maxout_neuron_is_a_relu_or_an_absolute_value():
    w, b = np.random.default_rng(1).standard_normal((4, 5)), np.random.default_rng(2).standard_normal(4)
    z, _ = linear_forward(X, w, b)
    rectified, _ = maxout_forward(X, np.stack([w, 0 * w]), np.stack([b, 0 * b]))
    np.testing.assert_allclose(rectified, np.maximum(z, 0), atol=1e-14)
    absolute, _ = maxout_forward(X, np.stack([w, -w]), np.stack([b, -b]))
    np.testing.assert_allclose(absolute, np.abs(z), atol=1e-14)


def test_the_first_of_tied_pieces_takes_the_gradient():
    _, cache = maxout_forward(np.ones((1, 1)), np.ones((3, 1, 1)), np.zeros((3, 1)))
    _, dw, db = maxout_backward(np.ones((1, 1)), cache)
    assert dw.ravel().tolist() == db.ravel().tolist() == [1, 0, 0]


def test_maxout_without_neurons_or_examples():
    for x, w in (((2, 3), (2, 0, 3)), ((0, 3), (2, 4, 3)), ((0, 0), (2, 4, 0))):
        y, cache = maxout_forward(np.ones(x), np.ones(w))
        dx, dw, db = maxout_backward(np.ones_like(y), cache)
        assert (y.shape, dx.shape, dw.shape, db) == ((x[0], w[1]), x, w, None)


def test_gradients_of_one_row_do_not_stretch():
    _, cache = relu_forward(X)
    with pytest.raises(ShapeError) as caught:
        relu_backward(np.ones(5), cache)
    assert str(caught.value) == "relu_backward: dy has shape (5,), y had (6, 5)"


@pytest.mark.parametrize("op", ONE_ARRAY)
def test_whole_messages_about_the_input(op):
    with pytest.raises(TypeError) as caught:
        pair(op)[0](np.arange(3))
    assert str(caught.value) == f"{op}_forward: x holds int64, not floating-point numbers; try x.astype(np.float32)"


@pytest.mark.parametrize(("op", "options", "message"), [
    ("leaky_relu", {"negative_slope": "0.1"}, "leaky_relu_forward: negative_slope is '0.1'; give a number"),
    ("elu", {"alpha": None}, "elu_forward: alpha is None; give a number"),
    ("softplus", {"beta": (1, 2)}, "softplus_forward: beta is (1, 2); give a number"),
    ("softplus", {"threshold": "20"}, "softplus_forward: threshold is '20'; give a number"),
    ("gelu", {"approximate": "erf"}, "gelu_forward: approximate is 'erf'; give 'none' or 'tanh'"),
    ("gelu", {"approximate": None}, "gelu_forward: approximate is None; give 'none' or 'tanh'"),
    ("softmax", {"dim": 2}, "softmax_forward: dim is 2, but x has 2 axes: give -2 to 1"),
    ("softmax", {"dim": -3}, "softmax_forward: dim is -3; the smallest allowed is -2"),
    ("softmax", {"dim": 1.0}, "softmax_forward: dim is 1.0; give a whole number"),
    ("log_softmax", {"dim": 2}, "log_softmax_forward: dim is 2, but x has 2 axes: give -2 to 1"),
    ("log_softmax", {"dim": True}, "log_softmax_forward: dim is True; give a whole number"),
])  # fmt: skip
def test_both_refuse_the_same_options(op, options, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        pair(op)[0](X, **options)
    assert str(caught.value) == message
    with pytest.raises((ValueError, TypeError, RuntimeError, IndexError)):
        twin(op)[0](to_torch(X), **options)


def test_more_is_refused_than_pytorch_refuses():
    with pytest.raises(ValueError, match="softplus_forward: beta is 0, and the result is divided by it"):
        softplus_forward(X, beta=0)
    with pytest.raises(ShapeError, match=r"softmax_forward: x has no axis, it is a single number; try x\[None\]"):
        softmax_forward(np.array(1.0))


@pytest.mark.parametrize(("shapes", "message"), [
    (((6, 5), (2, 4, 3), (2, 4)), """maxout_forward: D_in is 5 in x but 3 in w.
  x (..., D_in) = (6, 5)
  w (K, D_out, D_in) = (2, 4, 3)
  b (K, D_out) = (2, 4)"""),
    (((6, 5), (2, 4, 5), (4,)), """maxout_forward: b has 1 axis, 2 expected. For a missing K axis of one, try b[None].
  x (..., D_in) = (6, 5)
  w (K, D_out, D_in) = (2, 4, 5)
  b (K, D_out) = (4,)"""),
    (((6, 5), (0, 4, 5), (0, 4)), """maxout_forward: K is 0, there is no piece to choose from.
  x (..., D_in) = (6, 5)
  w (K, D_out, D_in) = (0, 4, 5)
  b (K, D_out) = (0, 4)"""),
])  # fmt: skip
def test_whole_messages_of_maxout(shapes, message):
    with pytest.raises(ShapeError) as caught:
        maxout_forward(*[np.ones(shape) for shape in shapes])
    assert str(caught.value) == message
