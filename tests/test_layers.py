"""Layers: three ways of composing give PyTorch's numbers; what a layer holds, keeps and says."""

import copy
import re
import subprocess
import sys

import numpy as np
import pytest
import torch

from dlkit import autodiff
from dlkit.errors import ShapeError
from dlkit.layers import Conv1d, Conv2d, Flatten, Layer, Linear, Residual, Sequential
from dlkit.numpy_ops.convolution import conv2d_backward, conv2d_forward
from dlkit.numpy_ops.neurons import linear_backward, linear_forward


def relu_forward(x):
    return np.maximum(x, 0), (x > 0,)


def relu_backward(dy, cache):
    (positive,) = cache
    return dy * positive


def scale_forward(x, running, w, b=None, *, factor, shift=0.0, training=False):
    """A running statistic, a weight, an option without a default and a mode: all that a layer may have."""
    return factor * x * w + shift + (0 if training else running), (x, w, b, factor)


def scale_backward(dy, cache):
    x, w, b, factor = cache
    return factor * dy * w, None, (factor * dy * x).sum(axis=0), None if b is None else dy.sum(axis=0)


def pick_forward(x, w):
    return w[x], (x, w.shape)


def pick_backward(dy, cache):
    x, shape = cache
    dw = np.zeros(shape, dy.dtype)
    np.add.at(dw, x, dy)
    return None, dw


def both_forward(x, h, w):
    """Two inputs and two results."""
    return (x * w, h + x), (x, w)


def both_backward(dy, cache):
    x, w = cache
    dy, dh = dy
    return dy * w + dh, dh, (dy * x).sum(axis=0)


class ReLU(Layer):
    pair = relu_forward, relu_backward


class Scale(Layer):
    pair = scale_forward, scale_backward
    arguments = "x", "running", "weight", "bias"

    def __init__(self, d, *, bias=True, **options):
        weights = {"weight": np.full(d, 2.0), "bias": np.zeros(d) if bias else None}
        super().__init__(parameters=weights, state={"running": np.zeros(d)}, **options)

    def forward(self, x):
        y = super().forward(x)
        if self.training:
            self.keep(self.state["running"] + 1)
        return y


class Pick(Layer):
    pair = pick_forward, pick_backward

    def __init__(self, v, d):
        super().__init__(parameters={"weight": np.arange(v * d, dtype=float).reshape(v, d)})


class Both(Layer):
    pair = both_forward, both_backward
    arguments = "x", "h", "weight"

    def __init__(self, d):
        super().__init__(parameters={"weight": np.full(d, 3.0)})


def small_network(rng, dtype=np.float64):
    features = Sequential(Conv2d(1, 3, (3, 2), rng=rng, dtype=dtype, stride=2, padding=1), ReLU())
    head = Sequential(Flatten(), Linear(3 * 4 * 4, 5, rng=rng, dtype=dtype), ReLU(), Linear(5, 2, rng=rng, dtype=dtype))
    return Sequential(features=features, head=head)


def torch_network():
    return torch.nn.Sequential(
        torch.nn.Sequential(torch.nn.Conv2d(1, 3, (3, 2), stride=2, padding=1), torch.nn.ReLU()),
        torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 5), torch.nn.ReLU(), torch.nn.Linear(5, 2)),
    ).double()


