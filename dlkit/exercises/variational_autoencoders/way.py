"""The straight way between two codes."""

import numpy as np

from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.variational_autoencoders.sampling import LESSON


def _interpolate(start, end, steps):
    return start + np.linspace(0, 1, steps)[:, None] * (end - start)


def _with_weights(weights):
    """The way from start to end with other shares."""
    return lambda start, end, steps: start + np.asarray(weights(steps), float)[:, None] * (end - start)


def _halving(start, end, steps):
    rows = [start]
    for _ in range(steps - 1):
        rows.append((rows[-1] + end) / 2)
    return np.array(rows)


def _ends(rng):
    calls = []
    for steps in (4, 7, 2, 5, 9, 6):
        size = 1 if steps == 6 else int(rng.choice([k for k in (3, 4, 6, 8) if k != steps]))
        calls.append(Call((rng.normal(1, 2, size), rng.normal(-1, 2, size), steps)))
    return calls


interpolate = Exercise(
    name="interpolate",
    lesson=LESSON,
    reference=_interpolate,
    inputs=_ends,
    takes="start[J] end[J]",
    returns="z[steps J]",
    mistakes=(
        Mistake(
            "the end not reached",
            _with_weights(lambda steps: np.arange(steps) / steps),
            "The last row stops short of the end: between four points there are three gaps.",
        ),
        Mistake(
            "the start left out",
            _with_weights(lambda steps: np.arange(1, steps + 1) / steps),
            "The first row has left the start already: the first share is 0.",
        ),
        Mistake(
            "both ends left out",
            _with_weights(lambda steps: np.arange(1, steps + 1) / (steps + 1)),
            "Both ends are missing: the first row is the start, the last is the end.",
        ),
        Mistake(
            "one gap too many for the steps",
            _with_weights(lambda steps: np.arange(steps) / (steps + 1)),
            "The last row stops two gaps short of the end: the shares were divided by steps + 1.",
        ),
        Mistake(
            "brackets round steps − 1 forgotten",
            _with_weights(lambda steps: np.arange(steps) / steps - 1),
            "The shares begin at −1: division comes before subtraction, so steps − 1 needs brackets.",
        ),
        Mistake(
            "past the end",
            _with_weights(lambda steps: np.arange(steps)),
            "The rows go on in whole steps beyond the end. The shares run from 0 to 1.",
        ),
        Mistake(
            "from end to start",
            _with_weights(lambda steps: np.linspace(1, 0, steps)),
            "The way runs backwards: the first row should be the start.",
        ),
        Mistake(
            "whole-number division",
            _with_weights(lambda steps: np.arange(steps) // (steps - 1)),
            "All rows but the last are the start: // rounds every share down to 0.",
        ),
        Mistake(
            "the start not taken away",
            lambda start, end, steps: start + np.linspace(0, 1, steps)[:, None] * end,
            "The last row is start + end. What is added on the way is the difference of the two.",
        ),
        Mistake(
            "the start not fading",
            lambda start, end, steps: np.linspace(0, 1, steps)[:, None] * (start + end),
            "Both ends got the same share. When one grows, the other shrinks.",
        ),
        Mistake(
            "difference turned round",
            lambda start, end, steps: start + np.linspace(0, 1, steps)[:, None] * (start - end),
            "The way leads from the start away from the end: the difference is turned round.",
        ),
        Mistake(
            "start forgotten",
            lambda start, end, steps: np.linspace(0, 1, steps)[:, None] * (end - start),
            "The way begins at 0. It should begin at the start.",
        ),
        Mistake(
            "half of what is left",
            _halving,
            "Each row goes half of what is left, so the end is never reached. The gaps are all equal.",
        ),
        Mistake(
            "the middle everywhere",
            _with_weights(lambda steps: np.full(steps, 0.5)),
            "Every row is the middle of the two codes. The share should change from row to row.",
        ),
        Mistake(
            "round a bend",
            lambda start, end, steps: (
                np.cos(np.linspace(0, np.pi / 2, steps))[:, None] * start
                + np.sin(np.linspace(0, np.pi / 2, steps))[:, None] * end
            ),
            "The way is bent, on an arc. Here the straight one is asked for: shares that add up to 1.",
        ),
        Mistake(
            "one row too many",
            _with_weights(lambda steps: np.linspace(0, 1, steps + 1)),
            "There is one row too many: steps counts the rows, both ends among them.",
        ),
        Mistake(
            "last row missing",
            lambda start, end, steps: _interpolate(start, end, steps)[:-1],
            "The end is missing: range stops one before its end.",
        ),
        Mistake(
            "first row missing",
            lambda start, end, steps: _interpolate(start, end, steps)[1:],
            "The start is missing: counting begins at 0.",
        ),
        Mistake(
            "only the end returned",
            lambda start, end, steps: _interpolate(start, end, steps)[-1],
            "Only the last code came back: each row must be kept, not written over the one before.",
        ),
        Mistake(
            "the end put in twice",
            lambda start, end, steps: np.vstack([_interpolate(start, end, steps), end]),
            "The end stands there twice. It is the last of the rows already.",
        ),
        Mistake(
            "only the last row filled",
            lambda start, end, steps: np.vstack([np.zeros((steps - 1, len(start))), end]),
            "All rows but the last are zero. Is each one stored under its own index?",
        ),
        Mistake(
            "only the first row filled",
            lambda start, end, steps: np.vstack([start, np.zeros((steps - 1, len(start)))]),
            "All rows but the first are zero. Does the line with return stand inside the loop?",
        ),
        Mistake(
            "axes exchanged",
            lambda start, end, steps: _interpolate(start, end, steps).T,
            "Rows and columns are exchanged: one row for each step.",
        ),
    ),
)
