"""The tables of ``make bench``, their JSON and their plot."""

import json
import platform
import statistics
from pathlib import Path

import numpy as np

from dlkit import plot
from dlkit.bench.growth import GROWTHS, grow
from dlkit.bench.memory import peaks
from dlkit.bench.operations import compare
from dlkit.bench.steps import lenet_step
from dlkit.bench.timing import measure
from dlkit.cases import WORKLOADS
from dlkit.device import best_device


def table(threads: int, *, seconds: float, only: str, rng: np.random.Generator) -> list[dict]:
    """Time every workload, printing a row as soon as it is measured.

    Parameters
    ----------
    threads : int
        What this process was started with; PyTorch is told.
    seconds : float
        For each contender.
    only : str
        Part of an operation's name; "" for all.
    rng : np.random.Generator

    Returns
    -------
    list of dict
        "name", "NumPy", "PyTorch" and perhaps "GPU" in milliseconds, "ratio", "GFLOP/s" where arithmetic sets the pace.
    """
    import torch

    torch.set_num_threads(threads)
    device, rows = best_device(), []
    machine = _matrix_product(seconds)
    on = f"; GPU: {torch.cuda.get_device_name()}" if device.type == "cuda" else ""
    several = "s" * (threads > 1)
    print(f"\n{threads} thread{several}, float32, forward + backward, medians; memory limits raised for both{on}")
    print(f"This machine's matrix product: {machine:.0f} GFLOP/s; share is NumPy's part of it.")
    print(f"{'workload':<56}{'NumPy ms':>10}{'PyTorch ms':>12}{'ratio':>8}{'GFLOP/s':>9}{'share':>7}{'GPU ms' * bool(on):>9}")
    for op, cases in [*WORKLOADS.items(), ("LeNet training step, batch 64", [None])]:
        for case in cases if only in op else ():
            times = compare(op, case, seconds=seconds, rng=rng) if case else measure(lenet_step(rng), seconds=seconds)
            ours, theirs = times["NumPy"], times["PyTorch, CPU"]
            row = {"name": f"{op} {case.name}" if case else op, "NumPy": ours, "PyTorch": theirs, "ratio": ours / theirs}
            line = f"{row['name']:<56}{ours:>10.2f}{theirs:>12.2f}{row['ratio']:>8.2f}"
            if case and case.flops:
                row["GFLOP/s"] = case.flops / ours / 1e6
                line += f"{row['GFLOP/s']:>9.1f}{row['GFLOP/s'] / machine:>7.0%}"
            if gpu := times.get(f"PyTorch, {device.type}") if device.type != "cpu" else None:
                row["GPU"] = gpu
                line = f"{line:<102}{gpu:>9.2f}"
            rows.append(row)
            print(line, flush=True)
    ratios = [row["ratio"] for row in rows]
    print(f"{f'geometric mean of {len(ratios)} ratios':<56}{statistics.geometric_mean(ratios):>30.2f}")
    return rows


def _matrix_product(seconds: float) -> float:
    """GFLOP/s of one large product, the most the machine's processor can do."""
    a = np.ones((2048, 2048), np.float32)
    return 2 * 2048**3 / measure({"product": lambda: a @ a}, seconds=seconds)["product"] / 1e6


def growth(*, seconds: float, rng: np.random.Generator) -> dict[str, dict]:
    """Print and return how the cost grows with each size.

    Parameters
    ----------
    seconds : float
        For each contender and size.
    rng : np.random.Generator

    Returns
    -------
    dict of str to dict
        As in :func:`dlkit.bench.growth.grow`.
    """
    print("\nWhat doubling a size costs: the exponent of the last doubling (1 doubles, 2 quadruples)")
    print(f"{'what grows':<34}{'sizes':<22}{'NumPy':>8}{'PyTorch':>9}")
    found = {}
    for name in GROWTHS:
        found[name] = grow(name, seconds=seconds, rng=rng)
        sizes = f"{found[name]['sizes'][0]} … {found[name]['sizes'][-1]}"
        ours, theirs = found[name]["exponents"]
        print(f"{name:<34}{sizes:<22}{ours:>8.2f}{theirs:>9.2f}", flush=True)
    return found


def memory() -> dict[str, dict]:
    """Print and return the peak memory of each convolution beyond its inputs.

    Returns
    -------
    dict of str to dict
        MiB, as in :func:`dlkit.bench.memory.peaks`; empty where the system does not count.
    """
    found = {}
    for k, case in enumerate(WORKLOADS["conv2d"]):
        if (row := peaks("conv2d", k)) is None:
            print("\nPeak memory: this system does not count it.")
            return {}
        if not found:
            print(f"\n{'peak memory beyond the inputs, MiB':<56}{'NumPy':>10}{'PyTorch':>12}{'ratio':>8}")
        found[f"conv2d {case.name}"] = row
        print(f"{'conv2d ' + case.name:<56}{row['NumPy']:>10.1f}{row['PyTorch']:>12.1f}{row['NumPy'] / row['PyTorch']:>8.2f}")
    return found


def machine() -> dict[str, str]:
    """Name what was measured on: system, processor kind, versions."""
    import torch

    versions = {"Python": platform.python_version(), "NumPy": np.__version__, "PyTorch": torch.__version__}
    return {"system": platform.system(), "processor": platform.machine(), **versions}


def save(results: dict, folder: Path) -> None:
    """Write ``bench.json``, ``bench.png`` with the ratios and ``growth.png``.

    Parameters
    ----------
    results : dict
        "machine", "threads" (rows by number of threads), "growth" and "memory".
    folder : Path
        Made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draw(results).figure.savefig(folder / "bench.png", dpi=110)
    panels = {
        name: {who: (found["sizes"], found[who]) for who in ("NumPy", "PyTorch")} for name, found in results["growth"].items()
    }
    plot.growth(panels, ylabel="forward + backward, ms")[0].figure.savefig(folder / "growth.png", dpi=110)
    print(f"\nSaved bench.json, bench.png and growth.png in {folder}.")


def draw(results: dict):
    """Draw the ratios, one row a workload and one mark a number of threads.

    Parameters
    ----------
    results : dict
        As in :func:`save`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ratios = {
        f"{threads} thread{'s' * (threads != '1')}": {row["name"]: row["ratio"] for row in rows}
        for threads, rows in results["threads"].items()
    }
    return plot.ratios(ratios, xlabel="NumPy's time / PyTorch's on the CPU; left of 1 NumPy is faster")