def test_by_hand_in_layers_on_the_tape_and_in_pytorch_the_numbers_are_the_same():
    rng = np.random.default_rng(0)
    net = small_network(rng)
    x, dy = rng.standard_normal((6, 1, 7, 6)), rng.standard_normal((6, 2))
    names = ["features.0.weight", "features.0.bias", "head.1.weight", "head.1.bias", "head.3.weight", "head.3.bias"]
    assert list(net.parameters) == names
    w1, b1, w2, b2, w3, b3 = net.parameters.values()

    h1, cache1 = conv2d_forward(x, w1, b1, stride=2, padding=1)
    a1, cache_a1 = relu_forward(h1)
    h2, cache2 = linear_forward(a1.reshape(6, -1), w2, b2)
    a2, cache_a2 = relu_forward(h2)
    y, cache3 = linear_forward(a2, w3, b3)
    da2, dw3, db3 = linear_backward(dy, cache3)
    da1, dw2, db2 = linear_backward(relu_backward(da2, cache_a2), cache2)
    dx, dw1, db1 = conv2d_backward(relu_backward(da1.reshape(a1.shape), cache_a1), cache1)

    assert np.array_equal(net(x), y)
    assert np.array_equal(net.backward(dy), dx)
    by_hand = dict(zip(names, (dw1, db1, dw2, db2, dw3, db3), strict=True))
    assert net.gradients.keys() == by_hand.keys()
    assert all(np.array_equal(net.gradients[name], by_hand[name]) for name in names)

    conv2d = autodiff.lift(conv2d_forward, conv2d_backward)
    linear, relu = autodiff.lift(linear_forward, linear_backward), autodiff.lift(relu_forward, relu_backward)
    variables = {name: autodiff.Variable(array) for name, array in net.parameters.items()}
    v1, c1, v2, c2, v3, c3 = variables.values()
    start = autodiff.Variable(x)
    taped = linear(relu(linear(relu(conv2d(start, v1, c1, stride=2, padding=1)).reshape(6, -1), v2, c2)), v3, c3)
    taped.backward(dy)
    assert np.array_equal(taped.value, y)
    assert np.array_equal(start.grad, dx)
    assert all(np.array_equal(variables[name].grad, by_hand[name]) for name in names)

    module = torch_network()
    for tensor, array in zip(module.parameters(), net.parameters.values(), strict=True):
        tensor.data = torch.from_numpy(array.copy())
    leaf = torch.tensor(x, requires_grad=True)
    result = module(leaf)
    result.backward(torch.from_numpy(dy))
    np.testing.assert_allclose(result.detach(), y, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(leaf.grad, dx, rtol=1e-10, atol=1e-12)
    for tensor, name in zip(module.parameters(), names, strict=True):
        np.testing.assert_allclose(tensor.grad, by_hand[name], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (lambda rng: Linear(40, 300, rng=rng), lambda: torch.nn.Linear(40, 300)),
        (lambda rng: Conv1d(8, 60, 5, rng=rng, groups=2), lambda: torch.nn.Conv1d(8, 60, 5, groups=2)),
        (lambda rng: Conv2d(6, 60, (3, 5), rng=rng), lambda: torch.nn.Conv2d(6, 60, (3, 5))),
    ],
    ids=["Linear", "Conv1d", "Conv2d"],
)
def test_parameters_are_drawn_as_pytorch_draws_them(mine, theirs):
    layer, module = mine(np.random.default_rng(0)), theirs()
    for (name, array), (same, tensor) in zip(layer.parameters.items(), module.named_parameters(), strict=True):
        assert (name, array.shape, array.dtype) == (same, tuple(tensor.shape), np.float32)
        bound = 1 / np.sqrt(np.prod(layer.parameters["weight"].shape[1:]))
        assert np.abs(array).max() == pytest.approx(bound, rel=0.1 if array.ndim == 1 else 0.01)
        assert tensor.abs().max().item() == pytest.approx(bound, rel=0.1 if array.ndim == 1 else 0.01)
        assert np.abs(array).max() <= np.float32(bound)
        assert array.std() == pytest.approx(bound / np.sqrt(3), rel=0.15)
    again = mine(np.random.default_rng(0))
    assert all(np.array_equal(again.parameters[name], array) for name, array in layer.parameters.items())


def test_another_way_to_draw_leaves_the_offsets_at_zero():
    layer = Linear(3, 4, rng=np.random.default_rng(0), init=lambda shape, *, rng, dtype: np.full(shape, 7, dtype))
    assert (layer.parameters["weight"] == 7).all()
    assert (layer.parameters["bias"] == 0).all()
    assert list(Conv2d(3, 4, 3, rng=np.random.default_rng(0), bias=False).parameters) == ["weight"]


def test_parameters_are_the_layers_own_arrays():
    net = small_network(np.random.default_rng(0))
    x = np.ones((1, 1, 7, 6))
    before = net(x)
    net.parameters["head.3.bias"][...] += 1
    np.testing.assert_allclose(net(x), before + 1)
    net.parameters["head.3.bias"] -= 1
    np.testing.assert_allclose(net(x), before)
    with pytest.raises(TypeError, match=re.escape("another array here would not change the layer; write parameters['a'][...]")):
        net.parameters["a"] = np.zeros(3)


def test_a_copy_of_the_parameters_is_a_plain_dictionary():
    net = small_network(np.random.default_rng(0))
    kept = copy.deepcopy(net.parameters)
    assert type(kept) is dict
    net.parameters["head.3.bias"][...] += 1
    assert not np.array_equal(kept["head.3.bias"], net.parameters["head.3.bias"])


def test_state_mode_and_options_reach_the_operation():
    layer = Scale(3, factor=10.0)
    x = np.ones((2, 3))
    np.testing.assert_array_equal(layer(x), 20)  # in training the running numbers are not used, but move
    np.testing.assert_array_equal(layer.state["running"], 1)
    net = Sequential(layer).eval()
    assert not layer.training
    np.testing.assert_array_equal(net(x), 21)
    np.testing.assert_array_equal(net.state["0.running"], 1)
    np.testing.assert_array_equal(net.backward(np.ones((2, 3))), 20)
    assert net.gradients.keys() == net.parameters.keys() == {"0.weight", "0.bias"}
    assert net.train() is net
    assert layer.training
    assert list(Scale(3, bias=False, factor=1.0).parameters) == ["weight"]
    Scale(3, bias=False, factor=1.0)(x)


