"""Run a student's function once, safely: on copies, with a time limit, and with every way of failing caught and named."""

import contextlib
import copy
import ctypes
import inspect
import io
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

_OURS = Path(__file__).parent


def _unwritten():
    raise NotImplementedError


def _unwritten_with_words():
    raise NotImplementedError("")


_EMPTY = tuple(f.__code__.co_code for f in (lambda: None, lambda: ..., _unwritten, _unwritten_with_words))
_TIPS = {  # a fragment of an error message, and what it most often means to a beginner
    "be broadcast": "Line the shapes up from the right: each pair of sizes must be equal, or one of them 1. A sum keeps its "
    "axis with keepdims=True; a slice that runs over the edge comes out smaller.",
    "could not broadcast": "What is written must have the shape of the place it is written to.",
    "mismatch in its core dimension": "In a @ b the last size of a must equal the last but one of b.",
    "boolean index did not match": "An index does not broadcast: the mask must have the shape of the array. np.where(mask, a, "
    "b) does broadcast.",
    "zero-size array": "A slice or a list came out empty: look at where it starts and stops.",
    "bitwise_xor": "Powers are written **; ^ is something else.",
    "cannot be interpreted as an integer": "/ gives a float, // a whole number.",
    "only integers, slices": "/ gives a float, // a whole number.",
    "out of bounds": "Indices run from 0 to the size minus 1.",
    "cannot unpack non-iterable NoneType": "A function that should return several results returned nothing.",
}
_TURN_TWO = " Does one of them need .T?"
_TURN_MORE = " With three axes or more .T turns them all round; with three, .transpose(0, 2, 1) exchanges the last two."


@dataclass(frozen=True)
class Outcome:
    """What came of one call.

    Attributes
    ----------
    kind : str
        "returned", "blank", "nothing returned", "raised", "out of time" or "input changed".
    value : object
        What was returned, if anything was.
    text : str
        What happened, in words, where something went wrong.
    printed : str
        What the function printed.
    """

    kind: str
    value: Any = None
    text: str = ""
    printed: str = ""


class _TimeUp(BaseException):
    """Not an Exception, so that a student's ``except Exception`` lets it pass."""


def attempt(function: Callable, args: tuple, options: dict, *, seconds: float, may_change: tuple[str, ...] = ()) -> Outcome:
    """Call a student's function on copies of the inputs and say what came of it.

    Parameters
    ----------
    function : callable
    args, options
        The call's arguments; arrays are copied, so that the function may do with them as it likes.
    seconds : float
        The time limit.
    may_change : tuple of str
        Arguments the function is meant to change in place, such as running statistics.

    Returns
    -------
    Outcome

    Raises
    ------
    KeyboardInterrupt
        When the student stops the cell.
    """
    if (misfit := _misfit(function, args, options)) is not None:
        return Outcome("raised", text=misfit)
    given = copy.deepcopy((args, options))
    printed, name = _Printed(), getattr(function, "__name__", "the function")
    try:
        with contextlib.redirect_stdout(printed), warnings.catch_warnings(), np.errstate(), time_limit(seconds):
            warnings.simplefilter("ignore")  # overflow and division by zero show in the values
            value = function(*given[0], **given[1])
    except _TimeUp:
        text = f"{name} had not ended after {seconds:g} seconds. Does each loop move towards its end?"
        return Outcome("out of time", text=text, printed=printed.getvalue())
    except KeyboardInterrupt:
        raise
    except NotImplementedError as error:
        if _is_empty(function):
            return Outcome("blank")
        return Outcome("raised", error, _unfinished(error, name), printed.getvalue())
    except BaseException as error:
        return Outcome("raised", error, _error_text(error, name, args), printed.getvalue())
    if value is Ellipsis or (value is None and _is_empty(function)):
        return Outcome("blank")
    if changed := _changed(function, given, (args, options), may_change):
        text = (
            f"{name} changes its input {changed} in place. The caller's array would be spoilt: work on a copy, "
            f"for instance {changed} = {changed}.copy(), or write into a new array."
        )
        return Outcome("input changed", value, text, printed.getvalue())
    if value is None:
        text = f"{name} returned nothing. The result may be computed, but it is lost: end with a line `return …`."
        return Outcome("nothing returned", text=text, printed=printed.getvalue())
    return Outcome("returned", value, printed=printed.getvalue())


class _Printed(io.StringIO):
    """What a function prints, at most a page of it; the function cannot close it."""

    def close(self) -> None:
        pass

    def write(self, text: str) -> int:
        if self.tell() < 10_000:
            super().write(text[:10_000])
        return len(text)


