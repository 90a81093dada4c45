"""The tape: each primitive against finite differences, the walk back against PyTorch."""

import gc
import threading
import weakref
from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from dlkit.autodiff import Variable, graph, lift, no_tape, primitives, topological_order, unbroadcast
from dlkit.errors import GradientError, ShapeError
from dlkit.gradcheck import assert_gradients
from dlkit.numpy_ops.convolution import conv2d_backward, conv2d_forward
from dlkit.numpy_ops.neurons import linear_backward, linear_forward

linear, conv2d = lift(linear_forward, linear_backward), lift(conv2d_forward, conv2d_backward)

# Each primitive: shapes (or a function rng -> array, or a plain number) and options.
PRIMITIVES = [
    ("add", [(5, 3), (5, 3)], {}),
    ("add", [(5, 3), (3,)], {}),
    ("add", [(4, 1, 3), (5, 1)], {}),
    ("add", [(), (2, 3)], {}),
    ("add", [(0, 3), (1, 3)], {}),
    ("subtract", [(5, 1), (3,)], {}),
    ("subtract", [(1, 1), (5, 3)], {}),
    ("multiply", [(5, 3), (3,)], {}),
    ("multiply", [(2, 1, 3), (4, 1)], {}),
    ("divide", [(5, 3), (3,)], {}),
    ("divide", [(3,), (5, 3)], {}),
    ("power", [(5, 3), 2], {}),
    ("power", [(5, 3), 3], {}),
    ("power", [(5, 3), -1], {}),
    ("power", [lambda rng: rng.uniform(0.5, 2, (5, 3)), 0.5], {}),
    ("power", [(5, 3), 0], {}),
    ("matmul", [(5, 3), (3, 4)], {}),
    ("matmul", [(3,), (3, 4)], {}),
    ("matmul", [(5, 3), (3,)], {}),
    ("matmul", [(3,), (3,)], {}),
    ("matmul", [(2, 5, 3), (2, 3, 4)], {}),
    ("matmul", [(2, 5, 3), (3, 4)], {}),
    ("matmul", [(5, 3), (2, 6, 3, 4)], {}),
    ("matmul", [(6, 1, 5, 3), (2, 3, 4)], {}),
    ("matmul", [(3,), (2, 3, 4)], {}),
    ("matmul", [(2, 5, 3), (3,)], {}),
    ("negate", [(5, 3)], {}),
    ("exp", [(5, 3)], {}),
    ("log", [lambda rng: rng.uniform(0.5, 2, (5, 3))], {}),
    ("tanh", [(5, 3)], {}),
    *[
        (op, [(5, 3, 2)], {"axis": axis, "keepdims": keepdims})
        for op in ("sum", "mean", "max")
        for axis in (None, 0, 1, -1, (0, 2))
        for keepdims in (False, True)
    ],
    ("reshape", [(5, 6)], {"shape": (3, -1)}),
    ("transpose", [(5, 3, 2)], {}),
    ("transpose", [(5, 3, 2)], {"axes": (1, 2, 0)}),
    ("transpose", [(5, 3, 2)], {"axes": (-1, 0, 1)}),
    ("select", [(5, 3)], {"key": 2}),
    ("select", [(5, 3)], {"key": (slice(1, None, 2), -1)}),
    ("select", [(5, 3)], {"key": np.array([0, 2, 2, 0])}),
    ("select", [(5, 3)], {"key": (np.array([0, 2, 2]), np.array([1, 1, 1]))}),
    ("select", [(2,)], {"key": np.array([True, False])}),
    ("select", [(5, 3)], {"key": (None, ..., 1)}),
]
every_primitive = pytest.mark.parametrize(
    ("op", "inputs", "options"), PRIMITIVES, ids=lambda v: str(v) if isinstance(v, str | dict) else ""
)


def filled(inputs, rng):
    return [v(rng) if callable(v) else rng.standard_normal(v) if isinstance(v, tuple) else v for v in inputs]


