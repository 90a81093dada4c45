"""``python -m dlkit.bench``: the tables with one thread and with two, how cost grows, peak memory, JSON and plot."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from dlkit.bench import report

# With glibc's own limits every large array is a fresh mapping from the system, and PyTorch is up to 2.5 times slower: the
# comparison would flatter NumPy. OpenBLAS's threads must not spin on the cores that PyTorch's are about to use.
_HONEST = {
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TRIM_THRESHOLD_": "4294967296",
    "MALLOC_TOP_PAD_": "268435456",
    "OPENBLAS_THREAD_TIMEOUT": "4",
}


def main() -> int:
    """Run the benchmark, each number of threads in a fresh process with honest memory limits."""
    parser = argparse.ArgumentParser(prog="python -m dlkit.bench", description=__doc__)
    parser.add_argument("--only", default="", help="part of an operation's name: conv2d, lstm; then only the table is made")
    parser.add_argument("--seconds", type=float, default=1.5, help="for each contender of each row (1.5)")
    parser.add_argument("--out", type=Path, default=Path("build"), help="folder for bench.json and bench.png (build)")
    parser.add_argument("--threads", type=int, help=argparse.SUPPRESS)  # what a fresh process is told
    parser.add_argument("--rows", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.threads:
        found = one_process(asked)
        asked.rows.write_text(json.dumps(found), encoding="utf-8")
        return 0
    results = {"machine": report.machine(), "threads": {}}
    for threads in sorted({1, min(2, os.cpu_count() or 1)}):
        with tempfile.TemporaryDirectory() as folder:
            rows = Path(folder) / "rows.json"
            counts = {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
            more = ["--threads", str(threads), "--rows", str(rows), "--only", asked.only, "--seconds", str(asked.seconds)]
            code = subprocess.run(
                [sys.executable, "-m", "dlkit.bench", *more], env=os.environ | _HONEST | counts, check=False
            ).returncode
            if code:
                return code
            found = json.loads(rows.read_text(encoding="utf-8"))
        results["threads"][str(threads)] = found.pop("rows")
        results |= found
    if not asked.only:
        results["memory"] = report.memory()
        report.save(results, asked.out)
    return 0


def one_process(asked) -> dict:
    """The rows for one number of threads; how cost grows is measured on one."""
    rng = np.random.default_rng(0)
    found = {"rows": report.table(asked.threads, seconds=asked.seconds, only=asked.only, rng=rng)}
    if asked.threads == 1 and not asked.only:
        found["growth"] = report.growth(seconds=asked.seconds / 3, rng=rng)
    return found


if __name__ == "__main__":
    sys.exit(main())
