"""The benchmark: every contender and every workload runs, the tables and files are made. Nothing here is timed."""

import json
from itertools import pairwise

import matplotlib
import numpy as np
import pytest

torch = pytest.importorskip("torch")
matplotlib.use("agg")

from operations import pair, parts, upstream  # noqa: E402

from dlkit import bench  # noqa: E402
from dlkit.bench import growth, memory, report  # noqa: E402
from dlkit.bench.steps import lenet_step  # noqa: E402
from dlkit.cases import CASES, WORKLOADS  # noqa: E402


def test_every_contender_is_measured():
    case = CASES["conv2d"][0]
    times = bench.compare("conv2d", case, loops=True, seconds=0.01, rng=np.random.default_rng(0))
    assert {"NumPy, loops", "NumPy", "PyTorch, CPU"} <= set(times)
    assert times["NumPy, loops"] > times["NumPy"]
    assert "× the fastest" in repr(times)
    with pytest.raises(ValueError, match="no operation called 'conv9d'"):
        bench.compare("conv9d", case, rng=np.random.default_rng(0))


@pytest.mark.parametrize(("op", "case"), [(op, case) for op in WORKLOADS for case in WORKLOADS[op]], ids=lambda v: str(v)[:40])
def test_every_workload_runs(op, case):
    rng = np.random.default_rng(0)
    arrays = case.arrays(rng, np.float32)
    forward, backward = pair(op)
    y, cache = forward(*arrays, **case.options)
    assert len(parts(backward(upstream(y, rng, np.float32), cache))) == len(arrays)


@pytest.mark.parametrize("name", growth.GROWTHS)
def test_every_growth_has_cases_that_run(name):
    sizes, op, case = growth.GROWTHS[name]
    assert all(after == 2 * before for before, after in pairwise(sizes))
    pair(op)[0](*case(sizes[0]).arrays(np.random.default_rng(0), np.float32), **case(sizes[0]).options)


def test_the_training_steps_are_the_same_step():
    """NumPy's and PyTorch's LeNet start from the same weights and stay together."""
    steps = lenet_step(np.random.default_rng(0))
    for _ in range(3):
        losses = [float(step()) for step in steps.values()]
        assert losses[0] == pytest.approx(losses[1], rel=1e-3)


def test_the_table_and_its_files(tmp_path, monkeypatch, capsys):
    few = {"linear": [CASES["linear"][0]], "conv2d": CASES["conv2d"][:1]}
    monkeypatch.setattr(report, "WORKLOADS", few)
    monkeypatch.setattr(report, "GROWTHS", ["convolution, batch"])
    rng = np.random.default_rng(0)
    threads = torch.get_num_threads()
    rows = report.table(1, seconds=0.001, only="", rng=rng)
    torch.set_num_threads(threads)
    assert [row["name"] for row in rows] == ["linear ordinary", "conv2d ordinary", "LeNet training step, batch 64"]
    assert all(row["ratio"] == row["NumPy"] / row["PyTorch"] for row in rows)
    results = {"machine": report.machine(), "threads": {"1": rows}, "growth": report.growth(seconds=0.001, rng=rng)}
    report.save(results, tmp_path / "new")
    assert json.loads((tmp_path / "new" / "bench.json").read_text(encoding="utf-8")) == results
    assert all((tmp_path / "new" / name).stat().st_size > 5000 for name in ("bench.png", "growth.png"))
    printed = capsys.readouterr().out
    assert "geometric mean of 3 ratios" in printed
    assert "convolution, batch" in printed


@pytest.mark.skipif(not memory._RESET.exists(), reason="only Linux counts a process's peak memory")
def test_a_convolution_needs_little_memory():
    """The largest workload stays under 1.5 times PyTorch's peak; it was a third when this was written."""
    largest = max(
        range(len(WORKLOADS["conv2d"])), key=lambda k: WORKLOADS["conv2d"][k].arrays(np.random.default_rng(0))[0].size
    )
    found = memory.peaks("conv2d", largest)
    assert 0 < found["NumPy"] < 1.5 * found["PyTorch"]
