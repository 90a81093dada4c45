"""The Optimizer: moves arrays where they are, or not at all; goes on where it stopped; says what is wrong by name."""

import numpy as np
import pytest

from dlkit.errors import ShapeError
from dlkit.optim import Optimizer, adam_step, rmsprop_step, sgd_step


def parameters():
    return {"fc.w": np.arange(6.0).reshape(2, 3), "fc.b": np.zeros(2)}


def gradients(value=1.0):
    return {"fc.w": np.full((2, 3), value), "fc.b": np.full(2, value)}


def test_arrays_move_where_they_are():
    w = parameters()
    array, view = w["fc.w"], w["fc.w"][0]
    Optimizer(sgd_step, w, lr=0.5).step(gradients())
    assert w["fc.w"] is array
    assert view.tolist() == [-0.5, 0.5, 1.5]
    assert w["fc.b"].tolist() == [-0.5, -0.5]


def test_it_takes_the_step_for_each_array_and_its_own_state():
    rng = np.random.default_rng(0)
    w, one, state = parameters(), parameters()["fc.b"], None
    optimizer = Optimizer(adam_step, w, lr=0.1)
    for _ in range(5):
        g = {name: rng.standard_normal(a.shape) for name, a in w.items()}
        optimizer.step(g)
        one, state = adam_step(one, g["fc.b"], state, lr=0.1)
    assert np.array_equal(w["fc.b"], one)
    assert optimizer.states["fc.b"].step == 5


def test_the_learning_rate_can_be_changed_between_steps():
    w = parameters()
    optimizer = Optimizer(sgd_step, w, lr=0.5)
    optimizer.options["lr"] = 0.25
    optimizer.step(gradients())
    assert w["fc.b"].tolist() == [-0.25, -0.25]


def test_your_own_step():
    def sign_step(w, dw, state=None, *, lr):
        return w - lr * np.sign(dw), state

    w = parameters()
    Optimizer(sign_step, w, lr=0.5).step(gradients(-7.0))
    assert w["fc.b"].tolist() == [0.5, 0.5]


def test_what_it_was_not_given_stays_frozen():
    w = parameters()
    before = w["fc.w"].copy()
    Optimizer(sgd_step, {"fc.b": w["fc.b"]}, lr=1).step(gradients())
    assert np.array_equal(w["fc.w"], before)
    assert w["fc.b"].tolist() == [-1, -1]


@pytest.mark.parametrize("step", [sgd_step, rmsprop_step, adam_step])
def test_it_goes_on_exactly_where_it_stopped(step):
    options = {"lr": 0.1} | ({} if step is adam_step else {"momentum": 0.9})
    rng = np.random.default_rng(0)
    drawn = [{name: rng.standard_normal(a.shape) for name, a in parameters().items()} for _ in range(6)]
    through, stopped = parameters(), parameters()
    optimizer = Optimizer(step, through, **options)
    for g in drawn:
        optimizer.step(g)
    first = Optimizer(step, stopped, **options)
    for g in drawn[:3]:
        first.step(g)
    saved = first.state_dict()
    first.step(drawn[0])  # what was saved is a copy: this must not reach it
    again = parameters()
    half = Optimizer(step, again, **options)
    for g in drawn[:3]:
        half.step(g)
    later = Optimizer(step, again, lr=99)
    later.load_state_dict(saved)
    for g in drawn[3:]:
        later.step(g)
    assert all(np.array_equal(through[name], again[name]) for name in through)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"fc.b": None}, ValueError, "there is no gradient for fc.b; the gradients that came: fc.w"),
        ({"fc.b": np.ones(3)}, ShapeError, "the gradient of fc.b has shape (3,), the parameter (2,)"),
        ({"fc.b": np.ones(2, int)}, TypeError, "fc.b holds int64, not floating-point numbers; try fc.b.astype(np.float32)"),
        ({"fc.b": np.array([1, np.nan])}, FloatingPointError,
         "the gradient of fc.b is nan at [1]. Try a smaller learning rate, and look for a division by zero or a logarithm of "
         "zero before it"),
    ],
)  # fmt: skip
def test_a_gradient_that_is_wrong_changes_nothing(change, error, message):
    w = parameters()
    optimizer = Optimizer(sgd_step, w, lr=1, momentum=0.9)
    with pytest.raises(error) as caught:
        optimizer.step(gradients() | change)
    assert str(caught.value) == f"Optimizer.step: {message}"
    assert all(np.array_equal(w[name], array) for name, array in parameters().items())
    assert optimizer.states == {"fc.w": None, "fc.b": None}


