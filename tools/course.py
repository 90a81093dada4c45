"""Run every solved notebook afresh and say whether all is well: what an instructor runs before term.

Nothing is written. Each lesson runs in a process of its own, with its own kernel.
"""

import argparse
import json
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.execution import LessonError, execute, tags
from tools.notebooks import SOLUTIONS, solved_path, sources

try:
    import psutil
except ImportError:  # the table then shows a dash for the memory
    psutil = None

ROW = "{:<24} {:>7} {:>8} {:>12}"


@dataclass
class Run:
    """What one run of a lesson gave.

    Attributes
    ----------
    passed, checks : int
        How many check cells said "passed", and how many there are.
    seconds : float
        From the kernel's start to its end.
    megabytes : float or None
        The largest resident memory of the kernel and its children together; ``None`` where it cannot be measured.
    trouble : str
        What went wrong, with the cell; empty when all is well.
    """

    passed: int = 0
    checks: int = 0
    seconds: float = 0.0
    megabytes: float | None = None
    trouble: str = ""


class PeakMemory(threading.Thread):
    """Watches a process and its children until they end, and keeps the largest sum of their resident memory."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process, self.peak = process, 0

    def run(self) -> None:
        """Look twenty times a second."""
        try:
            kernel = psutil.Process(self.process)
            while kernel.is_running():
                self.peak = max(self.peak, sum(p.memory_info().rss for p in (kernel, *kernel.children(recursive=True))))
                time.sleep(0.05)
        except psutil.Error:  # the kernel has ended
            pass


def verdict(cell: NotebookNode) -> str:
    """Return what a check cell printed or returned, as plain text."""
    parts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "\n".join(parts).strip()


def run_lesson(path: Path) -> Run:
    """Run one solved notebook in a fresh kernel and count its passed checks.

    Checks do not raise here, so that one failed check does not hide the rest of the lesson.

    Parameters
    ----------
    path : Path
        ``solutions/NN_stem.ipynb``; it is not changed.

    Returns
    -------
    Run
    """
    result, begun, watches = Run(), time.perf_counter(), []

    def watch(process: int) -> None:
        if psutil:
            watches.append(PeakMemory(process))
            watches[0].start()

    try:
        notebook = nbformat.read(path, as_version=4)
        checks = [cell for cell in notebook.cells if "check" in tags(cell)]
        result.checks = len(checks)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = []  # a cell that is not reached must not show its stored verdict
        execute(notebook, path, strict=False, started=watch)
        failed = [cell for cell in checks if not verdict(cell).startswith("✓")]
        result.trouble = "\n\n".join(f"{path.name}: cell {c.id} did not pass.\n{verdict(c) or 'No verdict.'}" for c in failed)
    except FileNotFoundError:
        result.trouble = f"{path.name} is missing; run `make notebooks`."
    except (LessonError, nbformat.reader.NotJSONError) as error:
        result.trouble = str(error) if isinstance(error, LessonError) else f"{path.name} is damaged; run `make notebooks`."
    if result.checks:
        result.passed = sum(verdict(cell).startswith("✓") for cell in checks)
    result.seconds = time.perf_counter() - begun
    result.megabytes = watches[0].peak / 1e6 if watches else None
    return result


def run_apart(path: Path) -> Run:
    """Run one lesson in a process of its own, so that whatever it does, the table goes on."""
    command = [sys.executable, "-m", "tools.course", "--apart", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=SOLUTIONS.parent) as child:
        try:
            said, complaint = child.communicate()
        except KeyboardInterrupt:
            child.wait()  # Ctrl-C reached it too; it is ending its kernel
            raise
    if child.returncode:
        last = "\n".join(complaint.splitlines()[-12:])
        return Run(trouble=f"{path.name}: the process that ran it ended with exit code {child.returncode}.\n{last}")
    return Run(**json.loads(said.splitlines()[-1]))


def main(arguments: list[str] | None = None) -> int:
    """Run ``python -m tools.course [names…]`` and return its exit code: 0 only when every lesson is well."""
    parser = argparse.ArgumentParser(prog="python -m tools.course", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="part of a lesson's name, such as 05; all lessons by default")
    parser.add_argument("--apart", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    runs: dict[str, Run] = {}
    stopped, lessons = False, []
    try:
        if options.apart:
            print(json.dumps(asdict(run_lesson(options.apart))))
            return 0
        lessons = sources(options.names)
        print(ROW.format("lesson", "checks", "seconds", "peak memory"))
        for source in lessons:
            run = runs[source.stem] = run_apart(solved_path(source))
            memory = "–" if run.megabytes is None else f"{run.megabytes:.0f} MB"
            print(ROW.format(source.stem, f"{run.passed}/{run.checks}", f"{run.seconds:.1f}", memory), flush=True)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        if options.apart:
            return 130
        stopped = True
    for run in runs.values():
        if run.trouble:
            print(f"\n{run.trouble}")
    well = sum(not run.trouble for run in runs.values())
    print(f"\n{'Stopped. ' if stopped else ''}{well} of {len(lessons)} lessons ran and passed every check.")
    return 130 if stopped else int(well < len(lessons))


if __name__ == "__main__":
    sys.exit(main())
