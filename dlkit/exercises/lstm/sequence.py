"""A whole sequence of steps."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.difference import close
from dlkit.exercises.lstm.step import LESSON, step, weights

# --- lstm


def run(x, h, c, u, v, b):
    """The right answer: every h, (N, T, H), and the last c."""
    shown = []
    for t in range(x.shape[1]):
        h, c = step(x[:, t], h, c, u, v, b)
        shown.append(h)
    return np.stack(shown, axis=1), c


def _carried(next_state):
    """A mistake in what is handed to the next step: ``next_state(new, old, first)``, pairs (h, c)."""

    def wrong(x, h, c, u, v, b):
        first = state = (h, c)
        shown = []
        for t in range(x.shape[1]):
            new = step(x[:, t], *state, u, v, b)
            state = next_state(new, state, first)
            shown.append(new[0])
        return np.stack(shown, axis=1), new[1]

    return wrong


def _all_states(x, h, c, u, v, b):
    """Each h and c, the first ones included, (N, T + 1, H) each."""
    states = [(h, c)]
    for t in range(x.shape[1]):
        states.append(step(x[:, t], *states[-1], u, v, b))
    return tuple(np.stack(part, axis=1) for part in zip(*states, strict=True))


def _picked(pick):
    """A mistake in what is returned: ``pick(hs, cs)`` from all states, the first ones included."""
    return lambda x, h, c, u, v, b: pick(*_all_states(x, h, c, u, v, b))


def _blank_after_first(hs, cs):
    shown = np.zeros_like(hs[:, 1:])
    shown[:, 0] = hs[:, 1]
    return shown, cs[:, 1]


def _first_skipped(x, h, c, u, v, b):
    return run(x[:, 1:], h, c, u, v, b) if x.shape[1] > 1 else (np.zeros((len(x), 0, h.shape[1])), c.copy())


def _as_many_as_examples(x, h, c, u, v, b):
    shown = []
    for t in range(len(x)):
        h, c = step(x[:, t], h, c, u, v, b)
        shown.append(h)
    return np.stack(shown, axis=1), c


def _exchanged(x, h, c, u, v, b):
    shown = []
    for t in range(x.shape[1]):
        c, h = step(x[:, t], h, c, u, v, b)
        shown.append(h)
    return np.stack(shown, axis=1), c


def _sequences(rng):
    calls = []
    for scale in (1.0, 0.6, 0.6):
        n, t, d, h = distinct_sizes(rng, 4, 2, 8)
        state = rng.uniform(-1, 1, (n, h)), 2 * rng.standard_normal((n, h))
        calls.append(Call((rng.standard_normal((n, t, d)), *state, *weights(rng, d, h, scale))))
    for n, t in ((1, 5), (4, 1)):
        state = rng.uniform(-1, 1, (n, 3)), rng.standard_normal((n, 3))
        calls.append(Call((rng.standard_normal((n, t, 2)), *state, *weights(rng, 2, 3))))
    return calls


def _first_step(mine, right):
    """A word on a first step that is wrong already: then the loop is not to blame."""
    if close(mine[0][:, 0], right[0][:, 0]):
        return ""
    return "The first step is wrong already. Does 14.1 pass? Try it with `step`, the course's version."


lstm = Exercise(
    name="lstm",
    lesson=LESSON,
    reference=run,
    inputs=_sequences,
    takes="x[N T D] h[N H] c[N H] u[4H D] v[4H H] b[4H]",
    returns="hs[N T H] c[N H]",
    advice=_first_step,
    mistakes=(
        Mistake(
            "only one step",
            _picked(_blank_after_first),
            "Only the first step was taken. Does the line with return stand inside the loop?",
        ),
        Mistake(
            "only the last h",
            _picked(lambda hs, cs: (hs[:, -1], cs[:, -1])),
            "Only the h of the last step came back. Every step's h is wanted, in the order of time.",
        ),
        Mistake(
            "first step skipped",
            _first_skipped,
            "The first step is missing. Time runs from 0.",
        ),
        Mistake(
            "as many steps as examples",
            _as_many_as_examples,
            "len(x) is the number of examples. The steps are counted by axis 1.",
        ),
        Mistake(
            "results of a step exchanged",
            _exchanged,
            "What a step returns first is h, then c; here they were taken the other way round.",
        ),
        Mistake(
            "reshaped",
            _picked(lambda hs, cs: (np.reshape(hs[:, 1:].swapaxes(0, 1), hs[:, 1:].shape), cs[:, -1])),
            "hs has the right shape but steps and examples are mixed: reshape moves no axis. Stack the steps along axis 1.",
        ),
        Mistake(
            "inputs one step late",
            lambda x, h, c, u, v, b: run(np.roll(x, 1, axis=1), h, c, u, v, b),
            "Step t read x[:, t − 1], and the first step the last input. Step t reads the input at time t.",
        ),
        Mistake(
            "time before batch",
            _picked(lambda hs, cs: (hs[:, 1:].swapaxes(0, 1), cs[:, -1])),
            "hs has the shape (T, N, H). Stack the steps along axis 1: the batch comes first.",
        ),
        Mistake(
            "neither h nor c carried on",
            _carried(lambda new, old, first: first),
            "Every step starts from the first h and c, as if nothing had been read yet.",
        ),
        Mistake(
            "h not carried on",
            _carried(lambda new, old, first: (first[0], new[1])),
            "c goes on from step to step, but each step gets the first h. Both are part of the state.",
        ),
        Mistake(
            "c not carried on",
            _carried(lambda new, old, first: (new[0], first[1])),
            "h goes on from step to step, but each step gets the first c: the cell cannot remember. Both are part of the "
            "state.",
        ),
        Mistake(
            "h and c exchanged on the way",
            _carried(lambda new, old, first: (new[1], new[0])),
            "The next step got c in the place of h. A step returns h first.",
        ),
        Mistake(
            "started from zeros",
            lambda x, h, c, u, v, b: run(x, 0 * h, 0 * c, u, v, b),
            "The state was set to zeros at the beginning. Start from the h and c that are given.",
        ),
        Mistake(
            "h started from zeros",
            lambda x, h, c, u, v, b: run(x, 0 * h, c, u, v, b),
            "The first step got zeros for h. Start from the h that is given.",
        ),
        Mistake(
            "c started from zeros",
            lambda x, h, c, u, v, b: run(x, h, 0 * c, u, v, b),
            "The first step got zeros for c. Start from the c that is given.",
        ),
        Mistake(
            "read from the end",
            lambda x, h, c, u, v, b: run(x[:, ::-1], h, c, u, v, b),
            "The last input was read first. Time runs from 0 up.",
        ),
        Mistake(
            "results in reverse",
            _picked(lambda hs, cs: (hs[:, :0:-1], cs[:, -1])),
            "The steps are right, but they lie in hs from the last to the first.",
        ),
        Mistake(
            "always the first input",
            lambda x, h, c, u, v, b: run(np.repeat(x[:, :1], x.shape[1], axis=1), h, c, u, v, b),
            "Every step read the input at time 0. Step t reads the input at time t.",
        ),
        Mistake(
            "h of the step before",
            _picked(lambda hs, cs: (hs[:, :-1], cs[:, -1])),
            "hs begins with the h that came in and misses the last one. Take the step, then store.",
        ),
        Mistake(
            "the first h stored too",
            _picked(lambda hs, cs: (hs, cs[:, -1])),
            "hs has T + 1 steps: it begins with the h that came in. Only what the T steps gave belongs there.",
        ),
        Mistake(
            "cells stored in the place of h",
            _picked(lambda hs, cs: (cs[:, 1:], cs[:, -1])),
            "hs holds the cells. What a step shows is h.",
        ),
        Mistake(
            "every step the last one",
            _picked(lambda hs, cs: (np.repeat(hs[:, -1:], hs.shape[1] - 1, axis=1), cs[:, -1])),
            "hs holds the last h at every time. Was one array written into again and again, and stored T times?",
        ),
        Mistake(
            "last step missing",
            _picked(lambda hs, cs: (np.concatenate([hs[:, 1:-1], 0 * hs[:, :1]], axis=1), cs[:, -2])),
            "The last step is missing. Python's range(T) already stops at T − 1, and the c wanted is the one after the "
            "last step.",
        ),
        Mistake(
            "the first cell returned",
            _picked(lambda hs, cs: (hs[:, 1:], cs[:, 0])),
            "The c returned is the one that came in. Return the cell after the last step.",
        ),
        Mistake(
            "h returned in the place of c",
            _picked(lambda hs, cs: (hs[:, 1:], hs[:, -1])),
            "The second result is the last h, which hs ends with anyway. Return the last c.",
        ),
        Mistake(
            "every cell returned",
            _picked(lambda hs, cs: (hs[:, 1:], cs[:, 1:])),
            "The second result holds the cells of all steps. Only the last one is wanted.",
        ),
    ),
)