@contextlib.contextmanager
def time_limit(seconds: float):
    """Stop the block with an error when it runs too long, also inside a notebook kernel, and leave the kernel usable.

    Parameters
    ----------
    seconds : float

    Notes
    -----
    In the main thread of Linux and macOS an alarm signal does it, which also ends a sleep. Elsewhere (Windows, other
    threads) a watching thread raises the error asynchronously. Either rings again until the block has ended, and the trace
    function makes a bare ``except:`` in a loop give way too. A loop that runs inside one call of compiled code, such as
    ``sum(itertools.count())``, cannot be stopped from within Python.
    """
    armed, thread, old_trace = True, threading.current_thread(), sys.gettrace()

    def raise_on_next_line(frame, event, argument):
        if armed and event == "line":
            raise _TimeUp
        return raise_on_next_line

    def ring(_signal, frame):
        if armed:
            sys.settrace(raise_on_next_line)  # the handler of a bare `except:` stops at its own first line
            while frame is not None and frame.f_code.co_filename != __file__:  # up to where the function was called
                frame.f_trace, frame = raise_on_next_line, frame.f_back
            raise _TimeUp

    def watch():
        deadline = time.monotonic() + seconds
        while armed:
            time.sleep(min(0.05, max(deadline - time.monotonic(), 0.01)))
            if armed and time.monotonic() > deadline:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(_TimeUp))
                deadline += 0.5

    by_signal = hasattr(signal, "setitimer") and thread is threading.main_thread()
    if by_signal:
        old_handler = signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    else:
        threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        armed = False
        if by_signal:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, old_handler)
        sys.settrace(old_trace)


def _is_ours(filename: str) -> bool:
    return _OURS in Path(filename).parents


def _unfinished(error: NotImplementedError, name: str) -> str:
    """Say whose ``raise NotImplementedError`` was met."""
    where = traceback.extract_tb(error.__traceback__)[-1].name
    if where == name:
        return f"The line `raise NotImplementedError` is still in {name}. Delete it once your own code stands."
    return f"{name} calls {where}, which is not written yet."


def _misfit(function: Callable, args: tuple, options: dict) -> str | None:
    """Say how the function's signature differs from the call, before the call is made."""
    try:
        inspect.signature(function).bind(*args, **options)
    except TypeError as error:
        call = ", ".join(["…"] * len(args) + [f"{key}=…" for key in options])
        name = getattr(function, "__name__", "the function")
        first_line = f"def {name}{inspect.signature(function)}"
        return f"{name} is called as {name}({call}), but its first line `{first_line}` does not allow that: {error}."
    except ValueError:  # some callables written in C have no signature
        return None
    return None


def _is_empty(function: Callable) -> bool:
    """Whether the body is only ``pass``, ``...``, ``raise NotImplementedError`` or a docstring."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_code in _EMPTY


def _changed(function: Callable, given, kept, may_change: tuple[str, ...]) -> str | None:
    """The name of the first argument that is no longer what it was."""
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        names = []
    names += [f"number {k + 1}" for k in range(len(names), len(kept[0]))]
    pairs = [*zip(names, given[0], kept[0], strict=False), *((key, given[1][key], kept[1][key]) for key in kept[1])]
    return next((name for name, now, before in pairs if name not in may_change and not _equal(now, before)), None)


def _equal(now, before) -> bool:
    """Whether arrays, and lists and dictionaries of them, are what they were; other objects, a generator say, may move on."""
    if isinstance(before, np.ndarray):
        same = isinstance(now, np.ndarray) and now.shape == before.shape and now.dtype == before.dtype
        return same and np.array_equal(now, before, equal_nan=before.dtype.kind in "fc")
    if isinstance(before, list | tuple):
        return len(now) == len(before) and all(map(_equal, now, before))
    if isinstance(before, dict):
        return now.keys() == before.keys() and all(_equal(now[key], before[key]) for key in before)
    return True


def _error_text(error: BaseException, name: str, args: tuple) -> str:
    """The error in one line, and the student's own line that led to it."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not _is_ours(f.filename)]
    own = [f for f in frames if "site-packages" not in f.filename and not f.filename.startswith(sys.base_prefix)]
    try:
        message = str(error)[:1000] or "no message"
    except Exception:
        message = "no message"
    if isinstance(error, RecursionError):
        message = "the function calls itself without end"
    text = f"{name} stopped with {type(error).__name__}: {message}"
    if own:
        text += f"\nin line {own[-1].lineno} of your cell:  {own[-1].line}"
    tip = next((tip for fragment, tip in _TIPS.items() if fragment in message), None)
    if "core dimension" in message:
        tip += _TURN_TWO if all(np.ndim(a) < 3 for a in args if isinstance(a, np.ndarray)) else _TURN_MORE
    return text if tip is None else f"{text}\n{tip}"
