"""Drawing the next letter."""

import numpy as np

from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.backpropagation.layers import softmax
from dlkit.exercises.recurrent_networks.steps import LESSON


def _drawn(scores, temperature, rng, r=None):
    """The first letter at which the running sum of probabilities exceeds r."""
    r = rng.random(len(scores)) if r is None else r
    running = np.cumsum(softmax(scores / temperature), axis=1)
    return np.minimum((running <= r[:, None]).sum(axis=1), scores.shape[1] - 1)  # rounding may leave the last sum below 1


def _first(found):
    """The first True of each row, 0 where there is none."""
    return found.argmax(axis=1)


def _above(p, rng):
    """The draw with other probabilities."""
    return _first(np.cumsum(p, axis=1) > rng.random(len(p))[:, None])


def _powers(scores):
    return np.exp(scores - scores.max(axis=1, keepdims=True))


def _shares(scores, axis):
    e = _powers(scores)
    return e / e.sum(axis=axis, keepdims=True)


def _overflowing(scores, temperature, rng):
    e = np.exp(scores / temperature)
    return _above(e / e.sum(axis=1, keepdims=True), rng)


def _draws(rng):
    """Many rows at once, for one draw may be right by luck; sharp and flat temperatures; large scores; one row."""
    calls = []
    for temperature, shift, rows in ((0.5, 0.0, 60), (2.0, 0.0, 70), (1.0, 1000.0, 65), (0.25, 0.0, 1), (1.5, -3000.0, 1)):
        classes = int(rng.integers(5, 9))
        scores = 1.5 * rng.standard_normal((rows, classes)) + shift
        scores[::2] -= 2500 * (shift > 0)  # far below the others
        calls.append(Call((scores, temperature, np.random.default_rng(int(rng.integers(2**31))))))
    return calls


