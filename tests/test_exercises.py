"""Every mistake is rejected under its own name, every right answer passes, over many seeds; and a blank is a blank."""

import contextlib
import re
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from answers import RIGHT

from dlkit import check, exercises
from dlkit.check import judge
from dlkit.exercises import LESSONS
from dlkit.shapes import parse

with contextlib.suppress(ImportError):
    import torch  # noqa: F401 – some right answers use it; loading it must not eat up their time limit

SEEDS = range(50)
SOLUTIONS = Path(__file__).parent.parent / "solutions"
WRITTEN = {lesson.name: exercises.of(lesson.name) for lesson in LESSONS if exercises.of(lesson.name)}
ALL = {exercise.name: exercise for found in WRITTEN.values() for exercise in found}
assert len(ALL) == sum(map(len, WRITTEN.values())), "two lessons have an exercise of the same name"

every_exercise = pytest.mark.parametrize("name", list(ALL))
every_mistake = pytest.mark.parametrize(
    ("name", "mistake"),
    [pytest.param(e.name, m, id=f"{e.name}: {m.name}") for e in ALL.values() for m in e.mistakes],
)


REMEMBERED = {}


@pytest.fixture
def of_seed(name, monkeypatch):
    """``of_seed(7)`` is the exercise with the inputs of that seed; what each mistake makes of them is computed only once.

    Otherwise every mistake would compute all the others again, and the tests of forty mistakes would take a minute.
    """
    if REMEMBERED.get("name") != name:
        REMEMBERED.clear()
        REMEMBERED["name"] = name
    compute = check._mistaken

    def remembered(exercise, mistake, call):
        key = mistake.name, id(call)  # the calls are remembered too, so that their ids are their own
        if key not in REMEMBERED:
            REMEMBERED[key] = compute(exercise, mistake, call)
        return REMEMBERED[key]

    def exercise(seed):
        if seed not in REMEMBERED:
            REMEMBERED[seed] = ALL[name].inputs(np.random.default_rng(seed))
        return replace(ALL[name], inputs=lambda rng: REMEMBERED[seed])

    monkeypatch.setattr(check, "_mistaken", remembered)
    return exercise


@every_mistake
def test_a_mistake_is_rejected_and_named(mistake, of_seed):
    for seed in SEEDS:
        verdict = judge(of_seed(seed), mistake.wrong)
        assert verdict.outcome == "failed"
        assert verdict.mistakes == (mistake.name,)
        assert mistake.says in verdict.says[0]


@every_exercise
def test_mistakes_have_names_and_messages_of_their_own(name):
    mistakes = ALL[name].mistakes
    assert len(mistakes) >= 5
    assert len({m.name for m in mistakes}) == len({m.says for m in mistakes}) == len(mistakes)


@every_exercise
def test_the_check_takes_under_a_second(name):
    """Not a benchmark: a bound of a second on something that takes milliseconds."""
    start = time.perf_counter()
    judge(ALL[name], ALL[name].reference)
    judge(ALL[name], ALL[name].mistakes[-1].wrong)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("name", "answer"), [pytest.param(n, a, id=f"{n}: {a.__name__}") for n, found in RIGHT.items() for a in found]
)
def test_a_right_answer_passes(name, answer):
    for seed in SEEDS:
        verdict = judge(ALL[name], answer, np.random.default_rng(seed))
        assert verdict.passed, verdict


def test_every_exercise_has_other_right_answers():
    assert set(RIGHT) == set(ALL)
    assert all(len(answers) >= 2 for answers in RIGHT.values())


@every_exercise
def test_the_reference_passes_and_a_blank_is_a_blank(name):
    def blank(*_args, **_options):
        raise NotImplementedError

    for seed in SEEDS:
        assert judge(ALL[name], ALL[name].reference, np.random.default_rng(seed)).passed
    assert judge(ALL[name], blank).outcome == "not attempted"


@every_exercise
def test_a_verdict_never_shows_the_answer(name):
    source = (SOLUTIONS / f"{ALL[name].lesson}.md").read_text(encoding="utf-8")
    cell = source[source.index(f":name: {name}\n:tags: [exercise]") :]
    solution = re.search(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", cell, re.DOTALL)[1]
    lines = [line.strip() for line in solution.splitlines() if len(line.strip()) > 12]
    assert lines
    for mistake in ALL[name].mistakes:
        verdict = judge(ALL[name], mistake.wrong)
        assert not [line for line in lines if line in repr(verdict) or line in verdict._repr_html_()]


@every_exercise
def test_results_squeezed_to_fewer_axes_are_rejected(name):
    def squeezed(*args, **options):
        result = ALL[name].reference(*args, **options)
        return tuple(map(np.squeeze, result)) if isinstance(result, tuple) else np.squeeze(result)

    call = ALL[name].inputs(np.random.default_rng(0))[-1]
    result = ALL[name].reference(*call.args, **call.options)
    axes = [letter for _, letters, _ in parse(ALL[name].returns) for letter in letters]
    never_one = bool(axes) and all(letter[0].isdigit() for letter in axes)  # 4H is at least 4: there is nothing to squeeze
    parts = result if isinstance(result, tuple) else (result,)
    if any(map(np.ndim, parts)) and not never_one:  # plain numbers have no axis to lose
        assert judge(ALL[name], squeezed).kind == "shape"


ODD = [
    (1, 2),
    [1],
    None,
    "s",
    {},
    True,
    10**400,
    [[1], [1, 2]],
    object(),
    np.zeros(0),
    (None,) * 3,
    1 + 1j,
    float("nan"),
    b"x",
    print,
]


@every_exercise
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_an_odd_result_is_rejected_in_words(name, odd):
    verdict = judge(ALL[name], lambda *_args, **_options: odd)
    assert verdict.outcome == "failed"
    assert len(verdict.says) >= 2
    assert "<" in verdict._repr_html_()


def test_two_mistakes_at_once_are_both_named():
    right = ALL["conv2d_backward"].reference

    def answer(dy, x, w, stride=1, padding=0):
        dx, dw, db = right(dy, x, w, stride, padding)
        return dx, dw / len(x), db / len(x)

    verdict = judge(ALL["conv2d_backward"], answer)
    assert verdict.mistakes == ("dw averaged over the batch", "db averaged over the batch")