def check_primitive(module, op, inputs, options):
    filling = filled(inputs, np.random.default_rng(0))
    arrays = [a for a in filling if isinstance(a, np.ndarray)]
    numbers = filling[len(arrays) :]
    forward, backward = getattr(module, f"{op}_forward"), getattr(module, f"{op}_backward")

    def of_arrays(dy, cache):
        gradients = backward(dy, cache)
        gradients = gradients if isinstance(gradients, tuple) else (gradients,)
        assert gradients[len(arrays) :] == (None,) * len(numbers)
        return gradients[: len(arrays)]

    assert_gradients(lambda *a, **o: forward(*a, *numbers, **o), of_arrays, arrays, options, rng=np.random.default_rng(1))


@every_primitive
def test_primitives_agree_with_finite_differences(op, inputs, options):
    check_primitive(primitives, op, inputs, options)


@every_primitive
def test_primitives_keep_float32_and_change_nothing(op, inputs, options):
    arrays = [a.astype(np.float32) if isinstance(a, np.ndarray) else a for a in filled(inputs, np.random.default_rng(0))]
    for a in arrays:
        if isinstance(a, np.ndarray):
            a.flags.writeable = False
    y, cache = getattr(primitives, f"{op}_forward")(*arrays, **options)
    assert y.dtype == np.float32
    dy = np.ones(y.shape, np.float32)
    dy.flags.writeable = False
    for _ in range(2):
        gradients = getattr(primitives, f"{op}_backward")(dy, cache)
        assert all(g is None or g.dtype == np.float32 for g in (gradients if isinstance(gradients, tuple) else (gradients,)))


FAULTS = [
    ("add", "unbroadcast(dy, a_shape), unbroadcast(dy, b_shape)\n\n\ndef sub", "dy, dy\n\n\ndef sub"),
    ("subtract", "unbroadcast(-dy, b_shape)", "unbroadcast(dy, b_shape)"),
    ("multiply", "unbroadcast(dy * b, a.shape), unbroadcast(dy * a, b.shape)", "dy * a, dy * b"),
    ("divide", "-dy * y / b", "-dy * y"),
    ("power", "exponent * a ** (exponent - 1)", "a ** (exponent - 1)"),
    ("matmul", "rows.swapaxes(-1, -2) @ dy", "dy.swapaxes(-1, -2) @ rows"),
    ("matmul", "dy[..., None, :]", "dy[None]"),
    ("tanh", "1 - y * y", "1 - y"),
    ("sum", "y if keepdims or axis is None else np.expand_dims(y, axis)", "y"),
    ("mean", "dy * size / max(prod(shape), 1)", "dy / shape[0]"),
    ("max", " / winners.sum(axis=axis, keepdims=True, dtype=dy.dtype)", " / winners.sum(dtype=dy.dtype)"),
    ("transpose", "np.argsort(np.array(axes) % dy.ndim)", "axes"),
    ("select", "np.add.at(da, key, dy)", "da[key] = dy"),
    ("add", "size == 1 and dy.shape[k] != 1", "False"),
    ("add", "dy.sum(axis=tuple(range(dy.ndim - len(shape))))", "dy"),
]


@pytest.mark.parametrize(("op", "right", "broken"), FAULTS)
def test_a_broken_line_is_noticed(op, right, broken):
    with open(primitives.__file__, encoding="utf-8") as file:
        source = file.read()
    assert source.count(right) == 1
    module = ModuleType("broken")
    exec(compile(source.replace(right, broken), "broken", "exec"), vars(module))
    noticed = 0
    for name, inputs, options in PRIMITIVES:
        if name == op:
            try:
                check_primitive(module, name, inputs, options)
            except (GradientError, ValueError):
                noticed += 1
    assert noticed


@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=4, min_side=0, max_side=4), st.integers(0, 9))
def test_unbroadcast_undoes_any_stretching(shapes, seed):
    (shape, _), result = shapes
    dy = np.random.default_rng(seed).standard_normal(result.result_shape if hasattr(result, "result_shape") else result)
    leaf = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
    (leaf.expand(dy.shape) * torch.from_numpy(dy)).sum().backward()
    np.testing.assert_allclose(unbroadcast(dy, shape), leaf.grad.numpy(), atol=1e-12)
    assert np.shape(unbroadcast(dy, shape)) == shape


