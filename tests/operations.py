"""Finds every operation: each ``*_forward`` in ``dlkit.numpy_ops``, with its cases. Nothing is registered by hand."""

import inspect
import pkgutil
from importlib import import_module

import pytest

from dlkit import numpy_ops, torch_ops
from dlkit.cases import CASES


def modules(package):
    return {info.name: import_module(f"{package.__name__}.{info.name}") for info in pkgutil.iter_modules(package.__path__)}


def functions(module):
    """The public functions a module defines itself."""
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
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


every_case = pytest.mark.parametrize(
    ("op", "case"),
    [pytest.param(op, case, id=f"{op}: {case.name}") for op in OPERATIONS for case in CASES[case_name(op)]],
)
every_operation = pytest.mark.parametrize("op", list(OPERATIONS))
