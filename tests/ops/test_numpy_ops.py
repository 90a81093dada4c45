"""The NumPy operations: gradients against finite differences, inputs untouched, dtype kept, bad input refused."""

from functools import partial

import numpy as np
import pytest
from operations import (
    OPERATIONS,
    assert_close,
    assert_numeric_gradients,
    case_name,
    every_array,
    every_case,
    every_operation,
    pair,
    parts,
    upstream,
)

from dlkit.cases import CASES
from dlkit.errors import ShapeError


@every_case
def test_gradients_agree_with_finite_differences(op, case):
    rng = np.random.default_rng(0)
    assert_numeric_gradients(pair(op), case, case.arrays(rng), rng=rng)


@every_case
def test_inputs_are_left_alone(op, case):
    forward, backward = pair(op)
    arrays = case.arrays(np.random.default_rng(1))
    for array in arrays:
        if array is not None:
            array.flags.writeable = False
    y, cache = forward(*arrays, **case.options)
    dy = every_array(np.ones_like, y)
    for array in (*parts(dy), *parts(y)):
        if np.ndim(array):
            array.flags.writeable = False  # a backward must not work in the result it handed out, nor in its upstream
    assert isinstance(cache, tuple)
    first = backward(dy, cache)
    second = backward(dy, cache)  # a backward may be run twice
    for a, b in zip(parts(first), parts(second), strict=True):
        assert a is b is None or np.array_equal(a, b, equal_nan=True)


@every_case
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept(op, case, dtype):
    forward, backward = pair(op)
    y, cache = forward(*case.arrays(np.random.default_rng(2), dtype), **case.options)
    assert {part.dtype for part in parts(y)} == {np.dtype(dtype)}
    gradients = parts(backward(every_array(np.ones_like, y), cache))
    assert {g.dtype for g in gradients if g is not None} == {np.dtype(dtype)}


@every_case
def test_memory_order_does_not_matter(op, case):
    forward, backward = pair(op)
    arrays = case.arrays(np.random.default_rng(3))
    y, cache = forward(*arrays, **case.options)
    dy = upstream(y, np.random.default_rng(4))
    expected = parts(backward(dy, cache))
    spread = [a if a is None or a.ndim == 0 else np.repeat(a, 2, axis=-1)[..., ::2] for a in arrays]
    turned = [None if a is None else np.asarray(a, order="F") for a in arrays]  # asfortranarray adds an axis to a single number
    for others in (turned, spread):
        y2, cache2 = forward(*others, **case.options)
        for a, b in zip(parts(y2), parts(y), strict=True):
            assert_close(a, b, 1e-9)
        for a, b in zip(parts(backward(every_array(partial(np.asarray, order="F"), dy), cache2)), expected, strict=True):
            if b is not None:
                assert_close(a, b, 1e-9)


def ordinary(op):
    case = CASES[case_name(op)][0]
    return case.arrays(np.random.default_rng(3)), case.options


@every_operation
def test_upstream_of_another_shape_or_dtype_is_refused(op):
    forward, backward = pair(op)
    arrays, options = ordinary(op)
    y, cache = forward(*arrays, **options)
    for change in (lambda part: np.ones((*part.shape, 2)), lambda part: np.ones([n + 1 for n in part.shape] or 1)):
        with pytest.raises(ShapeError, match=r"dy|d\w+") as caught:
            backward(every_array(change, y), cache)
        assert str(caught.value).startswith(f"{backward.__name__}: ")
    with pytest.raises(TypeError, match="float32"):
        backward(every_array(lambda part: part.astype(np.float32), y), cache)


@every_operation
def test_integers_lists_and_mixed_dtypes_are_refused(op):
    forward, _ = pair(op)
    arrays, options = ordinary(op)
    floats = [k for k, array in enumerate(arrays) if array is not None and array.dtype.kind == "f"]
    for k in floats:
        for wrong, message in (
            (arrays[k].astype(np.int64), r"holds int64, not floating-point numbers; try \w+.astype\(np.float"),
            (arrays[k].tolist(), "is a (list|float)"),
        ):
            with pytest.raises(TypeError, match=message) as caught:
                forward(*arrays[:k], wrong, *arrays[k + 1 :], **options)
            assert str(caught.value).startswith(f"{forward.__name__}: ")
    if len(floats) > 1:
        k = floats[-1]
        with pytest.raises(TypeError, match=r"is float64 but .* is float32; try"):
            forward(*arrays[:k], arrays[k].astype(np.float32), *arrays[k + 1 :], **options)


def test_there_are_operations():
    assert {"linear", "conv1d", "conv2d", "conv2d_loops"} <= set(OPERATIONS)
    assert {case_name(op) for op in OPERATIONS} == set(CASES)