def test_operators_methods_and_pytorch_agree():
    rng = np.random.default_rng(3)
    a, b, w = rng.standard_normal((5, 3)), rng.uniform(1, 2, 3), rng.standard_normal((3, 4))

    def formula(a, b, w, largest):
        h = (2 * a - b / 3 + 1) @ w - (1 / b).sum() + (b**2).mean()
        top = largest(h)
        soft = (h - top).exp()
        soft = soft / soft.sum(1, keepdims=True)
        y = (-soft.log())[1:, ::2].reshape(2, 4).T + (5 - h).tanh().transpose(0, 1)[0, 0]
        return (y * y[0]).sum() - y.mean()

    mine = [Variable(v) for v in (a, b, w)]
    loss = formula(*mine, lambda h: h.max(axis=1, keepdims=True))
    loss.backward()
    theirs = [torch.tensor(v, requires_grad=True) for v in (a, b, w)]
    expected = formula(*theirs, lambda h: h.amax(dim=1, keepdims=True))
    expected.backward()
    assert loss.value == pytest.approx(expected.item(), rel=1e-12)
    for v, t in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(v.grad, t.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_arrays_and_numbers_on_the_left_are_left_to_the_variable():
    x = Variable(np.ones(3, np.float32))
    for y in (np.ones((2, 3), np.float32) + x, np.float64(2) * x, np.sqrt(2) - x, 3 / x, np.ones((2, 3), np.float32) @ x):
        assert isinstance(y, Variable)
        assert y.dtype == np.float32
    assert (x * [1, 2, 3]).dtype == np.float32
    assert (x * (x.value > 0)).dtype == np.float32


def test_a_value_used_twice_collects_both_gradients():
    x = Variable(3.0)
    y = x * x + x
    y.backward()
    assert x.grad == 7
    x = Variable(3.0)
    h = x * 2
    (h * h + h).backward()
    assert (h.grad, x.grad) == (13, 26)


def test_a_diamond_is_walked_once():
    x = Variable(1.0)
    y = x
    for _ in range(60):  # 2⁶⁰ ways from y to x
        y = y + y
    y.backward()
    assert x.grad == 2.0**60


def test_gradients_add_up_until_they_are_zeroed():
    x = Variable(np.array([1.0, 2.0]))
    y = (x * x).sum()
    y.backward()
    y.backward()
    np.testing.assert_array_equal(x.grad, [4, 8])
    x.zero_grad()
    assert x.grad is None
    y.backward(np.float64(0.5))
    np.testing.assert_array_equal(x.grad, [1, 2])


def test_gradients_are_arrays_of_their_own():
    a, b = Variable(np.ones(3)), Variable(np.ones(3))
    dy = np.ones(3)
    (a + b).backward(dy)
    a.grad *= 5
    np.testing.assert_array_equal(b.grad, 1)
    np.testing.assert_array_equal(dy, 1)


def test_long_chains_need_no_recursion():
    x = Variable(1.0)
    y = x
    for _ in range(20_000):
        y = y + 1e-4
    y.backward()
    assert x.grad == 1
    assert len(topological_order(y)) == 20_001
    alive = weakref.ref(y.parents[0])
    gc.disable()
    try:
        del y
        assert alive() is None  # the tape holds no cycle, so large arrays go at once
    finally:
        gc.enable()


def test_the_order_puts_parents_first():
    a, b = Variable(1.0, name="a"), Variable(2.0, name="b")
    c = a * b
    d = c + a
    assert {v.name for v in topological_order(d)[:2]} == {"a", "b"}
    assert topological_order(d)[2:] == [c, d]


def test_no_tape():
    x = Variable(2.0)
    with no_tape():
        y = x * x
        seen = []
        thread = threading.Thread(target=lambda: seen.append((x * x).parents))
        thread.start()
        thread.join()
    assert (y.parents, y.pull, y.value) == ((), None, 4)
    assert len(seen[0]) == 2  # another thread records
    with pytest.raises(RuntimeError), no_tape():
        raise RuntimeError
    assert (x * x).parents


def test_any_operation_of_the_course_is_lifted():
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape) for shape in ((2, 3, 7, 6), (4, 3, 3, 2), (4,))]
    variables = [Variable(a) for a in arrays]
    y = conv2d(variables[0], variables[1], b=variables[2], stride=2, padding=1)
    dy = rng.standard_normal(y.shape)
    y.backward(dy)
    for v, expected in zip(variables, conv2d_backward(dy, conv2d_forward(*arrays, stride=2, padding=1)[1]), strict=True):
        np.testing.assert_array_equal(v.grad, expected)
    assert (conv2d.__name__, y.op) == ("conv2d", "conv2d")
    plain = conv2d(arrays[0], variables[1], None)  # a plain array is a constant, an absent one is left out
    plain.sum().backward()
    assert plain.parents == (variables[1],)


