"""NumPy beside PyTorch on the processor and, where there is one, on a GPU: ``python -m dlkit.bench`` prints the table.

Times are for a forward and a backward pass, medians. What counts is the ratio of two times of one run; seconds belong to
the machine.
"""

import os
import pkgutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module

import numpy as np

from dlkit.cases import WORKLOADS, Case
from dlkit.device import best_device, to_torch

# With glibc's own limits every large array is a fresh mapping from the system, and PyTorch is up to 2.5 times slower: the
# comparison would flatter NumPy. OpenBLAS's threads must not spin on the cores that PyTorch's are about to use.
_HONEST = {
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TRIM_THRESHOLD_": "4294967296",
    "MALLOC_TOP_PAD_": "268435456",
    "OPENBLAS_THREAD_TIMEOUT": "4",
}


class Times(dict):
    """Milliseconds by contender; printed as a table, each also as a multiple of the fastest."""

    def __repr__(self) -> str:
        """The table."""
        width = max(map(len, self), default=0)
        fastest = min(self.values(), default=1)
        lines = [f"{name:<{width}}  {ms:>10.2f} ms  {ms / fastest:>8.1f} × the fastest" for name, ms in self.items()]
        return "\n".join(lines)


def measure(contenders: dict[str, Callable], *, seconds: float = 1.0, rounds: int = 3) -> Times:
    """Time functions in blocks that take turns, with a pause between them.

    Parameters
    ----------
    contenders : dict of str to callable
        Called without arguments.
    seconds : float
        Roughly how long each may take in all; a slow one runs at least once a round.
    rounds : int
        How often each has its turn.

    Returns
    -------
    Times
        The median of each, in milliseconds.

    Notes
    -----
    Turns, because a shared machine has slow moments; blocks with pauses, because NumPy's and PyTorch's threads wait for work
    on the same cores and would slow each other down if they alternated call by call.
    """
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, function in contenders.items():
            function()  # warm up
            end = time.perf_counter() + seconds / rounds
            while True:
                start = time.perf_counter()
                function()
                now = time.perf_counter()
                samples[name].append(1e3 * (now - start))
                if now > end:
                    break
            time.sleep(0.02)
    return Times({name: statistics.median(times) for name, times in samples.items()})


def compare(op: str, case: Case, *, loops: bool = False, seconds: float = 1.0, rng: np.random.Generator) -> Times:
    """Time one operation, forward and backward in float32, in every implementation the course has of it.

    Parameters
    ----------
    op : str
        "conv2d", say; a key of ``WORKLOADS``.
    case : Case
        The shapes and options.
    loops : bool
        Also the version in plain Python loops: choose a small case.
    seconds : float
        For each contender.
    rng : np.random.Generator
        Fills the arrays.

    Returns
    -------
    Times
    """
    arrays = case.arrays(rng, np.float32)
    numpy_ops, torch_ops = _modules(op)
    contenders = {}
    if loops:
        slow = import_module(f"{numpy_ops.__name__}_loops")
        contenders["NumPy, loops"] = _passes(slow, f"{op}_loops", arrays, case.options, rng)
    contenders["NumPy"] = _passes(numpy_ops, op, arrays, case.options, rng)
    contenders["PyTorch, CPU"] = _passes(torch_ops, op, [to_torch(a) for a in arrays], case.options, rng)
    if (device := best_device()).type != "cpu":
        contenders[f"PyTorch, {device.type}"] = _passes(
            torch_ops, op, [to_torch(a, device=device) for a in arrays], case.options, rng
        )
    return measure(contenders, seconds=seconds)


def _modules(op: str):
    """The NumPy and the PyTorch module that hold an operation: it is looked for, never listed."""
    from dlkit import numpy_ops

    for topic in pkgutil.iter_modules(numpy_ops.__path__):
        if hasattr(module := import_module(f"dlkit.numpy_ops.{topic.name}"), f"{op}_forward"):
            return module, import_module(f"dlkit.torch_ops.{topic.name}")
    raise ValueError(f"no operation called {op!r}; there are {', '.join(WORKLOADS)}")


def _passes(module, op: str, arrays, options: dict, rng) -> Callable:
    """A function of no arguments that goes forward and backward once, and waits for the GPU where there is one."""
    forward, backward = getattr(module, f"{op}_forward"), getattr(module, f"{op}_backward")
    y, _ = forward(*arrays, **options)
    dy = rng.standard_normal(tuple(y.shape)).astype(np.float32)
    if isinstance(y, np.ndarray):
        return lambda: backward(dy, forward(*arrays, **options)[1])
    import torch

    wait = {"cuda": torch.cuda.synchronize, "mps": torch.mps.synchronize}.get(y.device.type, lambda: None)
    dy = to_torch(dy, device=y.device)

    def passes():
        backward(dy, forward(*arrays, **options)[1])
        wait()

    return passes


def _flops(op: str, case: Case) -> float:
    """Multiplications and additions of a forward and a backward pass: each output is a dot product with one row of w."""
    numpy_ops, _ = _modules(op)
    y, _ = getattr(numpy_ops, f"{op}_forward")(*case.arrays(np.random.default_rng(0), np.float32), **case.options)
    return 3 * 2 * y.size * np.prod(case.shapes[1][1:])


def report(threads: int, seconds: float) -> None:
    """Print the table of all workloads for one number of threads, and the geometric mean of the ratios."""
    import torch

    torch.set_num_threads(threads)
    rng, ratios = np.random.default_rng(0), []
    device = best_device()
    where = f"; GPU: {torch.cuda.get_device_name()}" if device.type == "cuda" else ""
    several = "s" * (threads > 1)
    print(f"\n{threads} thread{several}, float32, forward + backward, medians; memory limits raised for both{where}")
    heads = f"{'workload':<44}{'NumPy ms':>10}{'PyTorch ms':>12}{'ratio':>8}{'GFLOP/s':>9}"
    print(heads + (f"{'GPU ms':>10}" if where else ""))
    for op, cases in WORKLOADS.items():
        for case in cases:
            times = compare(op, case, seconds=seconds, rng=rng)
            ours, theirs = times["NumPy"], times["PyTorch, CPU"]
            ratios.append(ours / theirs)
            speed = _flops(op, case) / ours / 1e6
            row = f"{op + ' ' + case.name:<44}{ours:>10.2f}{theirs:>12.2f}{ratios[-1]:>8.2f}{speed:>9.1f}"
            print(row + (f"{times[f'PyTorch, {device.type}']:>10.2f}" if where else ""), flush=True)
    print(f"{'geometric mean of the ratios':<44}{statistics.geometric_mean(ratios):>30.2f}")


def main() -> int:
    """Run the report with one thread and with two, each in a fresh process with honest memory limits."""
    if os.environ.get("DLKIT_BENCH_THREADS"):
        report(int(os.environ["DLKIT_BENCH_THREADS"]), float(os.environ.get("DLKIT_BENCH_SECONDS", "1.5")))
        return 0
    for threads in sorted({1, min(2, os.cpu_count() or 1)}):
        counts = {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
        environment = os.environ | _HONEST | counts | {"DLKIT_BENCH_THREADS": str(threads)}
        code = subprocess.run([sys.executable, "-m", "dlkit.bench"], env=environment, check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
