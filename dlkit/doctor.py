"""Is everything there? One line for each part the course needs, with the line that repairs what is missing.

In a notebook: ``from dlkit.doctor import doctor; doctor()``. In a terminal: ``python -m dlkit.doctor``.
"""

# Only the standard library up here: this module must run where everything else is missing or broken.
import importlib
import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from html import escape

OK, BAD, NOTE = "✓", "✗", "–"
FLOORS = {  # as in pyproject.toml; a test compares them
    "numpy": "2",
    "torch": "2.11",
    "matplotlib": "3.9",
    "jupyterlab": "4.4",
    "ipykernel": "7",
    "ipywidgets": "8.1",
    "anywidget": "0.9.18",
    "pooch": "1.8",
    "tqdm": "4.66",
    "safetensors": "0.5",
}
PACKAGES = {
    "NumPy": "numpy",
    "PyTorch": "torch",
    "matplotlib": "matplotlib",
    "JupyterLab": "jupyterlab",
    "ipykernel": "ipykernel",
    "ipywidgets": "ipywidgets",
    "anywidget (live pictures)": "anywidget",
    "pooch (downloads)": "pooch",
    "tqdm (progress bars)": "tqdm",
    "safetensors (networks)": "safetensors",
}
NEEDED_MEMORY = 3e9  # bytes; a lesson takes no more


@dataclass(frozen=True)
class Line:
    """One line of the report.

    Attributes
    ----------
    mark : str
        ``✓`` there, ``✗`` missing or broken, ``–`` worth knowing.
    part : str
        What was looked for.
    found : str
        What was found.
    repair : str
        The line to copy, or what to do; empty when nothing is to be done.
    """

    mark: str
    part: str
    found: str
    repair: str = ""


