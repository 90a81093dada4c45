"""Exercises, and the judge that answers a wrong answer with the name of the mistake.

A mistake is executable: it computes what a student who made it would have got. A wrong result that equals a mistake's result
on every call is that mistake, however the student's code is written.
"""

import copy
import inspect
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

import numpy as np

from dlkit import progress
from dlkit.attempt import Outcome, attempt
from dlkit.difference import RELATIVE, Difference, array, close, constant_factor, find_difference, outputs
from dlkit.errors import CheckFailed, ShapeError
from dlkit.shapes import label, parse

_LOOKS = "This looks like: "
_SIGNS = {"passed": "✓", "failed": "✗", "not attempted": "–"}


@dataclass(frozen=True)
class Call:
    """One call of the function under check: positional arguments and keyword options."""

    args: tuple
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Mistake:
    """A famous mistake that can be run.

    Attributes
    ----------
    name : str
        Two to four words.
    wrong : callable
        Takes the exercise's arguments, returns what one gets who makes the mistake.
    says : str
        One or two sentences to the student: what happened and where to look, never the line of code that repairs it.
    """

    name: str
    wrong: Callable
    says: str


@dataclass(frozen=True)
class Exercise:
    """A function to write, the inputs it is tried on, and the mistakes people make.

    Attributes
    ----------
    name : str
        The name of the function to write.
    lesson : str
        The lesson's stem with its number, ``"05_convolution"``.
    reference : callable
        A right answer.
    inputs : callable
        ``inputs(rng)`` draws a list of :class:`Call`. Between them they must tell every mistake from the right answer and
        from each other.
    takes, returns : str
        Letters of the array arguments and of the results, as in :func:`dlkit.shapes.parse`; a number has no letters.
    mistakes : tuple of Mistake
        The likelier first: the first that fits is named.
    seconds : float
        Time limit for one call.
    tolerance : float
        Largest difference allowed, as a share of a result's largest value.
    may_change : tuple of str
        Arguments meant to be changed in place, such as running statistics.
    through : callable, optional
        For answers of which many are right, such as weights set by hand: ``through(result, *args, **options)`` turns a
        result into what is compared (``returns`` describes that). A ShapeError or TypeError it raises is told as it stands.
    advice : callable, optional
        For what no table can hold: ``advice(mine, right)``, lists of arrays of one call, gives a sentence or ``""`` when no
        mistake fits.
    """

    name: str
    lesson: str
    reference: Callable
    inputs: Callable[[np.random.Generator], list[Call]]
    takes: str
    returns: str
    mistakes: tuple[Mistake, ...]
    seconds: float = 5.0
    tolerance: float = RELATIVE
    may_change: tuple[str, ...] = ()
    through: Callable | None = None
    advice: Callable | None = None

    def __repr__(self) -> str:
        """The name only: the mistakes would give too much away."""
        return f"<exercise {self.name} of lesson {self.lesson}>"


@dataclass(frozen=True)
class Verdict:
    """What a check found.

    Attributes
    ----------
    exercise : str
        The function's name.
    outcome : str
        "passed", "failed" or "not attempted".
    says : tuple of str
        Paragraphs, the most useful first.
    mistakes : tuple of str
        The named mistakes that fit.
    kind : str
        For a failure, what went wrong: a difference's or an outcome's kind, "hard-coded" or "not a function".
    picture : str
        SVG, or empty.
    call : Call or None
        The input on which it went wrong, to try by hand: ``function(*verdict.call.args, **verdict.call.options)``.
    """

    exercise: str
    outcome: str
    says: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()
    kind: str = ""
    picture: str = ""
    call: Call | None = field(default=None, repr=False, compare=False)

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.outcome == "passed"

    @property
    def headline(self) -> str:
        """The first line: a sign, the name and the outcome."""
        words = {"passed": "passed", "failed": "not right yet", "not attempted": "not attempted yet"}
        return f"{_SIGNS[self.outcome]} {self.exercise}: {words[self.outcome]}"

    def __repr__(self) -> str:
        """The verdict as text."""
        return "\n".join([self.headline, *("  " + s.replace("\n", "\n  ") for s in self.says)])

    def _repr_html_(self) -> str:
        colour = {"passed": "#009e73", "failed": "#d55e00", "not attempted": "#8c959f"}[self.outcome]
        text = "".join(f'<div style="white-space:pre-wrap;margin-top:.4em">{escape(s)}</div>' for s in self.says)
        for name in map(escape, self.mistakes):
            text = text.replace(f"{_LOOKS}{name}.", f"{_LOOKS}<strong>{name}</strong>.")
        picture = f'<div style="margin-top:.6em">{self.picture}</div>' if self.picture else ""
        return (
            f'<div role="status" style="border-left:5px solid {colour};padding:.3em .8em;line-height:1.45">'
            f"<strong>{escape(self.headline)}</strong>{text}{picture}</div>"
        )


