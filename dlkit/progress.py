"""What has been passed, kept in one small file on this machine and nowhere else.

The file is ``~/.dlkit/progress.json``, or the one that the environment variable ``DLKIT_PROGRESS`` names. Keeping it never
breaks a check: whatever the disk does, the worst is one warning.
"""

import json
import os
import time
import warnings
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from dlkit import lock

OUTCOMES = ("not attempted", "failed", "passed")  # from worst to best
_unsaved: dict[Path, list[tuple]] = {}  # what a full disk or a read-only folder refused, kept until the kernel ends


def path() -> Path:
    """Return where progress is kept.

    Returns
    -------
    pathlib.Path
        The file that ``DLKIT_PROGRESS`` names, else ``~/.dlkit/progress.json``.

    Raises
    ------
    OSError
        When this user has no home folder and ``DLKIT_PROGRESS`` is not set.
    """
    if chosen := os.environ.get("DLKIT_PROGRESS"):
        return Path(chosen).absolute()
    try:
        return Path.home() / ".dlkit" / "progress.json"
    except RuntimeError as error:
        raise OSError("this user has no home folder; set DLKIT_PROGRESS to the path of a file") from error


def record(lesson: str, exercise: str, outcome: str) -> None:
    """Note the outcome of one check; the best outcome is kept, tries are counted, the first pass is dated.

    Parameters
    ----------
    lesson : str
        The lesson's name, ``"05_convolution"``.
    exercise : str
        The exercise's name, ``"conv2d"``.
    outcome : str
        ``"passed"``, ``"failed"`` or ``"not attempted"``, which is no try.

    Raises
    ------
    ValueError
        When the outcome is none of the three.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f'record: the outcome is "{outcome}"; it must be one of ' + ", ".join(f'"{one}"' for one in OUTCOMES))
    note = (lesson, exercise, outcome, datetime.now().astimezone().isoformat(timespec="seconds"))
    try:
        file = path()
        _unsaved.setdefault(file, []).append(note)
        with _alone(file):
            done = _apply(_unsaved[file], _read(file))
            _write(file, done)
        _unsaved.pop(file)
    except OSError as error:
        _warn(error)


def load() -> dict[str, dict[str, dict]]:
    """Return all that is recorded.

    Returns
    -------
    dict
        ``{lesson: {exercise: {"outcome": …, "tries": …, "first_passed": …}}}``; ``"first_passed"`` is an ISO time or ``None``.
    """
    try:
        file = path()
        with _alone(file):
            return _apply(_unsaved.get(file, ()), _read(file))
    except OSError as error:
        _warn(error)
        return {}


def reset(lesson: str | None = None) -> None:
    """Forget one lesson, or everything.

    Parameters
    ----------
    lesson : str, optional
        The lesson's name; without it everything is forgotten.
    """
    try:
        file = path()
        with _alone(file):
            done = _apply(_unsaved.pop(file, ()), _read(file))
            _write(file, {name: kept for name, kept in done.items() if lesson is not None and name != lesson})
    except OSError as error:
        _warn(error)


def _alone(file):
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
    return lock.held(file.with_name(f"{file.name}.lock"))


def _apply(notes, done):
    for lesson, exercise, outcome, when in notes:
        entry = done.setdefault(lesson, {}).setdefault(exercise, {"outcome": OUTCOMES[0], "tries": 0, "first_passed": None})
        entry["outcome"] = max(entry["outcome"], outcome, key=OUTCOMES.index)
        entry["tries"] += outcome != "not attempted"
        if outcome == "passed" and entry["first_passed"] is None:
            entry["first_passed"] = when
    return done


def _read(file):
    try:
        done = json.loads(file.read_text(encoding="utf-8"))
        json.dumps(done, ensure_ascii=False).encode()  # half a character would fail only when it is written
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or nested without end
        done = None
    if _sound(done):
        return done
    kept = file.with_name(f"{file.name}.damaged-{datetime.now():%Y%m%d-%H%M%S-%f}")
    os.replace(file, kept)
    warnings.warn(f"Your progress file {file} was damaged; it is kept as {kept.name} and a new one is begun.", stacklevel=4)
    return {}


def _sound(done):
    return isinstance(done, dict) and all(
        isinstance(exercises, dict)
        and all(
            isinstance(entry, dict)
            and entry.get("outcome") in OUTCOMES
            and type(entry.get("tries")) is int
            and isinstance(entry.get("first_passed", 0), str | None)
            for entry in exercises.values()
        )
        for exercises in done.values()
    )


def _write(file, done):
    """Replace the file in one step: a reader, or a kill at any moment, meets the old file or the new one, never a half."""
    for orphan in file.parent.glob(f"{file.name}.*.tmp"):  # left by a kill; the lock is ours, so nobody is writing it
        with suppress(OSError):
            orphan.unlink()
    new = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        with open(new, "w", encoding="utf-8") as stream:
            json.dump(done, stream, indent=1, ensure_ascii=False)
            stream.flush()
            os.fsync(stream.fileno())
        _replace(new, file)
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


def _replace(new, file):
    for pause in (0.02, 0.05, 0.1, 0.2, None):
        try:
            os.replace(new, file)
            return
        except PermissionError:  # on Windows a virus scanner may hold the file open for a moment
            if pause is None:
                raise
            time.sleep(pause)


def _warn(error):
    reason = error.strerror or str(error)
    where = f" ({error.filename})" if error.filename else ""
    warnings.warn(
        f"Your progress could not be saved: {reason}{where}. Checks work as before; "
        "set DLKIT_PROGRESS to the path of a file that you may write.",
        stacklevel=3,
    )
