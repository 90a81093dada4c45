"""NumPy beside PyTorch on the processor and, where there is one, on a GPU.

``python -m dlkit.bench`` prints the tables and writes ``build/bench.json`` and ``build/bench.png``; lessons call
:func:`compare` and :func:`measure`. What counts is the ratio of two times of one run; seconds belong to the machine.
"""

from dlkit.bench.operations import compare
from dlkit.bench.timing import Times, measure

__all__ = ["Times", "compare", "measure"]