def check(exercise: Exercise, function: Callable) -> Verdict:
    """Judge an answer, remember the verdict, and show it.

    Parameters
    ----------
    exercise : Exercise
        From ``dlkit.exercises``.
    function : callable
        The student's function itself, not its result.

    Returns
    -------
    Verdict
        The notebook shows it.

    Raises
    ------
    CheckFailed
        Under ``DLKIT_STRICT=1`` (automatic tests, grading), unless the answer passed.
    """
    verdict = judge(exercise, function)
    progress.record(exercise.lesson, exercise.name, verdict.outcome)
    if os.environ.get("DLKIT_STRICT") == "1" and not verdict.passed:
        raise CheckFailed(repr(verdict)) from None
    return verdict


def judge(exercise: Exercise, function: Callable, rng: np.random.Generator | None = None) -> Verdict:
    """Try a function on an exercise's inputs and say what came of it.

    Parameters
    ----------
    exercise : Exercise
    function : callable
    rng : np.random.Generator, optional
        Draws the inputs; fresh numbers each time by default.

    Returns
    -------
    Verdict
    """
    if not isinstance(exercise, Exercise):
        raise TypeError(f"check: the exercise comes first, then your function; the first is {type(exercise).__name__} here")
    if not callable(function):
        text = (
            f"The check wants the function {exercise.name} itself and got {type(function).__name__}. Write the name without "
            "parentheses; if a result was stored under that name, run the function's cell again."
        )
        return Verdict(exercise.name, "failed", (text,), kind="not a function")
    calls = exercise.inputs(rng or np.random.default_rng())
    wanted, results, differences = [], [], []
    for call in calls:
        wanted.append(_result(exercise, exercise.reference, call))
        result = attempt(function, call.args, call.options, seconds=exercise.seconds, may_change=exercise.may_change)
        if result.kind == "blank" and not results:
            return Verdict(
                exercise.name, "not attempted", ("Write the function above, run its cell, then run this one again.",)
            )
        result = _put_through(exercise, result, call)
        results.append(result)
        differences.append(_compare(exercise, result, wanted[-1]))
        if result.kind == "out of time":
            break
    wrong = [k for k, (r, d) in enumerate(zip(results, differences, strict=True)) if r.kind != "returned" or d is not None]
    if not wrong:
        return Verdict(exercise.name, "passed", (f"Right on all {len(calls)} inputs, drawn at random.",))
    return _explain(exercise, calls, wanted, results, differences, wrong)


def _compare(exercise: Exercise, result: Outcome, wanted) -> Difference | None:
    if result.kind != "returned":
        return None
    return find_difference(result.value, wanted, exercise.returns, exercise.tolerance)


def _explain(
    exercise, calls, wanted, results: list[Outcome], differences: list[Difference | None], wrong: list[int]
) -> Verdict:
    """Name the mistake if one fits, and say what differs on the first input that came out wrong."""
    named = _named(exercise, calls, wanted, results)
    first = next((k for k in wrong if differences[k] is not None), wrong[0]) if named else wrong[0]
    result, difference = results[first], differences[first]
    says, kind, picture = [], result.kind, ""
    if difference is not None:
        kind, picture = difference.kind, difference.picture
        says += [f"{_LOOKS}{mistake.name}. {mistake.says}" for mistake in named]
        says += [] if named else _patterns(exercise, wanted, results) or _advice(exercise, result, wanted[first])
        if not named and _hard_coded(exercise, wanted, results):
            kind = "hard-coded"
            says.append("The same numbers came back for different inputs: the result must be computed from the arguments.")
        says.append(difference.text)
    else:
        says.append(result.text)
    says.append(_where(exercise, calls[first], len(results) - len(wrong), len(calls)))
    if result.printed.strip():
        says.append("It printed:\n" + "\n".join(result.printed.rstrip().splitlines()[-10:])[-1000:])
    return Verdict(exercise.name, "failed", tuple(says), tuple(m.name for m in named), kind, picture, calls[first])


def _parts(exercise: Exercise, value) -> list[np.ndarray | None]:
    """The results of one call as arrays, ``None`` for what does not read as one."""
    count = len(parse(exercise.returns))
    split = outputs(value, count)
    return [None] * count if split is None else [array(part) for part in split]


def _table(exercise: Exercise, values: Iterable) -> list[list[np.ndarray | None]]:
    """For each part of the result, its array on every call."""
    return list(map(list, zip(*(_parts(exercise, v) for v in values), strict=True)))


