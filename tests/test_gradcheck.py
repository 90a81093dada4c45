"""The gradient check is itself checked: right gradients pass, planted faults are caught."""

import numpy as np
import pytest

from dlkit.errors import GradientError
from dlkit.gradcheck import assert_gradients, numeric_gradient
from dlkit.numpy_ops.neurons import linear_backward, linear_forward


def test_numeric_gradient_of_a_cube():
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    np.testing.assert_allclose(numeric_gradient(lambda x: x**3, x, np.ones((2, 2))), 3 * x**2, rtol=1e-8)


def test_numeric_gradient_leaves_its_input_alone():
    x = np.ones(3)
    x.flags.writeable = False
    numeric_gradient(np.sum, x)


def test_numeric_gradient_refuses_float32():
    with pytest.raises(TypeError, match="x is float32; try"):
        numeric_gradient(np.sum, np.ones(3, np.float32))


def arrays():
    rng = np.random.default_rng(0)
    return [rng.standard_normal(s) for s in ((2, 3), (4, 3), (4,))]


FAULTS = {
    "dx doubled": lambda dx, dw, db: (2 * dx, dw, db),
    "dw of the wrong sign": lambda dx, dw, db: (dx, -dw, db),
    "db zero": lambda dx, dw, db: (dx, dw, 0 * db),
    "dx one entry off": lambda dx, dw, db: (dx + np.eye(*dx.shape) * 1e-3, dw, db),
    "db of another shape": lambda dx, dw, db: (dx, dw, db[:, None]),
    "a gradient missing": lambda dx, dw, db: (dx, dw),
    "dw not a number": lambda dx, dw, db: (dx, dw * np.nan, db),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_faults_are_caught(fault):
    def backward(dy, cache):
        return FAULTS[fault](*linear_backward(dy, cache))

    with pytest.raises(GradientError):
        assert_gradients(linear_forward, backward, arrays(), rng=np.random.default_rng(1))


def test_the_message_names_the_array():
    def backward(dy, cache):
        return FAULTS["dx doubled"](*linear_backward(dy, cache))

    with pytest.raises(GradientError, match=r"backward: gradient 0, shape \(2, 3\), differs from finite differences by"):
        assert_gradients(linear_forward, backward, arrays(), rng=np.random.default_rng(1))


def test_small_entries_count_and_zero_gradients_pass():
    """Entries far below the largest are compared too; a gradient that is zero is not drowned in its own rounding."""

    def forward(x):
        return x**2, (x,)

    def cut(dy, cache):
        gradient = 2 * cache[0] * dy
        return (np.where(np.abs(gradient) < 1e-3 * np.abs(gradient).max(), 0, gradient),)

    rng = np.random.default_rng(0)
    with pytest.raises(GradientError):
        assert_gradients(forward, cut, [np.array([1e3, 0.1, 0.5, -0.3])], rng=rng)

    def constant(x):
        return (x - x.mean()).sum(keepdims=True) + 5, (x,)

    assert_gradients(constant, lambda dy, cache: (np.zeros_like(cache[0]),), [rng.standard_normal(5)], rng=rng)
