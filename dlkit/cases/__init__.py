"""The inputs each operation is tried on: gradient checks, twin tests, benchmarks and exercises all read this table.

Each topic has a module with three dictionaries by operation: ``CASES``, ``RANDOM`` and ``WORKLOADS``. No two sizes of an
ordinary case, the first of each list, are equal, so that a swapped axis cannot hide.
"""

import pkgutil
from collections.abc import Callable
from importlib import import_module

import numpy as np

from dlkit.cases.case import Case, distinct_sizes

__all__ = ["CASES", "RANDOM", "WORKLOADS", "Case", "distinct_sizes"]

CASES: dict[str, list[Case]] = {}
#: Draws a case of random sizes and options that fit.
RANDOM: dict[str, Callable[[np.random.Generator], Case]] = {}
#: What the benchmark times, in float32.
WORKLOADS: dict[str, list[Case]] = {}

for _topic in pkgutil.iter_modules(__path__):
    if _topic.name != "case":
        _module = import_module(f"{__name__}.{_topic.name}")
        CASES |= _module.CASES
        RANDOM |= _module.RANDOM
        WORKLOADS |= _module.WORKLOADS