def test_whole_numbers_in_and_several_inputs_and_results():
    pick = Pick(4, 2)
    assert pick(np.array([3, 0])).tolist() == [[6, 7], [0, 1]]
    assert pick.backward(np.ones((2, 2))) is None
    assert pick.gradients["weight"][:, 0].tolist() == [1, 0, 0, 1]
    both = Both(3)
    y, h = both(np.ones((2, 3)), np.ones((2, 3)))
    assert (y[0, 0], h[0, 0]) == (3, 2)
    dx, dh = both.backward((y, h))
    assert (dx[0, 0], dh[0, 0]) == (11, 2)


def test_residual_adds_both_ways():
    rng = np.random.default_rng(0)
    inner = Linear(3, 3, rng=rng, dtype=np.float64)
    block = Residual(inner, ReLU())
    x, dy = rng.standard_normal((2, 3)), rng.standard_normal((2, 3))
    np.testing.assert_allclose(block(x), x + np.maximum(inner(x), 0))
    np.testing.assert_allclose(block.backward(dy), dy + inner.backward(relu_backward(dy, (inner(x) > 0,))))
    assert list(block.parameters) == ["body.0.weight", "body.0.bias"]
    wider = Residual(Linear(3, 4, rng=rng), shortcut=Linear(3, 4, rng=rng))
    assert wider(x.astype(np.float32)).shape == (2, 4)
    assert "shortcut.weight" in wider.parameters


def test_a_second_forward_replaces_the_cache_and_backward_may_run_twice():
    layer = Linear(3, 2, rng=np.random.default_rng(0), dtype=np.float64)
    x, other, dy = np.ones((4, 3)), np.full((4, 3), 2.0), np.ones((4, 2))
    assert layer.gradients == {}
    layer(x)
    layer(other)
    layer.backward(dy)
    first = layer.gradients["weight"]
    np.testing.assert_array_equal(first, 8)
    layer.backward(dy)
    np.testing.assert_array_equal(layer.gradients["weight"], first)


def test_a_forward_that_failed_leaves_no_cache():
    layer = Linear(3, 2, rng=np.random.default_rng(0))
    layer(np.ones((4, 3), np.float32))
    with pytest.raises(ShapeError):
        layer(np.ones((4, 5), np.float32))
    with pytest.raises(RuntimeError, match="Linear: backward before forward; call the layer on a batch first"):
        layer.backward(np.ones((4, 2), np.float32))


RNG = np.random.default_rng(0)
TWICE = ReLU()


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda: small_network(RNG).backward(np.ones((1, 2))), RuntimeError,
         "head.3 Linear: backward before forward; call the layer on a batch first"),
        (lambda: small_network(RNG)(np.ones((1, 2, 7, 6))), ShapeError,
         "features.0 Conv2d: conv2d_forward: C_in is 2 in x but 1 in w.\n  x (N, C_in, H, W) = (1, 2, 7, 6)\n"
         "  w (C_out, C_in, KH, KW) = (3, 1, 3, 2)\n  b (C_out,) = (3,)"),
        (lambda: Residual(Linear(3, 4, rng=RNG))(np.ones((2, 3), np.float32)), ShapeError,
         "Residual: the body gives (2, 4), the way around (2, 3); give a shortcut that fits"),
        (lambda: Sequential(Residual(Linear(3, 4, rng=RNG)))(np.ones((2, 5), np.float32)), ShapeError,
         "0.body.0 Linear: linear_forward: D_in is 5 in x but 3 in w.\n  x (..., D_in) = (2, 5)\n  w (D_out, D_in) = (4, 3)\n"
         "  b (D_out,) = (4,)"),
        (lambda: Sequential(ReLU), TypeError, None),
        (lambda: Sequential(np.tanh), TypeError, "Sequential: 0 is <ufunc 'tanh'>, not a layer"),
        (lambda: Sequential(TWICE, Sequential(TWICE)), ValueError,
         "Sequential: 0 and 1.0 are the same ReLU, which remembers one forward only. Make two layers; to share weights, record "
         "the operation on a tape (dlkit.autodiff)."),
        (lambda: ReLU(0.1), TypeError, "ReLU: 1 options came by position; it has none"),
        (lambda: ReLU(slope=0.1), TypeError, "ReLU: slope is none of its options; it has none"),
        (lambda: Scale(3), TypeError, "Scale: the option factor is missing"),
        (lambda: Scale(3, factr=2), TypeError, "Scale: factr is none of its options; it has factor, shift"),
        (lambda: Conv2d(1, 2, 3, rng=RNG, strides=2), TypeError,
         "Conv2d: strides is none of its options; it has stride, padding, dilation, groups"),
        (lambda: Conv2d(1, 2, 3, rng=RNG, groups=2), ValueError, "Conv2d: c_in is 1, which groups=2 does not divide"),
        (lambda: Conv2d(1, 2, (3, 3, 3), rng=RNG), ShapeError,
         "Conv2d: kernel_size has 3 numbers, (3, 3, 3); give one, or one for each of height and width"),
        (lambda: Linear(0, 2, rng=RNG), ShapeError, "Linear: d_in is 0; the smallest allowed is 1"),
        (lambda: ReLU()(np.ones(3), np.ones(3)), TypeError, "ReLU: 1 more inputs came than it takes, which is x"),
        (lambda: Flatten()(np.ones(3)), ShapeError,
         "Flatten: x has shape (3,); a batch of something is needed, two axes or more"),
        (lambda: ReLU().astype(int), TypeError,
         "astype: int64 is no floating-point dtype; give np.float32 or np.float64"),
    ],
)  # fmt: skip
def test_messages(act, error, message):
    with pytest.raises(error) as caught:
        act()
    if message is None:
        assert str(caught.value).endswith("not a layer; write ReLU()")
    else:
        assert str(caught.value) == message