@dataclass(frozen=True)
class Report:
    """What `doctor` found; shows itself as text and as a table.

    Attributes
    ----------
    lines : tuple of Line
        One for each part.
    """

    lines: tuple[Line, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing is missing."""
        return all(line.mark != BAD for line in self.lines)

    def __repr__(self) -> str:
        """One line of text for each part, the repair below it."""
        width = max(len(line.part) for line in self.lines)
        text = []
        for line in self.lines:
            text.append(f"{line.mark} {line.part:{width}}  {line.found}")
            if line.repair:
                text.append(f"  {'':{width}}  → {line.repair}")
        return "\n".join([*text, self._verdict()])

    def _repr_html_(self) -> str:
        left = 'style="text-align: left"'
        rows = "".join(
            f"<tr><td>{line.mark}</td><td {left}>{escape(line.part)}</td><td {left}>{escape(line.found)}"
            + (f"<br>→ <code>{escape(line.repair)}</code>" if line.repair else "")
            + "</td></tr>"
            for line in self.lines
        )
        head = f"<tr><th></th><th {left}>Part</th><th {left}>Found</th></tr>"
        return f"<table><caption>{escape(self._verdict())}</caption><thead>{head}</thead><tbody>{rows}</tbody></table>"

    def _verdict(self):
        bad = sum(line.mark == BAD for line in self.lines)
        return "All there." if not bad else f"{bad} to repair: copy the line behind each arrow, then restart the kernel."


def doctor() -> Report:
    """Look at everything the course needs and say what is missing.

    Returns
    -------
    Report
        Shown as a table in a notebook, as text elsewhere. Nothing is installed or changed, and nothing raises.
    """
    looks = [("Python", _python), *((name, partial(_package, package)) for name, package in PACKAGES.items())]
    looks += [("digits (data)", _digits), ("photograph (data)", _photo), ("progress file", _progress)]
    looks += [("device", _device), ("free memory", _memory)]
    return Report(tuple(_look(part, look) for part, look in looks))


def _look(part, look):
    try:
        return look(part)
    except Exception as error:  # a broken package may raise anything at import, and this must go on to the next line
        return Line(BAD, part, _said(error), _reinstall())


def _said(error):
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _python(part):
    found = f"{sys.version.split()[0]} ({sys.executable})"
    if sys.version_info >= (3, 11):  # noqa: UP036 (somebody may have installed it by force)
        return Line(OK, part, found)
    return Line(BAD, part, found, "install Python 3.11 or newer, then run make lab in the course's folder")


def _package(package, part):
    floor = FLOORS[package]
    try:
        module = importlib.import_module(package)
    except ModuleNotFoundError as error:
        found = "not installed" if error.name == package else _said(error)
        return Line(BAD, part, found, _pip(f'"{package}>={floor}"'))
    except Exception as error:
        return Line(BAD, part, f"installed but broken: {_said(error)}", _pip(f'--force-reinstall "{package}>={floor}"'))
    version = str(getattr(module, "__version__", "")).removeprefix("v")
    if not version:  # an empty folder of that name imports too
        return Line(BAD, part, "installed but broken: it has no version", _pip(f'--force-reinstall "{package}>={floor}"'))
    if _number(version) < _number(floor):
        return Line(BAD, part, f"{version}, but the course needs {floor}", _pip(f'--upgrade "{package}>={floor}"'))
    return Line(OK, part, version)


def _number(version):
    """Read "2.13.0+cpu" as (2, 13, 0), which is enough to compare releases."""
    release = re.match(r"[\d.]*\d", version)
    return tuple(int(number) for number in release[0].split(".") if number) if release else ()


def _digits(part):
    from dlkit import data
    from dlkit.errors import DataMissing

    try:
        digits = data.load("digits")
    except DataMissing as error:
        return Line(BAD, part, str(error).splitlines()[0], "git checkout data/digits.npz")
    return Line(OK, part, f"{len(digits.x_train) + len(digits.x_test):,} images")


def _photo(part):
    from dlkit import data
    from dlkit.errors import DataMissing

    try:
        return Line(OK, part, f"{data.load('photo').shape}, ships with matplotlib")
    except DataMissing as error:
        return Line(BAD, part, str(error).splitlines()[0], _pip("--force-reinstall --no-deps matplotlib"))


def _progress(part):
    from dlkit import progress

    try:
        file = progress.path()
        with tempfile.TemporaryFile(dir=next(folder for folder in file.parents if folder.exists())) as probe:
            probe.write(b"dlkit")
    except OSError as error:
        return Line(NOTE, part, f"cannot be kept: {error.strerror or error}", "set DLKIT_PROGRESS to a file you may write")
    return Line(OK, part, str(file))


def _device(part):
    try:
        from dlkit.device import best_device

        device = best_device()
    except ImportError:
        return Line(NOTE, part, "unknown without PyTorch")
    if device.type == "cuda":
        import torch

        return Line(OK, part, f"GPU: {torch.cuda.get_device_name(device)}")
    if device.type == "cpu":
        return Line(OK, part, f"CPU, {os.cpu_count()} cores (enough for every lesson)")
    return Line(OK, part, f"GPU: {device}")


def _memory(part):
    try:
        import psutil

        free = psutil.virtual_memory().available
    except (ImportError, OSError):
        return Line(NOTE, part, "unknown")
    if free < NEEDED_MEMORY:
        return Line(NOTE, part, f"{free / 1e9:.1f} GB", f"close other programs: a lesson may take {NEEDED_MEMORY / 1e9:.0f} GB")
    return Line(OK, part, f"{free / 1e9:.1f} GB")


def _pip(arguments):
    """Spell the pip line for this Python: plain ``python`` where that is the one running, else its full path."""
    here = shutil.which("python")
    same = here and os.path.realpath(os.path.dirname(here)) == os.path.realpath(os.path.dirname(sys.executable))
    python = "python" if same else f'"{sys.executable}"'
    return f"{python} -m pip install {arguments}"


def _reinstall():
    return _pip("-e .") + "   (in the course's folder)"


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # Windows consoles may lack the marks
    report = doctor()
    print(report)
    sys.exit(0 if report.healthy else 1)
