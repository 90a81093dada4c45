"""The ways in: the bootstrap, the verbs, and the lists of versions, which must not drift apart."""

import ast
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools import bootstrap, lab

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA_NAMES = {"torch": "pytorch"}


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def number(version):
    return [int(part) for part in version.split(".")]


def constraints():
    return dict(line.split("==") for line in read("constraints.txt").splitlines() if line and not line.startswith("#"))


def floors(*extras):
    lists = [PROJECT["dependencies"], *(PROJECT["optional-dependencies"][extra] for extra in extras)]
    return dict(requirement.split(">=") for requirements in lists for requirement in requirements)


# The lists


def test_the_tested_versions_satisfy_the_floors():
    tested = constraints()
    for name, floor in floors("dev").items():
        assert number(tested[name]) >= number(floor), name


def test_the_conda_environment_has_the_floors_of_the_project():
    lines = re.findall(r"^  - ([a-z-]+)>=([\d.]+)$", read("environment.yml"), re.MULTILINE)
    wanted = {CONDA_NAMES.get(name, name): floor for name, floor in floors().items()}
    assert dict(lines) == wanted | {"python": PROJECT["requires-python"].removeprefix(">=")}
    channels = re.search(r"channels:\n((?:  - .*\n)+)", read("environment.yml"))[1]
    assert set(re.findall(r"- (\S+)", channels)) == {"conda-forge", "nodefaults"}


def test_the_bootstrap_asks_for_the_python_of_the_project():
    assert f">={'.'.join(map(str, bootstrap.OLDEST))}" == PROJECT["requires-python"]


def verbs():
    return set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))


def test_every_verb_is_helped_and_every_file_it_calls_exists():
    assert verbs() >= {"help", "lab", "test", "course", "notebooks", "lint", "bench", "clean"}
    assert set(re.search(r"\.PHONY: (.*)", read("Makefile"))[1].split()) == verbs()
    assert set(re.findall(r'@echo "make ([a-z]+) ', read("Makefile"))) == verbs() - {"help"}
    for module in re.findall(r"-m ((?:tools|dlkit)\.\w+)", read("Makefile")):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", ".github/workflows/test.yml", ".ci/run"])
def test_the_commands_in_the_texts_are_verbs(name):
    if not (ROOT / name).exists():
        pytest.skip(f"{name} is not written yet")
    inside = re.findall(r"^(?:.*run: |\$ |    )?(?:make) ([a-z]+)|`make ([a-z]+)", read(name), re.MULTILINE)
    assert {a or b for a, b in inside} <= verbs()


def test_continuous_integration_runs_the_tests():
    assert "\nmake test\n" in read(".ci/run")
    assert {"make test", "make lint"} <= set(re.findall(r"run: (make \w+)", read(".github/workflows/test.yml")))
    if os.name == "posix":
        assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make here")
def test_make_alone_lists_the_verbs_and_a_missing_python_is_told():
    assert "make lab" in subprocess.check_output(["make"], cwd=ROOT, text=True)
    answer = subprocess.run(["make", "lab", "PYTHON=no-such-python"], cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode != 0
    assert "Python is not installed, or not as no-such-python" in answer.stderr


# The bootstrap on a Python that is too old


def test_an_old_python_can_read_the_bootstrap():
    ast.parse(read("tools/bootstrap.py"), feature_version=(3, 6))


def on_an_old_python(monkeypatch, path):
    monkeypatch.setattr(sys, "version_info", (3, 6, 15))
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", "--dev"])
    monkeypatch.setenv("PATH", str(path))
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "tools" / "bootstrap.py"), run_name="__main__")
    return ended.value.code


def test_an_old_python_says_so_in_one_sentence(monkeypatch, tmp_path):
    said = on_an_old_python(monkeypatch, tmp_path)
    assert "needs Python 3.11 or newer" in said
    assert "is 3.6.15" in said
    assert "https://www.python.org/downloads/" in said


@pytest.mark.skipif(os.name != "posix", reason="the stand-ins are shell scripts")
def test_an_old_python_hands_over_to_the_first_newer_one_that_runs(monkeypatch, tmp_path):
    for name, body in {
        "python3.13": "echo no such version >&2; exit 127",  # a shim without a Python behind it
        "python3.12": f'if [ "$1" = -c ]; then echo 3 12 1; else echo "$@" > {tmp_path}/called; exit 7; fi',
        "python3.11": "exit 1",
    }.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    assert on_an_old_python(monkeypatch, tmp_path) == 7
    assert (tmp_path / "called").read_text().split() == [str(ROOT / "tools" / "bootstrap.py"), "--dev"]