def test_other_errors_inside_a_row_keep_their_form_and_name_the_layer():
    class Odd(Layer):
        def forward(self, x):
            raise OSError(5, "broken")

    with pytest.raises(OSError, match="broken") as caught:
        Sequential(Odd())(np.ones(3))
    assert caught.value.errno == 5
    assert caught.value.__notes__ == ["in layer 0 Odd"]


def test_astype_gives_a_copy_without_its_caches():
    net = small_network(np.random.default_rng(0), dtype=np.float32)
    net(np.ones((1, 1, 7, 6), np.float32))
    double = net.astype(np.float64)
    assert {a.dtype for a in double.parameters.values()} == {np.dtype(np.float64)}
    assert {a.dtype for a in net.parameters.values()} == {np.dtype(np.float32)}
    assert double(np.ones((1, 1, 7, 6))).dtype == np.float64
    with pytest.raises(RuntimeError, match="backward before forward"):
        net.astype(np.float64).backward(np.ones((1, 2)))
    net.backward(np.ones((1, 2), np.float32))


def test_summary():
    net = small_network(np.random.default_rng(0), dtype=np.float32)
    table = net.summary(np.zeros((8, 1, 7, 6), np.float32))
    assert repr(table) == table
    assert [re.split(r"\s{2,}", line.strip()) for line in table.splitlines()] == [
        ["layer", "output shape", "parameters"],
        ["features Sequential", "(8, 3, 4, 4)", "–"],
        ["features.0 Conv2d", "(8, 3, 4, 4)", "21"],
        ["features.1 ReLU", "(8, 3, 4, 4)", "–"],
        ["head Sequential", "(8, 2)", "–"],
        ["head.0 Flatten", "(8, 48)", "–"],
        ["head.1 Linear", "(8, 5)", "245"],
        ["head.2 ReLU", "(8, 5)", "–"],
        ["head.3 Linear", "(8, 2)", "12"],
        ["total", "278"],
    ]
    assert net.summary().count("–") == 8 + 5  # the copy was tried, not the network
    assert Linear(3, 2, rng=RNG).summary().splitlines()[1].split() == ["Linear", "–", "8"]


def test_repr():
    net = Sequential(Conv2d(1, 3, 3, rng=RNG, padding=1), tail=Sequential(ReLU()))
    assert repr(net) == (
        "Sequential()\n  0: Conv2d(weight (3, 1, 3, 3), bias (3,), padding=1)\n  tail: Sequential()\n    0: ReLU()"
    )
    assert (len(net), [layer.kind for layer in net], net[0], net["tail"]) == (2, ["Conv2d", "Sequential"], *net)


@pytest.mark.parametrize("module", ["dlkit.layers", "dlkit.autodiff", "dlkit.train"])
def test_importing_loads_no_pytorch(module):
    code = f"import sys; sys.modules['torch'] = None; import {module}"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_names_and_layers_that_would_hide_each_other_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="'0' cannot name a layer"):
        Sequential(Linear(2, 2, rng=rng), **{"0": Linear(2, 3, rng=rng)})
    with pytest.raises(ValueError, match="points part names"):
        Sequential(**{"a.b": Linear(2, 3, rng=rng)})
    twice = ReLU()
    with pytest.raises(ValueError, match=r"Residual: body\.1 and shortcut are the same ReLU"):
        Residual(Linear(3, 3, rng=rng), twice, shortcut=twice)