def several_forward(x, rows, w=None, *, factor=1.0):
    """Two results and an array of whole numbers."""
    picked = x[rows]
    return (factor * picked, picked.sum(axis=0), picked.argmax(axis=0)), (x.shape, rows, factor)


def several_backward(dy, cache):
    shape, rows, factor = cache
    d_picked, d_sum, d_arg = dy
    assert d_arg is None
    dx = np.zeros(shape)
    for part in (None if d_picked is None else factor * d_picked, d_sum):
        if part is not None:
            np.add.at(dx, rows, part)
    return dx, None, None


def test_several_results_whole_numbers_and_absent_arrays():
    several = lift(several_forward, several_backward)
    x, rows = Variable(np.arange(6.0).reshape(3, 2)), np.array([0, 2, 2])
    picked, column, winners = several(x, rows, factor=3.0)
    assert isinstance(winners, np.ndarray)
    (picked.sum() + column.sum()).backward()
    np.testing.assert_array_equal(x.grad, [[4, 4], [0, 0], [8, 8]])
    x.zero_grad()
    _, column, _ = several(x, rows)
    column.sum().backward()  # what does not reach the loss comes as None
    np.testing.assert_array_equal(x.grad, [[1, 1], [0, 0], [2, 2]])
    assert [node.op for node in graph(column.sum()).nodes] == ["", "several[1]", "sum"]


def broken(y):
    return lift(lambda a, b: (a + b, ()), lambda dy, cache: y(dy))


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda x: x.backward(), ShapeError,
         "backward: the result has shape (5, 3), and only one number has a gradient by itself; add up first, "
         "y.sum().backward(), or give dy of that shape"),
        (lambda x: x.backward(np.ones(3)), ShapeError, "backward: dy has shape (3,), the result had (5, 3)"),
        (lambda x: Variable(3), TypeError,
         "Variable: the value holds int64, which has no slope. Write 3.0 for 3; give labels and indices to an operation as "
         "plain arrays."),
        (lambda x: x + np.ones(4), ShapeError,
         "add: the shapes do not fit.\n  a = (5, 3)\n  b = (4,)\n  Read from the right, two sizes must be equal, or one of "
         "them 1."),
        (lambda x: x * np.ones(3, np.float32), TypeError, "multiply: a is float64 but b is float32; try b.astype(np.float64)"),
        (lambda x: x @ np.ones((4, 3)), ShapeError,
         "matmul: the last axis of a must be as long as the last but one of b.\n  a = (5, 3)\n  b = (4, 3)"),
        (lambda x: x**x, TypeError, "power: the exponent is a ndarray; give one number, or write (b * a.log()).exp()"),
        (lambda x: conv2d(x, x, stride=x), TypeError,
         "conv2d: the option stride is a Variable; only arrays can be, options are plain values"),
        (lambda x: broken(lambda dy: dy)(x, x).sum().backward(), GradientError,
         "<lambda>: the backward gave 1 gradients for 2 arrays"),
        (lambda x: broken(lambda dy: (dy, dy))(x, Variable(np.ones(3))).sum().backward(), GradientError,
         "<lambda>: gradient 1 has shape (5, 3), its array (3,)"),
    ],
)  # fmt: skip
def test_messages(act, error, message):
    with pytest.raises(error) as caught:
        act(Variable(np.ones((5, 3))))
    assert str(caught.value) == message
