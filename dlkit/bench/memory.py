"""Peak memory of one forward and backward pass, each measured in a process of its own.

``python -m dlkit.bench.memory conv2d 3 numpy`` prints the MiB that the fourth workload of ``conv2d`` needs beyond its inputs.
"""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np

from dlkit.bench.operations import passes, topic_of
from dlkit.cases import WORKLOADS
from dlkit.device import to_torch

# Freed arrays go back to the system at once: what earlier calls left in the heap would hide what this one needs.
_RETURN = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536", "MALLOC_TOP_PAD_": "0"}
_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def peaks(op: str, index: int) -> dict[str, float] | None:
    """Measure what a workload needs beyond its inputs, in NumPy and in PyTorch.

    Parameters
    ----------
    op : str
    index : int
        Which of ``WORKLOADS[op]``.

    Returns
    -------
    dict of str to float, or None
        MiB; ``None`` where the system does not count (anything but Linux).
    """
    if not _RESET.exists():
        return None
    found = {}
    for half, name in (("numpy", "NumPy"), ("torch", "PyTorch")):
        command = [sys.executable, "-m", "dlkit.bench.memory", op, str(index), half]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | _RETURN)
        found[name] = float(done.stdout)
    return found


def _status(field: str) -> float:
    """A field of this process's status in MiB."""
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def _peak(op: str, index: int, half: str) -> float:
    """MiB beyond the inputs and the upstream gradient; the libraries are warmed up on one example before."""
    case, rng = WORKLOADS[op][index], np.random.default_rng(0)
    arrays = case.arrays(rng, np.float32)
    small = [arrays[0][:1], *arrays[1:]]
    if half == "torch":
        arrays, small = ([to_torch(a) for a in group] for group in (arrays, small))
    module = import_module(f"dlkit.{half}_ops.{topic_of(op)}")
    passes(module, op, small, case.options, rng)()
    once = passes(module, op, arrays, case.options, rng)
    _RESET.write_text("5")  # the high-water mark starts anew
    before = _status("VmRSS")
    once()
    return _status("VmHWM") - before


if __name__ == "__main__":
    print(_peak(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
