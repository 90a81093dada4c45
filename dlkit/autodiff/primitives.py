"""The primitive operations of the tape, each with its own derivative: pairs of the contract, as small as they come.

``y, cache = op_forward(a, b)`` and ``da, db = op_backward(dy, cache)``. Numbers and lists take the dtype of the array beside
them.
"""

from math import prod

import numpy as np

from dlkit.errors import ShapeError
from dlkit.shapes import expect_floats


def unbroadcast(dy: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Bring a gradient back to the shape an array had before NumPy stretched it.

    Stretching copies a number to many places; each copy's gradient counts, so they are added.

    Parameters
    ----------
    dy : np.ndarray
        The gradient of the stretched array.
    shape : tuple of int
        The array's own shape.

    Returns
    -------
    np.ndarray, shape ``shape``

    Lesson: 03_autodiff
    """
    dy = dy.sum(axis=tuple(range(dy.ndim - len(shape))))  # axes that stretching put in front
    stretched = tuple(k for k, size in enumerate(shape) if size == 1 and dy.shape[k] != 1)
    return dy.sum(axis=stretched, keepdims=True)


def _arrays(where: str, a, b) -> tuple[np.ndarray, np.ndarray]:
    """Both as floating-point arrays of one dtype: what is no such array takes the dtype of the other."""
    floats = [v for v in (a, b) if isinstance(v, np.ndarray) and v.dtype.kind == "f"]
    dtype = floats[0].dtype if floats else np.dtype(float)
    a, b = (v if isinstance(v, np.ndarray) and v.dtype.kind == "f" else np.asarray(v, dtype) for v in (a, b))
    expect_floats(where, a=a, b=b)
    return a, b


def _stretched(where: str, a, b) -> tuple[np.ndarray, np.ndarray]:
    """As :func:`_arrays`, for two shapes that NumPy can stretch to one."""
    a, b = _arrays(where, a, b)
    try:
        np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        raise ShapeError(
            f"{where}: the shapes do not fit.\n  a = {a.shape}\n  b = {b.shape}\n"
            "  Read from the right, two sizes must be equal, or one of them 1."
        ) from None
    return a, b


def add_forward(a, b):
    """Add, number by number: y = a + b."""
    a, b = _stretched("add", a, b)
    return a + b, (a.shape, b.shape)


def add_backward(dy, cache):
    """Hand dy to both: ∂y/∂a = ∂y/∂b = 1."""
    a_shape, b_shape = cache
    return unbroadcast(dy, a_shape), unbroadcast(dy, b_shape)


def subtract_forward(a, b):
    """Subtract, number by number: y = a − b."""
    a, b = _stretched("subtract", a, b)
    return a - b, (a.shape, b.shape)


def subtract_backward(dy, cache):
    """Hand dy to a and −dy to b."""
    a_shape, b_shape = cache
    return unbroadcast(dy, a_shape), unbroadcast(-dy, b_shape)


def multiply_forward(a, b):
    """Multiply, number by number: y = a · b."""
    a, b = _stretched("multiply", a, b)
    return a * b, (a, b)


def multiply_backward(dy, cache):
    """Each factor's slope is the other factor: ∂y/∂a = b, ∂y/∂b = a."""
    a, b = cache
    return unbroadcast(dy * b, a.shape), unbroadcast(dy * a, b.shape)


def divide_forward(a, b):
    """Divide, number by number: y = a / b."""
    a, b = _stretched("divide", a, b)
    y = a / b
    return y, (a.shape, b, y)


def divide_backward(dy, cache):
    """The slopes of a quotient: ∂y/∂a = 1 / b, ∂y/∂b = −a / b² = −y / b."""
    a_shape, b, y = cache
    return unbroadcast(dy / b, a_shape), unbroadcast(-dy * y / b, b.shape)


def power_forward(a, exponent):
    """Raise to a power that is one Python number: y = a ** exponent."""
    if not isinstance(exponent, int | float):
        raise TypeError(f"power: the exponent is a {type(exponent).__name__}; give one number, or write (b * a.log()).exp()")
    expect_floats("power", a=a)
    return a ** float(exponent), (a, float(exponent))


def power_backward(dy, cache):
    """The slope of a power: ∂y/∂a = exponent · a ** (exponent − 1)."""
    a, exponent = cache
    slope = exponent * a ** (exponent - 1) if exponent else np.zeros_like(a)  # at a = 0, exponent 0 would divide by zero
    return dy * slope, None


def matmul_forward(a, b):
    """Multiply matrices: y[…, i, k] = Σ_j a[…, i, j] · b[…, j, k]. A vector is a row on the left, a column on the right."""
    a, b = _arrays("matmul", a, b)
    if not a.ndim or not b.ndim or a.shape[-1] != b.shape[-min(b.ndim, 2)]:
        raise ShapeError(
            f"matmul: the last axis of a must be as long as the last but one of b.\n  a = {a.shape}\n  b = {b.shape}"
        )
    if a.ndim > 2 or b.ndim > 2:
        _stretched("matmul, leading axes", np.empty(a.shape[:-2]), np.empty(b.shape[:-2]))
    return a @ b, (a, b)


def matmul_backward(dy, cache):
    """Swap the factors over and transpose them: da = dy · bᵀ, db = aᵀ · dy."""
    a, b = cache
    rows = a[None, :] if a.ndim == 1 else a  # (…, I, J)
    columns = b[:, None] if b.ndim == 1 else b  # (…, J, K)
    dy = dy if b.ndim > 1 else dy[..., None]
    dy = dy if a.ndim > 1 else dy[..., None, :]  # (…, I, K)
    da = unbroadcast(dy @ columns.swapaxes(-1, -2), rows.shape)  # (…, I, J)
    db = unbroadcast(rows.swapaxes(-1, -2) @ dy, columns.shape)  # (…, J, K)
    return da.reshape(a.shape), db.reshape(b.shape)


def negate_forward(a):
    """Turn the sign: y = −a."""
    return -a, ()


def negate_backward(dy, cache):
    """Turn the sign of dy."""
    () = cache
    return -dy


def exp_forward(a):
    """Take the exponential: y = eᵃ."""
    y = np.exp(a)
    return y, (y,)


def exp_backward(dy, cache):
    """The exponential is its own slope: ∂y/∂a = y."""
    (y,) = cache
    return dy * y


def log_forward(a):
    """Take the natural logarithm: y = ln a."""
    return np.log(a), (a,)


def log_backward(dy, cache):
    """The slope of the logarithm: ∂y/∂a = 1 / a."""
    (a,) = cache
    return dy / a


def tanh_forward(a):
    """Take the hyperbolic tangent: y = tanh a."""
    y = np.tanh(a)
    return y, (y,)


def tanh_backward(dy, cache):
    """The slope of the hyperbolic tangent: ∂y/∂a = 1 − y²."""
    (y,) = cache
    return dy * (1 - y * y)


def sum_forward(a, *, axis=None, keepdims=False):
    """Add up along one axis, several (a tuple) or all (None)."""
    return a.sum(axis=axis, keepdims=keepdims), (a.shape, axis, keepdims)


def sum_backward(dy, cache):
    """Hand dy to every number that was added."""
    shape, axis, keepdims = cache
    return np.broadcast_to(_with_axes(dy, axis, keepdims), shape)


def _with_axes(y, axis, keepdims):
    """The result of a reduction with the axes it lost put back, of size 1."""
    return y if keepdims or axis is None else np.expand_dims(y, axis)


def mean_forward(a, *, axis=None, keepdims=False):
    """Average along one axis, several (a tuple) or all (None)."""
    y = a.mean(axis=axis, keepdims=keepdims)
    return y, (a.shape, axis, keepdims, y.size)


def mean_backward(dy, cache):
    """Hand an equal share of dy to every number that was averaged."""
    shape, axis, keepdims, size = cache
    share = dy * size / max(prod(shape), 1)
    return np.broadcast_to(_with_axes(share, axis, keepdims), shape)


def max_forward(a, *, axis=None, keepdims=False):
    """Take the largest along one axis, several (a tuple) or all (None)."""
    y = a.max(axis=axis, keepdims=keepdims)
    return y, (a == _with_axes(y, axis, keepdims), axis, keepdims)


def max_backward(dy, cache):
    """Hand dy to the largest; several that tie share it equally, as in ``torch.amax``."""
    winners, axis, keepdims = cache
    return winners * (_with_axes(dy, axis, keepdims) / winners.sum(axis=axis, keepdims=True, dtype=dy.dtype))


def reshape_forward(a, *, shape):
    """Give the same numbers another shape."""
    return a.reshape(shape), (a.shape,)


def reshape_backward(dy, cache):
    """Give dy the old shape."""
    (shape,) = cache
    return dy.reshape(shape)


def transpose_forward(a, *, axes=None):
    """Put the axes in another order; None turns it round."""
    return a.transpose(axes), (axes,)


def transpose_backward(dy, cache):
    """Put the axes of dy back."""
    (axes,) = cache
    return dy.transpose(None if axes is None else np.argsort(np.array(axes) % dy.ndim))


def select_forward(a, *, key):
    """Pick entries: y = a[key], with a key of whole numbers, slices, arrays of whole numbers or of booleans."""
    return a[key], (a.shape, key)


def select_backward(dy, cache):
    """Put dy where its numbers came from; what was picked twice gets both, what was not gets zero."""
    shape, key = cache
    da = np.zeros(shape, dy.dtype)
    np.add.at(da, key, dy)
    return da
