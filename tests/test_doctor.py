"""The doctor names what is missing and never falls ill itself."""

import builtins
import importlib
import subprocess
import sys
import tomllib
import types
from pathlib import Path

import pytest

from dlkit import doctor as module
from dlkit.doctor import BAD, NOTE, OK, doctor

ROOT = Path(__file__).resolve().parents[1]


def line(part):
    return next(line for line in doctor().lines if line.part.startswith(part))


def without(monkeypatch, package, error):
    """Let every import of ``package`` raise ``error``."""
    real_module, real_import = importlib.import_module, builtins.__import__

    def import_module(name, *rest):
        if name.split(".")[0] == package:
            raise error
        return real_module(name, *rest)

    def __import__(name, *rest, **more):
        if name.split(".")[0] == package:
            raise error
        return real_import(name, *rest, **more)

    monkeypatch.setattr(importlib, "import_module", import_module)
    monkeypatch.setattr(builtins, "__import__", __import__)


def test_here_everything_needed_is_there(tmp_path, monkeypatch):
    monkeypatch.setenv("DLKIT_PROGRESS", str(tmp_path / "new" / "progress.json"))
    report = doctor()
    assert report.healthy, report
    assert [line.part for line in report.lines] == [
        "Python",
        "NumPy",
        "PyTorch",
        "matplotlib",
        "JupyterLab",
        "ipykernel",
        "ipywidgets",
        "anywidget (live pictures)",
        "pooch (downloads)",
        "tqdm (progress bars)",
        "safetensors (networks)",
        "digits (data)",
        "photograph (data)",
        "progress file",
        "device",
        "free memory",
    ]
    assert line("digits").found == "1,797 images"
    assert repr(report).endswith("All there.")
    assert not (tmp_path / "new").exists()  # looking leaves nothing behind


def test_it_shows_itself_as_text_and_as_a_table(monkeypatch):
    without(monkeypatch, "anywidget", ModuleNotFoundError("No module named 'anywidget'", name="anywidget"))
    report = doctor()
    assert not report.healthy
    assert "✗ anywidget (live pictures)  not installed\n" in repr(report)
    assert '-m pip install "anywidget>=0.9.18"' in repr(report)
    assert repr(report).splitlines()[-1].startswith("1 to repair")
    page = report._repr_html_()
    assert page.count("<tr>") == len(report.lines) + 1
    assert "-m pip install &quot;anywidget&gt;=0.9.18&quot;</code>" in page


@pytest.mark.parametrize(
    ("error", "found", "repair"),
    [
        (ModuleNotFoundError("No module named 'torch'", name="torch"), "not installed", '-m pip install "torch>=2.11"'),
        (OSError("libc10.so: cannot open\nmore"), "installed but broken: OSError: libc10.so: cannot open", "--force-reinstall"),
        (ImportError("DLL load failed"), "installed but broken: ImportError: DLL load failed", "--force-reinstall"),
        (RuntimeError(), "installed but broken: RuntimeError", "--force-reinstall"),
        (ModuleNotFoundError("No module named 'sympy'", name="sympy"), "No module named 'sympy'", "pip install"),
    ],
)
def test_a_missing_or_broken_torch_is_one_line(monkeypatch, error, found, repair):
    without(monkeypatch, "torch", error)
    torch = line("PyTorch")
    assert torch.mark == BAD
    assert found in torch.found
    assert repair in torch.repair
    assert line("NumPy").mark == OK
    assert line("device").mark != OK


def test_an_old_and_an_empty_package_are_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", types.SimpleNamespace(__version__="0.9.9"))
    old = line("anywidget")
    assert (old.mark, old.found) == (BAD, "0.9.9, but the course needs 0.9.18")
    assert '--upgrade "anywidget>=0.9.18"' in old.repair
    monkeypatch.setitem(sys.modules, "anywidget", types.SimpleNamespace())
    assert "broken" in line("anywidget").found


@pytest.mark.parametrize(
    ("version", "number"),
    [("2.13.0+cpu", (2, 13, 0)), ("2.9", (2, 9)), ("3.0.0rc1", (3, 0, 0)), ("2.11.0a0+git", (2, 11, 0)), ("main", ())],
)
def test_versions_are_compared_as_numbers(version, number):
    assert module._number(version) == number


def test_missing_data_names_its_repair(tmp_path, monkeypatch):
    from dlkit import data

    monkeypatch.setattr(data.sets, "FOLDER", tmp_path / "data")
    assert (line("digits").mark, line("digits").repair) == (BAD, "git checkout data/digits.npz")


def test_a_place_that_cannot_be_written_is_noted(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DLKIT_PROGRESS", str(tmp_path / "file" / "progress.json"))
    assert (line("progress").mark, line("progress").repair) == (NOTE, "set DLKIT_PROGRESS to a file you may write")


def test_little_memory_is_noted(monkeypatch):
    psutil = pytest.importorskip("psutil")
    monkeypatch.setattr(psutil, "virtual_memory", lambda: types.SimpleNamespace(available=1.2e9))
    assert (line("free memory").mark, line("free memory").found) == (NOTE, "1.2 GB")


def test_it_runs_where_nothing_at_all_is_installed():
    """In a Python without site-packages, as after a broken install."""
    result = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
            "import runpy; runpy.run_module('dlkit.doctor', run_name='__main__')",
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8"},
    )
    assert result.returncode == 1
    assert result.stderr == ""
    assert "✗ NumPy" in result.stdout
    assert 'pip install "torch>=2.11"' in result.stdout


def test_the_floors_are_those_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    floors = dict(requirement.split(">=") for requirement in project["dependencies"])
    assert {name: floors[name] for name in module.FLOORS} == module.FLOORS
    assert set(module.PACKAGES.values()) == set(module.FLOORS)
    assert project["requires-python"] == ">=3.11"
