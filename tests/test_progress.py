"""Progress is kept whatever the disk and the neighbours do, and never breaks a check."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
import warnings
from datetime import datetime
from pathlib import Path

import pytest

from dlkit import lock, progress


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    path = tmp_path / "home" / "progress.json"
    monkeypatch.setenv("DLKIT_PROGRESS", str(path))
    yield path
    progress._unsaved.clear()


def entry(exercise="conv2d", lesson="05_convolution"):
    return progress.load()[lesson][exercise]


def test_nothing_recorded_is_an_empty_dict(file):
    assert progress.load() == {}
    assert not file.exists()


def test_the_best_outcome_the_tries_and_the_first_pass_are_kept():
    progress.record("05_convolution", "conv2d", "not attempted")
    assert entry() == {"outcome": "not attempted", "tries": 0, "first_passed": None}
    progress.record("05_convolution", "conv2d", "failed")
    assert entry() == {"outcome": "failed", "tries": 1, "first_passed": None}
    progress.record("05_convolution", "conv2d", "passed")
    first = entry()["first_passed"]
    assert abs((datetime.now().astimezone() - datetime.fromisoformat(first)).total_seconds()) < 60
    for outcome in ("passed", "failed", "not attempted"):
        progress.record("05_convolution", "conv2d", outcome)
    assert entry() == {"outcome": "passed", "tries": 4, "first_passed": first}


def test_the_time_of_the_first_pass_stays(monkeypatch):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2031, 5, 6, 7, 8, 9)

    progress.record("05_convolution", "conv2d", "passed")
    first = entry()["first_passed"]
    monkeypatch.setattr(progress, "datetime", Clock)
    progress.record("05_convolution", "conv2d", "passed")
    assert entry()["first_passed"] == first
    progress.record("05_convolution", "other", "passed")
    assert entry("other")["first_passed"].startswith("2031-05-06T07:08:09")


def test_an_unknown_outcome_is_refused(file):
    with pytest.raises(ValueError, match='the outcome is "pass"; it must be one of "not attempted", "failed", "passed"'):
        progress.record("05_convolution", "conv2d", "pass")
    assert not file.exists()


def test_reset_forgets_one_lesson_or_everything():
    for lesson in ("00_welcome", "05_convolution"):
        progress.record(lesson, "one", "passed")
    progress.reset("99_nothing")
    assert set(progress.load()) == {"00_welcome", "05_convolution"}
    progress.reset("00_welcome")
    assert set(progress.load()) == {"05_convolution"}
    progress.reset()
    assert progress.load() == {}


def test_without_the_variable_it_is_kept_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("DLKIT_PROGRESS")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    progress.record("00_welcome", "one", "passed")
    assert (tmp_path / ".dlkit" / "progress.json").exists()


def test_a_user_without_a_home_gets_one_warning(monkeypatch):
    monkeypatch.delenv("DLKIT_PROGRESS")

    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    with pytest.warns(UserWarning, match="no home folder; set DLKIT_PROGRESS") as caught:
        progress.record("00_welcome", "one", "passed")
    assert len(caught) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"05_convolution": {"conv2d"',
        b"\xff\xfe\x00",
        b"[]",
        b'{"05_convolution": 3}',
        b'{"l": {"e": {"outcome": "great", "tries": 1}}}',
        b'{"l": {"e": {"outcome": "passed", "tries": "1"}}}',
        b'{"l": {"e": {"outcome": ["passed"], "tries": 1}}}',
    ],
)
@pytest.mark.parametrize("first", ["record", "load", "reset"])
def test_a_damaged_file_is_moved_aside_and_said_so_once(file, content, first):
    file.parent.mkdir()
    file.write_bytes(content)
    act = {"record": lambda: progress.record("l", "e", "passed"), "load": progress.load, "reset": progress.reset}[first]
    with pytest.warns(UserWarning, match="was damaged; it is kept as") as caught:
        act()
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        progress.record("l", "e", "passed")
    aside = [path for path in file.parent.iterdir() if path.name.startswith("progress.json.damaged-")]
    assert [path.read_bytes() for path in aside] == [content]
    assert entry("e", "l")["outcome"] == "passed"


def test_letters_of_every_script_survive(file):
    progress.record("05_Faltung", "größe × 北", "passed")
    assert "größe × 北" in progress.load()["05_Faltung"]
    assert "größe × 北" in file.read_text(encoding="utf-8")


REFUSALS = [(errno.ENOSPC, "No space left"), (errno.EROFS, "Read-only"), (errno.EACCES, "Permission denied")]


@pytest.mark.parametrize(("number", "says"), REFUSALS)
def test_a_disk_that_refuses_costs_one_warning_and_nothing_else(file, monkeypatch, number, says):
    progress.record("l", "e", "failed")
    before = file.read_bytes()

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(progress.os, "fsync", refuse)
        with pytest.warns(UserWarning, match=f"could not be saved: {says}") as caught:
            progress.record("l", "e", "passed")
        assert len(caught) == 1
        assert file.read_bytes() == before
        assert [path.name for path in file.parent.iterdir() if path.suffix == ".tmp"] == []
        assert entry("e", "l")["outcome"] == "passed"  # this kernel still knows
    progress.record("l", "other", "passed")  # the disk is back: what was refused is written too
    assert json.loads(file.read_text(encoding="utf-8"))["l"]["e"]["tries"] == 2


def test_a_folder_that_cannot_be_made_costs_one_warning(tmp_path, monkeypatch):
    (tmp_path / "occupied").write_text("a file where a folder should be")
    monkeypatch.setenv("DLKIT_PROGRESS", str(tmp_path / "occupied" / "progress.json"))
    with pytest.warns(UserWarning, match="could not be saved"):
        progress.record("l", "e", "passed")
    monkeypatch.setenv("DLKIT_PROGRESS", str(tmp_path))  # a folder instead of a file
    with pytest.warns(UserWarning, match="could not be saved"):
        progress.record("l", "e", "passed")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes everywhere, Windows has other rights")
def test_a_read_only_folder_can_still_be_read(file):
    progress.record("l", "e", "passed")
    file.parent.chmod(0o555)
    with pytest.warns(UserWarning, match="could not be saved"):
        progress.record("l", "other", "passed")
    assert set(progress.load()["l"]) == {"e", "other"}
    file.parent.chmod(0o755)


def test_a_moment_of_a_virus_scanner_is_waited_out(file, monkeypatch):
    real, calls = os.replace, []

    def busy_twice(source, target):
        calls.append(target)
        if len(calls) <= 2:
            raise PermissionError(errno.EACCES, "used by another process")
        real(source, target)

    monkeypatch.setattr(progress.os, "replace", busy_twice)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        progress.record("l", "e", "passed")
    assert entry("e", "l")["outcome"] == "passed"


def python(code, **options):
    return subprocess.Popen([sys.executable, "-c", code], env=os.environ.copy(), **options)


def test_notebooks_that_write_at_once_lose_nothing():
    crowd = [
        python(f"from dlkit import progress\nfor i in range(40): progress.record('l', f'{{i % 4}}', 'failed'); "
               f"progress.record('own{number}', str(i), 'passed')")
        for number in range(3)
    ]
    assert [process.wait(60) for process in crowd] == [0, 0, 0]
    done = progress.load()
    assert [done["l"][str(i)]["tries"] for i in range(4)] == [30] * 4
    assert [len(done[f"own{number}"]) for number in range(3)] == [40] * 3


def test_a_kill_in_the_middle_of_a_write_loses_nothing(file):
    progress.record("l", "e", "passed")
    process = python(
        "import os, sys, time\nfrom dlkit import progress\n"
        "def half(done, stream, **_): stream.write('{\"l\": {'); stream.flush(); print('writing', flush=True); time.sleep(60)\n"
        "progress.json.dump = half\nprogress.record('l', 'e', 'failed')",
        stdout=subprocess.PIPE,
    )
    assert process.stdout.readline().strip() == b"writing"
    process.kill()
    process.wait()
    process.stdout.close()
    assert any(path.suffix == ".tmp" for path in file.parent.iterdir())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert entry("e", "l") | {"first_passed": ""} == {"outcome": "passed", "tries": 1, "first_passed": ""}
        progress.record("l", "e", "failed")
    assert not any(path.suffix == ".tmp" for path in file.parent.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="needs SIGSTOP")
def test_a_process_that_hangs_with_the_lock_does_not_hang_the_others(tmp_path):
    path = tmp_path / "a.lock"
    process = python(
        f"import pathlib, time\nfrom dlkit import lock\nwith lock.held(pathlib.Path({str(path)!r})) as mine:\n"
        "    print(mine, flush=True); time.sleep(60)",
        stdout=subprocess.PIPE,
    )
    assert process.stdout.readline().strip() == b"True"
    process.send_signal(signal.SIGSTOP)
    start = time.monotonic()
    with lock.held(path, patience=0.2) as mine:
        assert mine is False
    assert 0.1 < time.monotonic() - start < 5
    process.kill()
    process.wait()
    process.stdout.close()
    with lock.held(path, patience=5) as mine:
        assert mine is True


def test_a_lock_that_cannot_be_made_says_so_and_does_not_raise(tmp_path):
    with lock.held(tmp_path / "missing" / "a.lock") as mine:
        assert mine is False


def test_a_name_that_utf_8_cannot_hold_breaks_no_check(tmp_path, monkeypatch):
    file = tmp_path / "progress.json"
    file.write_text('{"\\ud800": {}}', encoding="utf-8")
    monkeypatch.setenv("DLKIT_PROGRESS", str(file))
    with pytest.warns(UserWarning, match="was damaged; it is kept as"):
        progress.record("05_convolution", "conv2d", "passed")
    assert progress.load()["05_convolution"]["conv2d"]["outcome"] == "passed"