def test_gradients_in_a_list_are_refused():
    with pytest.raises(TypeError, match=r"Optimizer.step: gradients is a list; give a dict of name and array"):
        Optimizer(sgd_step, parameters(), lr=1).step(list(gradients().values()))


def test_a_step_that_fails_names_its_parameter_and_changes_nothing():
    w = parameters()
    optimizer = Optimizer(sgd_step, w, lr=1)
    with pytest.raises(TypeError, match="w is float64 but dw is float32") as caught:
        optimizer.step(gradients() | {"fc.b": np.ones(2, np.float32)})
    assert caught.value.__notes__ == ["This was the step of the parameter fc.b."]
    assert np.array_equal(w["fc.w"], parameters()["fc.w"])


def test_a_step_that_returns_another_shape_is_refused():
    def wrong(w, dw, state=None):
        return w[0], state

    with pytest.raises(ShapeError, match=r"Optimizer: wrong gave fc.w the shape \(3,\), it had \(2, 3\)"):
        Optimizer(wrong, parameters())


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        ({}, {"lr": 1}, "Optimizer: parameters is no dict of name and array, or empty; give network.parameters"),
        ([np.ones(2)], {"lr": 1}, "Optimizer: parameters is no dict of name and array, or empty; give network.parameters"),
        ({"w": np.ones(2, int)}, {"lr": 1}, "Optimizer: w holds int64, not floating-point numbers"),
        ({"w": np.float64(1)}, {"lr": 1}, r"Optimizer: w cannot be written in place; try np.array\(w\)"),
        ({"w": np.ones(2)}, {"lr": -1}, "sgd_step: lr is -1; at least 0 is allowed"),
        ({"w": np.ones(2)}, {"lr": 1, "beta": 1}, "beta"),
        ({"w": np.ones(2)}, {}, "lr"),
    ],
)
def test_what_does_not_suit_is_said_at_once(given, options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        Optimizer(sgd_step, given, **options)


def test_the_same_memory_under_two_names_is_refused():
    w = np.ones((2, 3))
    with pytest.raises(ValueError, match="Optimizer: encoder and decoder are the same memory, and would be moved twice"):
        Optimizer(sgd_step, {"encoder": w, "decoder": w.T}, lr=1)
    Optimizer(sgd_step, {"upper": w[0], "lower": w[1]}, lr=1)  # parts of one array are not the same memory


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"step": "adam_step"}, "it was saved from adam_step, this is sgd_step"),
        ({"states": {"fc.w": None}}, "it belongs to other parameters; only one of the two has fc.b"),
        ({"more": 1}, "this is not what state_dict returned"),
    ],
)
def test_a_state_that_does_not_fit_is_refused(change, message):
    optimizer = Optimizer(sgd_step, parameters(), lr=1)
    with pytest.raises(ValueError, match="load_state_dict") as caught:
        optimizer.load_state_dict(optimizer.state_dict() | change)
    assert str(caught.value) == f"Optimizer.load_state_dict: {message}"


def test_a_state_of_other_shapes_is_refused_and_nothing_lost():
    optimizer = Optimizer(adam_step, parameters(), lr=1)
    optimizer.step(gradients())
    other = Optimizer(adam_step, {"fc.w": np.ones((2, 3)), "fc.b": np.ones(5)}, lr=2)
    other.step({"fc.w": np.ones((2, 3)), "fc.b": np.ones(5)})
    with pytest.raises(ShapeError, match="adam_step: w and mean and square must have one shape"):
        optimizer.load_state_dict(other.state_dict())
    assert optimizer.options == {"lr": 1}
    assert optimizer.states["fc.b"].mean.shape == (2,)
