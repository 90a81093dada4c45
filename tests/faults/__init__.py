"""Planted faults, one module a topic: a line of an operation and the same line broken.

``tests/ops/test_faults.py`` breaks one at a time and shows that the tests of the operations notice.
"""

import pkgutil
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True)
class Fault:
    """One broken line.

    Attributes
    ----------
    op : str
        The operation it is planted in.
    name : str
        What is wrong.
    right, broken : str
        A part of the source that occurs once, and what stands there instead.
    file : str, optional
        The module it stands in, ``"dlkit.numpy_ops.windows"``, where that is not the operation's own.
    """

    op: str
    name: str
    right: str
    broken: str
    file: str | None = None


def every_fault() -> list[Fault]:
    """All faults of all topics."""
    topics = [import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    return [fault for topic in topics for fault in topic.FAULTS]