sample = Exercise(
    name="sample",
    lesson=LESSON,
    reference=_drawn,
    inputs=_draws,
    takes="scores[N K]",
    returns="letters[N]",
    advice=lambda mine, right: (
        "Your probabilities may be right: are the random numbers rng's, N of them, drawn once? Others give other letters."
    ),
    mistakes=(
        Mistake(
            "temperature ignored",
            lambda scores, temperature, rng: _drawn(scores, 1, rng),
            "The temperature changes nothing. Divide the scores by it before softmax; dividing probabilities and then "
            "making them "
            "add up to one again cancels it.",
        ),
        Mistake(
            "temperature upside down",
            lambda scores, temperature, rng: _drawn(scores, 1 / temperature, rng),
            "Hot draws carefully and cold draws wildly: the scores were multiplied by the temperature. Divide them.",
        ),
        Mistake(
            "probabilities divided by the temperature",
            lambda scores, temperature, rng: _above(softmax(scores) / temperature, rng),
            "Probabilities were divided by the temperature and no longer add up to one. It belongs to the scores, before "
            "softmax.",
        ),
        Mistake(
            "always the likeliest",
            lambda scores, temperature, rng: scores.argmax(axis=1),
            "Always the largest score was taken: that gives the same name every time. Draw with the probabilities.",
        ),
        Mistake(
            "one draw for all rows",
            lambda scores, temperature, rng: _drawn(scores, temperature, rng, r=np.repeat(rng.random(), len(scores))),
            "One random number decided all rows. Each row needs its own: rng.random(N), in order.",
        ),
        Mistake(
            "a random number for each letter of the alphabet",
            lambda scores, temperature, rng: _first(
                np.cumsum(softmax(scores / temperature), axis=1) > rng.random(scores.shape[1])
            ),
            "K random numbers were drawn, one for each column. It is one for each row: rng.random(N).",
        ),
        Mistake(
            "row 0's probabilities for all",
            lambda scores, temperature, rng: _drawn(np.repeat(scores[:1], len(scores), axis=0), temperature, rng),
            "All rows were drawn with the probabilities of row 0. Each row has its own.",
        ),
        Mistake(
            "one random number too many",
            lambda scores, temperature, rng: _drawn(scores, temperature, rng, r=rng.random(len(scores) + 1)[1:]),
            "The probabilities are right, but a random number was drawn before those that count. rng gives the next numbers "
            "each time: draw N of them, once.",
        ),
        Mistake(
            "random numbers drawn twice",
            lambda scores, temperature, rng: _drawn(scores, temperature, rng, r=rng.random(2 * len(scores))[len(scores) :]),
            "The probabilities are right, but N random numbers were drawn before those that count. Draw once.",
        ),
        Mistake(
            "scores ignored",
            lambda scores, temperature, rng: (rng.random(len(scores)) * scores.shape[1]).astype(int),
            "All letters were equally likely. The probabilities come from the scores.",
        ),
        Mistake(
            "running sum forgotten",
            lambda scores, temperature, rng: _first(softmax(scores / temperature) > rng.random(len(scores))[:, None]),
            "r was compared with each probability by itself. Compare it with their running sum: p₀, p₀ + p₁, …",
        ),
        Mistake(
            "running sum down the rows",
            lambda scores, temperature, rng: (
                np.cumsum(softmax(scores / temperature), axis=0) > rng.random(len(scores))[:, None]
            ).argmax(axis=1),
            "The running sum went down the rows, over the batch. It runs over the letters of one row: axis 1.",
        ),
        Mistake(
            "running sum over the whole table",
            lambda scores, temperature, rng: (
                np.cumsum(softmax(scores / temperature)).reshape(scores.shape) > rng.random(len(scores))[:, None]
            ).argmax(axis=1),
            "The running sum went on from row to row. It begins again in each row: np.cumsum needs an axis.",
        ),
        Mistake(
            "softmax down the rows",
            lambda scores, temperature, rng: _above(softmax(scores / temperature, axis=0), rng),
            "The probabilities add up to one down each column. The letters of one row compete: axis 1.",
        ),
        Mistake(
            "divided by the column's sum",
            lambda scores, temperature, rng: _above(_shares(scores / temperature, 0), rng),
            "The exponentials were divided by the sums of the columns, over the batch. Each row needs its own sum: axis 1.",
        ),
        Mistake(
            "divided by the sum of the whole table",
            lambda scores, temperature, rng: _above(_shares(scores / temperature, None), rng),
            "The exponentials were divided by one sum for the whole table. Each row needs its own: an axis is missing.",
        ),
        Mistake(
            "one letter too far",
            lambda scores, temperature, rng: _drawn(scores, temperature, rng) + 1,
            "Each draw is one letter too far on. Count how many running sums are at most r: so many letters are passed over.",
        ),
        Mistake(
            "one letter too early",
            lambda scores, temperature, rng: _drawn(scores, temperature, rng) - 1,
            "Each draw is one less than it should be, −1 among them. The first running sum above r is that of the letter "
            "drawn.",
        ),
        Mistake(
            "sorted first",
            lambda scores, temperature, rng: _drawn(np.sort(scores, axis=1), temperature, rng),
            "The probabilities were sorted, and the answer counts places in the sorted row. Keep the letters in their order.",
        ),
        Mistake(
            "comparison turned round",
            lambda scores, temperature, rng: np.zeros(len(scores), int),
            "Always letter 0 came out. Was the first running sum below r taken? The first one above r is wanted.",
        ),
        Mistake(
            "counted the sums above r",
            lambda scores, temperature, rng: scores.shape[1] - _drawn(scores, temperature, rng),
            "The running sums above r were counted. Those that are at most r say how many letters are passed over.",
        ),
        Mistake(
            "a random number for every letter",
            lambda scores, temperature, rng: _first(
                np.cumsum(softmax(scores / temperature), axis=1) > rng.random(scores.shape)
            ),
            "Every cell was compared with a random number of its own. One for each row: rng.random(N).",
        ),
        Mistake(
            "softmax forgotten",
            lambda scores, temperature, rng: _first(np.cumsum(scores / temperature, axis=1) > rng.random(len(scores))[:, None]),
            "The running sum was made of scores. Make probabilities of them first: softmax.",
        ),
        Mistake(
            "probabilities do not add up to one",
            lambda scores, temperature, rng: _first(
                np.cumsum(_powers(scores / temperature), axis=1) > rng.random(len(scores))[:, None]
            ),
            "The exponentials were not divided by their sum, so the pieces do not fill the line from 0 to 1.",
        ),
        Mistake(
            "largest score of the whole table",
            lambda scores, temperature, rng: _overflowing(scores - scores.max(), temperature, rng),
            "One maximum was taken away from all rows. A row far below it becomes all zeros, and 0/0 is not a number: "
            "take each row's own.",
        ),
        Mistake(
            "counted from the end",
            lambda scores, temperature, rng: scores.shape[1] - 1 - _drawn(scores[:, ::-1], temperature, rng),
            "The running sum began with the last letter. Begin with letter 0, so that all of us draw the same.",
        ),
        Mistake(
            "exponentials overflow",
            _overflowing,
            "e to the power of 1000 is infinite, and of −2000 it is 0. Take each row's largest score away first.",
        ),
    ),
)
