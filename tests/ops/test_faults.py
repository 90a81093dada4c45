"""The tests of the operations are tested: with any one line broken, finite differences or the twin notice."""

import sys
from functools import partial
from types import ModuleType

import numpy as np
import pytest
from faults import every_fault
from operations import OPERATIONS, assert_equals_twin, assert_numeric_gradients, case_name, pair, twin

from dlkit.cases import CASES, RANDOM


def broken_module(name, right="", broken=""):
    """A module of dlkit built anew from its source, with one part of it replaced."""
    with open(sys.modules[name].__file__, encoding="utf-8") as file:
        source = file.read()
    assert not right or source.count(right) == 1, f"{right!r} stands {source.count(right)} times in {name}"
    module = ModuleType(name)
    exec(compile(source.replace(right, broken) if right else source, f"broken {name}", "exec"), vars(module))
    if hasattr(module, "_CHUNK_BYTES"):
        module._CHUNK_BYTES = 1000  # small inputs are cut into chunks too
    return module


def broken_pair(fault, monkeypatch):
    own = pair(fault.op)[0].__module__
    if fault.file in (None, own):
        return pair(fault.op, broken_module(own, fault.right, fault.broken))
    elsewhere = broken_module(fault.file, fault.right, fault.broken)
    for module in [module for name, module in sys.modules.items() if name.startswith("dlkit.numpy_ops")]:
        for name, value in list(vars(module).items()):
            if getattr(value, "__module__", None) == fault.file and hasattr(elsewhere, name):
                monkeypatch.setattr(module, name, getattr(elsewhere, name))
    return pair(fault.op, broken_module(own))


def noticed(ours, op, *, cases=None):
    """Whether the twin, or else finite differences, tell that a pair of functions is not the operation."""
    name = case_name(op)
    cases = cases or [*CASES[name], *[RANDOM[name](np.random.default_rng(seed)) for seed in range(5)]]
    for witness in (partial(assert_equals_twin, ours, twin(op)), partial(assert_numeric_gradients, ours)):
        for case in cases:
            try:
                witness(case, case.arrays(np.random.default_rng(0)), rng=np.random.default_rng(1))
            except Exception:
                return True
    return False


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    """The convolutions' chunks are cut in a module of their own."""
    monkeypatch.setattr("dlkit.numpy_ops.convolution.columns._CHUNK_BYTES", 1000)


@pytest.mark.parametrize("fault", every_fault(), ids=lambda fault: f"{fault.op}: {fault.name}")
def test_a_broken_line_is_noticed(fault, monkeypatch):
    assert noticed(broken_pair(fault, monkeypatch), fault.op)


@pytest.mark.parametrize("op", sorted({fault.op for fault in every_fault()}))
def test_the_same_lines_unbroken_are_not(op):
    rebuilt = pair(op, broken_module(pair(op)[0].__module__))
    assert not noticed(rebuilt, op, cases=CASES[case_name(op)][:3])


def test_there_are_enough():
    """Every operation has some; the readable versions, and those that only call another, may do without."""
    planted = every_fault()
    assert len({(fault.op, fault.right, fault.broken) for fault in planted}) == len(planted) >= 60
    without = {op for op in OPERATIONS if case_name(op) == op} - {fault.op for fault in planted}
    assert without <= {"avg_pool1d", "conv1d"}