def _named(exercise: Exercise, calls, wanted, results) -> list[Mistake]:
    """The mistakes that give, for a part that is wrong, the student's numbers on every call that gave a result.

    One that explains the parts that are right as well comes before all others.
    """
    came = [k for k, result in enumerate(results) if result.kind == "returned"]
    if not came:
        return []
    right, mine = _table(exercise, [wanted[k] for k in came]), _table(exercise, [results[k].value for k in came])
    off = [k for k in range(len(right)) if not _agree(exercise, mine[k], right[k])]
    tables = [_table(exercise, [_mistaken(exercise, mistake, calls[k]) for k in came]) for mistake in exercise.mistakes]
    for mistake, theirs in zip(exercise.mistakes, tables, strict=True):  # one that explains every part, the right ones too
        if off and all(_agree(exercise, a, b) for a, b in zip(mine, theirs, strict=True)) and any(
            part is not None for k in off for part in mine[k]
        ):
            return [mistake]
    named: list[Mistake] = []
    for mistake, theirs in zip(exercise.mistakes, tables, strict=True):
        fits = [k for k in off if _agree(exercise, mine[k], theirs[k]) and any(part is not None for part in mine[k])]
        if fits:
            named.append(mistake)
            off = [k for k in off if k not in fits]
    return named


def _run(function: Callable, call: Call):
    """A call on copies, so that a function that draws or writes leaves the inputs as they are for the next."""
    args, options = copy.deepcopy((call.args, call.options))
    return function(*args, **options)


def _result(exercise: Exercise, function: Callable, call: Call):
    """What is compared of a function of ours."""
    value = _run(function, call)
    return value if exercise.through is None else exercise.through(value, *call.args, **call.options)


def _put_through(exercise: Exercise, result: Outcome, call: Call) -> Outcome:
    """What is compared of a student's result, or why it cannot be."""
    if exercise.through is None or result.kind != "returned":
        return result
    try:
        return replace(result, value=exercise.through(result.value, *call.args, **call.options))
    except (ShapeError, TypeError) as error:
        return replace(result, kind="shape" if isinstance(error, ShapeError) else "type", text=str(error))


def _mistaken(exercise: Exercise, mistake: Mistake, call: Call):
    """What the mistake gives; ``None`` where it does not run, as some fit only some shapes."""
    with np.errstate(all="ignore"):
        try:
            return _result(exercise, mistake.wrong, call)
        except Exception:
            return None


def _agree(exercise: Exercise, a: list, b: list) -> bool:
    """Whether two rows of results agree on every call, within the exercise's tolerance."""
    return all(
        (x is None and y is None) or (x is not None and y is not None and close(x, y, exercise.tolerance))
        for x, y in zip(a, b, strict=True)
    )


def _patterns(exercise: Exercise, wanted, results) -> list[str]:
    """Slips that need no table: results in another order, a wrong sign, a constant factor, axes exchanged."""
    if any(r.kind != "returned" for r in results):
        return []
    right, mine = _table(exercise, wanted), _table(exercise, [r.value for r in results])
    names = [name for name, _, _ in parse(exercise.returns)]
    left = list(range(len(right)))
    order = [next((left.pop(i) for i, o in enumerate(left) if _agree(exercise, part, right[o])), None) for part in mine]
    if None not in order and order != sorted(order):
        return [f"The results are right but in another order: return ({', '.join(names)})."]
    says = []
    for name, r, m in zip(names, right, mine, strict=True):
        if any(part is None for part in m) or _agree(exercise, m, r):
            continue
        if all(x.ndim == y.ndim >= 2 and close(np.swapaxes(x, -1, -2), y) for x, y in zip(m, r, strict=True)):
            says.append(f"{name} is right but for its last two axes, which are exchanged.")
        elif (factor := constant_factor(m, r)) is not None:
            says.append(
                f"{name} has the wrong sign."
                if factor == -1
                else f"{name} is {factor:.4g} times what it should be, everywhere."
            )
    return says


def _advice(exercise: Exercise, result: Outcome, wanted) -> list[str]:
    """What the exercise itself has to say about a wrong result of the right shapes."""
    mine, right = _parts(exercise, result.value), _parts(exercise, wanted)
    if exercise.advice is None or any(a is None or a.shape != b.shape for a, b in zip(mine, right, strict=True)):
        return []
    text = exercise.advice(mine, right)
    return [text] if text else []


def _hard_coded(exercise: Exercise, wanted, results) -> bool:
    mine = [m for m in (_parts(exercise, r.value) for r in results if r.kind == "returned")]
    right = [_parts(exercise, w) for w in wanted]
    if len(mine) < 2 or len(mine) != len(right) or any(part is None for m in mine for part in m):
        return False
    differ = any(not _agree(exercise, a, right[0]) for a in right[1:])
    return differ and all(_agree(exercise, m, mine[0]) for m in mine[1:])


def _where(exercise: Exercise, call: Call, right: int, total: int) -> str:
    """The input on which it went wrong, by letter, and how many others were right."""
    letters = {name: axes for name, axes, _ in parse(exercise.takes)}
    named = inspect.signature(exercise.reference).bind(*call.args, **call.options).arguments
    shown = [
        f"{name} {label(letters[name]) if name in letters else 'of shape'} = {value.shape}"
        if isinstance(value, np.ndarray)
        else f"{name} = {value!r}"[:60]
        for name, value in named.items()
        if not isinstance(value, np.random.Generator)
    ]
    others = f"Right on {right} of {total} inputs; wrong" if right else "Wrong"
    return f"{others} with {', '.join(shown)}."
