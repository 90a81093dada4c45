"""Finds every operation: each ``*_forward`` in ``dlkit.numpy_ops``, with its cases. Nothing is registered by hand."""

import inspect
import pkgutil
from importlib import import_module

import numpy as np
import pytest

from dlkit import numpy_ops, torch_ops
from dlkit.cases import CASES
from dlkit.device import to_numpy, to_torch
from dlkit.gradcheck import assert_gradients


def modules(package):
    """The topics of a package by name; a topic is a module, or a package that offers all of its own modules' functions."""
    return {info.name: import_module(f"{package.__name__}.{info.name}") for info in pkgutil.iter_modules(package.__path__)}


def functions(module):
    """The public functions a topic defines itself."""
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and f"{value.__module__}.".startswith(f"{module.__name__}.") and not name.startswith("_")
    }


NUMPY = modules(numpy_ops)
TORCH = modules(torch_ops)
OPERATIONS = {
    name.removesuffix("_forward"): module
    for module in NUMPY.values()
    for name in functions(module)
    if name.endswith("_forward")
}


def case_name(op):
    """The readable twin ``conv2d_loops`` runs on the cases of ``conv2d``."""
    return op.removesuffix("_loops")


def pair(op, module=None):
    module = module or OPERATIONS[op]
    return getattr(module, f"{op}_forward"), getattr(module, f"{op}_backward")


def twin(op):
    """The PyTorch pair of an operation; the readable version's twin is that of the fast one."""
    name = case_name(op)
    return pair(name, TORCH[OPERATIONS[name].__name__.rpartition(".")[2]])


def parts(y):
    """The outputs of an operation, as a tuple even where there is one."""
    return y if isinstance(y, tuple) else (y,)


def upstream(y, rng, dtype=np.float64):
    """A random upstream gradient for ``y``: an array, or a tuple of arrays where ``y`` is one."""
    drawn = tuple(np.asarray(rng.standard_normal(np.shape(part)), dtype) for part in parts(y))
    return drawn if isinstance(y, tuple) else drawn[0]


def every_array(function, value):
    """Apply a function to an array, or to each of a tuple."""
    return tuple(map(function, value)) if isinstance(value, tuple) else function(value)


def assert_close(mine, other, tolerance):
    """Equal up to ``tolerance`` of each entry and of the largest one."""
    other = to_numpy(other)
    assert np.shape(mine) == np.shape(other)
    largest = np.abs(other[np.isfinite(other)]).max(initial=0) if np.size(other) else 0
    np.testing.assert_allclose(mine, other, rtol=tolerance, atol=tolerance * largest)


def assert_equals_twin(ours, theirs, case, arrays, *, rng, dtype=np.float64, device="cpu", tolerance=1e-10):
    """The NumPy pair and the PyTorch pair give the same values and the same gradients."""
    y, cache = ours[0](*arrays, **case.options)
    torch_y, torch_cache = theirs[0](*[to_torch(a, device=device) for a in arrays], **case.options)
    assert isinstance(y, tuple) == isinstance(torch_y, tuple)
    for mine, other in zip(parts(y), parts(torch_y), strict=True):
        assert_close(mine, other, tolerance)
    dy = upstream(y, rng, dtype)
    gradients = ours[1](dy, cache)
    expected = theirs[1](every_array(lambda part: to_torch(part, device=device), dy), torch_cache)
    for mine, other in zip(parts(gradients), expected, strict=True):
        assert (mine is None) == (other is None)
        if mine is not None:
            assert_close(mine, other, tolerance)


def assert_numeric_gradients(ours, case, arrays, *, rng):
    """The backward agrees with finite differences; at a kink there are none to compare with."""
    if case.smooth:
        assert_gradients(*ours, arrays, case.options, rng=rng, constants=case.constants, step=case.step)


every_case = pytest.mark.parametrize(
    ("op", "case"),
    [pytest.param(op, case, id=f"{op}: {case.name}") for op in OPERATIONS for case in CASES[case_name(op)]],
)
every_operation = pytest.mark.parametrize("op", list(OPERATIONS))