# The bootstrap's install


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """An empty checkout whose installs are only noted."""
    (tmp_path / "pyproject.toml").write_text("one")
    (tmp_path / "constraints.txt").write_text("one")
    venv = tmp_path / ".venv"
    monkeypatch.setattr(bootstrap, "ROOT", str(tmp_path))
    monkeypatch.setattr(bootstrap, "VENV", str(venv))
    calls = []

    def make_venv():
        shutil.rmtree(venv, ignore_errors=True)
        (venv / "bin").mkdir(parents=True)
        Path(bootstrap.venv_python()).parent.mkdir(exist_ok=True)
        Path(bootstrap.venv_python()).write_text("")
        calls.append("venv")

    monkeypatch.setattr(bootstrap, "make_venv", make_venv)
    monkeypatch.setattr(bootstrap, "version_of", lambda path: (3, 12, 1) if Path(path).exists() else (0,))
    monkeypatch.setattr(bootstrap, "pip_install", lambda dev, torch: calls.append(("pip", dev, torch)))
    monkeypatch.setattr(bootstrap, "quiet_jupyterlab", lambda: None)
    return tmp_path, calls


def run(calls, *arguments):
    calls.clear()
    bootstrap.main(list(arguments))
    return list(calls)


def test_what_is_installed_is_not_installed_again(checkout):
    root, calls = checkout
    assert run(calls, "--torch=cpu") == ["venv", ("pip", False, "cpu")]
    assert run(calls) == []
    assert run(calls, "--dev") == [("pip", True, "")]
    assert run(calls, "--dev") == run(calls, "--torch=") == []
    (root / "constraints.txt").write_text("two")
    assert run(calls) == [("pip", False, "")]
    (root / "pyproject.toml").write_text("two")
    assert run(calls) == [("pip", False, "")]


def test_a_copied_checkout_and_a_lost_python_are_noticed(checkout, monkeypatch):
    root, calls = checkout
    run(calls)
    monkeypatch.setattr(bootstrap, "ROOT", str(root / "moved"))
    (root / "moved").mkdir()
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(root / name, root / "moved")
    assert run(calls) == [("pip", False, "")]
    Path(bootstrap.venv_python()).unlink()  # the system's Python was upgraded
    assert run(calls) == ["venv", ("pip", False, "")]


def test_an_install_that_was_cut_off_begins_afresh(checkout, monkeypatch, capsys):
    _, calls = checkout

    def cut(dev, torch):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "pip_install", cut)
        with pytest.raises(KeyboardInterrupt):
            bootstrap.main([])
    assert run(calls) == ["venv", ("pip", False, "")]
    assert "was cut off" in capsys.readouterr().out
    assert run(calls) == []


@pytest.mark.parametrize("stamp", ["", "{", "[]", "{}", '{"digest": "old"}'])
def test_a_damaged_stamp_means_installing(checkout, stamp):
    root, calls = checkout
    run(calls)
    (root / ".venv" / "installed.json").write_text(stamp)
    assert run(calls) == [("pip", False, "")]
    assert json.loads((root / ".venv" / "installed.json").read_text())["dev"] is False


def test_a_full_disk_is_told_before_anything_is_made(checkout, monkeypatch):
    root, _ = checkout
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 3e8))
    with pytest.raises(SystemExit, match=r"has 0\.3 GB free and the course needs at least 2 GB"):
        bootstrap.main([])
    assert not (root / ".venv").exists()


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_python_without_venv_names_the_package(monkeypatch, missing):
    real = bootstrap.importlib.util.find_spec
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None if name == missing else real(name))
    with pytest.raises(SystemExit, match=rf"sudo apt install python3\.{sys.version_info.minor}-venv"):
        bootstrap.make_venv()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "The disk is full"),
        ("NewConnectionError(failure in name resolution)\nNo matching distribution found for x", "There is no network"),
        ("ERROR: No matching distribution found for torch>=2.11", "pip found no torch>=2.11 that fits"),
        ("ERROR: [Errno 13] Permission denied: 'x'", "A file could not be written"),
        ("ERROR: something else", ""),
    ],
)
def test_what_pip_says_becomes_one_sentence(said, sentence):
    assert bootstrap.diagnosis(said).startswith(sentence)
    assert bool(bootstrap.diagnosis(said)) == bool(sentence)


def test_a_real_install_without_a_network_ends_in_one_sentence_and_can_be_repeated(tmp_path):
    """With a real .venv and the real pip, which is told to find nothing."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "dlkit").mkdir()
    for name in ("tools/bootstrap.py", "dlkit/lock.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    env = os.environ | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}
    for _ in range(2):
        answer = subprocess.run([sys.executable, "tools/bootstrap.py"], cwd=tmp_path, env=env, capture_output=True, text=True)
        assert answer.returncode == 1
        assert "Run the same command again" in answer.stderr.splitlines()[-1]
    assert "Making .venv" not in answer.stdout  # it was made the first time and is whole


# The lab


def test_the_lab_opens_the_first_lesson(monkeypatch):
    monkeypatch.setattr(lab.sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    assert "--LabApp.default_url=/lab/tree/lessons/00_welcome.ipynb" in lab.options([])
    assert "--no-browser" not in lab.options([])
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert lab.options(["--port", "9000"])[-3:] == ["--no-browser", "--port", "9000"]


@pytest.mark.skipif(os.name != "posix", reason="there is no root elsewhere")
@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False)])
def test_the_lab_lets_root_in(monkeypatch, user, allowed):
    monkeypatch.setattr(lab.os, "geteuid", lambda: user)
    assert ("--allow-root" in lab.options([])) == allowed
