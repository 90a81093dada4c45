"""The twins: same names, arguments and defaults, same values, same gradients, on the processor and on a GPU."""

import contextlib
import inspect

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from operations import OPERATIONS, assert_close, assert_equals_twin, case_name, every_case, every_operation, pair, parts, twin  # noqa: E402

from dlkit.cases import CASES, RANDOM  # noqa: E402
from dlkit.device import to_torch  # noqa: E402

GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
DEVICES = [pytest.param("cpu"), pytest.param("cuda", marks=GPU)]


@every_operation
def test_signatures_are_the_same(op):
    def shape(function):
        return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]

    if case_name(op) != op:
        ours, theirs = pair(op)[0], pair(case_name(op))[0]
    else:
        ours, theirs = pair(op)[0], twin(op)[0]
    assert shape(ours) == shape(theirs)


@pytest.fixture(autouse=True)
def _full_precision():
    """TF32 would leave three digits on recent GPUs."""
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False


@every_case
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-4)])
def test_values_and_gradients_are_the_same(op, case, device, dtype, tolerance):
    rng = np.random.default_rng(5)
    arrays = case.arrays(rng, dtype)
    assert_equals_twin(pair(op), twin(op), case, arrays, rng=rng, dtype=dtype, device=device, tolerance=tolerance)


def spread(array):
    return np.repeat(array, 2, axis=-1)[..., ::2]


ORDERS = {
    "C": np.ascontiguousarray,
    "Fortran": np.asfortranarray,
    "backwards": lambda array: np.ascontiguousarray(array[..., ::-1])[..., ::-1],
    "spread": spread,
    "swapped": lambda array: np.ascontiguousarray(np.swapaxes(array, 0, -1)).swapaxes(0, -1),
}


@every_operation
@settings(max_examples=25, deadline=None, derandomize=True)  # the same draws everywhere
@given(seed=st.integers(0, 2**32 - 1), orders=st.lists(st.sampled_from(list(ORDERS)), min_size=20, max_size=20))
def test_random_shapes_options_and_memory_orders(op, seed, orders):
    rng = np.random.default_rng(seed)
    case = RANDOM[case_name(op)](rng)
    arrays = [
        ORDERS[orders[k % 20]](array) if array is not None and array.ndim else array for k, array in enumerate(case.arrays(rng))
    ]
    copies = [None if array is None else array.copy() for array in arrays]
    assert_equals_twin(pair(op), twin(op), case, arrays, rng=rng)
    for array, copy in zip(arrays, copies, strict=True):
        assert array is copy is None or np.array_equal(array, copy)


def changed_shapes(array):
    """The array with an axis dropped, added, emptied or made longer, and whole numbers out of range."""
    yield array[None]
    yield array[..., None]
    for axis in range(array.ndim):
        yield array.take(0, axis=axis)
        yield array.take([], axis=axis)
        yield array.take(range(array.shape[axis] + 1), axis=axis, mode="wrap")
        yield array.take([0], axis=axis)
    if array.dtype.kind == "i":
        yield array + 1000
        yield array - 1000


@every_operation
def test_what_pytorch_refuses_is_refused_in_words(op):
    """Whatever input makes PyTorch raise makes the NumPy half raise its own message; where both take it, they agree."""
    ours, theirs = pair(op), twin(op)
    case = CASES[case_name(op)][0]
    arrays = case.arrays(np.random.default_rng(6))
    for k, array in enumerate(arrays):
        for changed in changed_shapes(array) if array is not None else ():
            given = [*arrays[:k], changed, *arrays[k + 1 :]]
            try:
                theirs[0](*[to_torch(a) for a in given], **case.options)
                refused = False
            except (RuntimeError, ValueError, TypeError, IndexError, AssertionError):
                refused = True
            said = f"array {k} of shape {changed.shape}, PyTorch {'refuses' if refused else 'takes'} it"
            words = None
            try:
                ours[0](*given, **case.options)
            except (ValueError, TypeError) as error:
                words = str(error)
            assert (words or f"{ours[0].__name__}: ").startswith(f"{ours[0].__name__}: "), said
            if words is not None:
                continue
            assert not refused, said
            assert_equals_twin(ours, theirs, case, given, rng=np.random.default_rng(7))


ODD = (-1, 0, 1, 2, 1.5, "odd", None, (), (1, 2, 3), (2, "odd"), True, float("nan"), float("inf"), np.ones(2))


def options_of(op):
    return [p.name for p in inspect.signature(pair(op)[0]).parameters.values() if p.kind == p.KEYWORD_ONLY]


@pytest.mark.parametrize(("op", "option"), [(op, option) for op in OPERATIONS for option in options_of(op)])
def test_options_that_pytorch_refuses_are_refused_in_words(op, option):
    ours, theirs = pair(op), twin(op)
    case = CASES[case_name(op)][0]
    arrays = case.arrays(np.random.default_rng(8))
    tensors = [to_torch(a) for a in arrays]
    for odd in ODD:
        options = case.options | {option: odd}
        torch_y = words = None
        with contextlib.suppress(Exception):
            torch_y, _ = theirs[0](*tensors, **options)
        try:
            y, _ = ours[0](*arrays, **options)
        except (ValueError, TypeError) as error:
            words = str(error)
        said = f"{option}={odd!r}: PyTorch {'refuses' if torch_y is None else 'takes'} it, ours says {words}"
        if words is not None:
            assert words.startswith(f"{ours[0].__name__}: "), said
            continue
        assert torch_y is not None, said
        for mine, other in zip(parts(y), parts(torch_y), strict=True):
            assert_close(mine, other, 1e-9)


def test_every_operation_draws_random_cases():
    assert {case_name(op) for op in OPERATIONS} == set(RANDOM)


def test_a_tensor_keeps_its_own_gradient():
    x, w = (torch.ones(s, requires_grad=True) for s in ((1, 1, 3, 3), (1, 1, 2, 2)))
    forward, backward = twin("conv2d")
    y, cache = forward(x, w)
    backward(torch.ones_like(y), cache)
    assert x.grad is None
    assert not y.requires_grad
