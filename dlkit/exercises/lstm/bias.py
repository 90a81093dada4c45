"""Where the forget gate starts."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.lstm.step import LESSON
from dlkit.numpy_ops.activations import logistic

# --- initial_forget_bias


def _half_life_bias(half_life):
    """The bias at which f to the power of the half-life is a half."""
    f = 0.5 ** (1 / half_life)
    return np.log(f / (1 - f))


def _block(at, bias):
    """Four blocks of zeros, one of them replaced."""
    blocks = [np.zeros(len(bias)) for _ in range(4)]
    blocks[at] = bias
    return np.concatenate(blocks)


def _placed(at):
    return lambda half_life: _block(at, _half_life_bias(half_life))


def _biased(bias):
    return lambda half_life: _block(1, bias(half_life))


def _logit(f):
    return np.log(f / (1 - f))


def _every_fourth(half_life):
    b = np.zeros(4 * len(half_life))
    b[1::4] = _half_life_bias(half_life)
    return b


def _half_lives(rng):
    calls = []
    for h in distinct_sizes(rng, 3, 2, 8):
        calls.append(Call((np.exp(rng.uniform(0.3, np.log(300), h)),)))
    return [*calls, Call((rng.integers(2, 200, 1),)), Call((np.array([1.0, 0.5, 1000.0]),))]


initial_forget_bias = Exercise(
    name="initial_forget_bias",
    lesson=LESSON,
    reference=lambda half_life: _block(1, _half_life_bias(half_life)),
    inputs=_half_lives,
    takes="half_life[H]",
    returns="b[4H]",
    mistakes=(
        Mistake(
            "first block",
            _placed(0),
            "The numbers stand in the first block, which is the input gate's. The order is i, f, g, o.",
        ),
        Mistake("third block", _placed(2), "The numbers stand in the third block, the candidate's. The order is i, f, g, o."),
        Mistake("last block", _placed(3), "The numbers stand in the last block, the output gate's. The order is i, f, g, o."),
        Mistake(
            "every gate biased",
            lambda half_life: np.tile(_half_life_bias(half_life), 4),
            "All four gates got the offset. Only the forget gate wants one; the rest stay zero.",
        ),
        Mistake(
            "only the forget block",
            _half_life_bias,
            "Only H numbers came back. The offset has 4H: the other three gates' zeros belong to it.",
        ),
        Mistake(
            "every fourth number",
            _every_fourth,
            "Every fourth number was set. The gates lie in blocks of H rows.",
        ),
        Mistake(
            "the gate itself",
            _biased(lambda t: 0.5 ** (1 / t)),
            "In the forget block stands f. The offset goes through σ before it is a gate: which number does σ turn into f?",
        ),
        Mistake(
            "σ of the gate",
            _biased(lambda t: logistic(0.5 ** (1 / t))),
            "σ was applied to f. You need the way back from f to the number that σ was applied to.",
        ),
        Mistake(
            "wrong sign",
            _biased(lambda t: -_half_life_bias(t)),
            "The sign is wrong: a long memory needs a large positive offset.",
        ),
        Mistake(
            "logarithm forgotten",
            _biased(lambda t: 0.5 ** (1 / t) / (1 - 0.5 ** (1 / t))),
            "That is f/(1 − f). Its logarithm is the offset.",
        ),
        Mistake(
            "logarithm of the gate only",
            _biased(lambda t: np.log(0.5 ** (1 / t))),
            "That is the logarithm of f. It must be divided by 1 − f before.",
        ),
        Mistake(
            "minus the logarithm of the gate",
            _biased(lambda t: -np.log(0.5 ** (1 / t))),
            "That is minus the logarithm of f, a rate of decay. The offset is the logarithm of f/(1 − f).",
        ),
        Mistake(
            "one minus the gate",
            _biased(lambda t: 1 - 0.5 ** (1 / t)),
            "In the forget block stands 1 − f. The offset goes through σ before it is a gate: which number does σ turn into f?",
        ),
        Mistake(
            "logarithm to the base 2",
            _biased(lambda t: np.log2(0.5 ** (1 / t) / (1 - 0.5 ** (1 / t)))),
            "The logarithm is to the base 2. σ is made with e: np.log.",
        ),
        Mistake(
            "logarithm to the base 10",
            _biased(lambda t: np.log10(0.5 ** (1 / t) / (1 - 0.5 ** (1 / t)))),
            "The logarithm is to the base 10. σ is made with e: np.log.",
        ),
        Mistake(
            "power instead of root",
            _biased(lambda t: _logit(0.5**t)),
            "½ was raised to the half-life. f to the power of the half-life is ½, so f is a root of ½.",
        ),
        Mistake(
            "half divided by the half-life",
            _biased(lambda t: _logit(0.5 / t)),
            "f was taken as ½ divided by the half-life. A cell is multiplied by f again and again: that asks for a root.",
        ),
        Mistake(
            "one minus one over the half-life",
            _biased(lambda t: _logit(1 - 1 / t)),
            "With f = 1 − 1/half-life less than a half is left after that time: at most 1/e. Solve f to the power of the "
            "half-life = ½.",
        ),
        Mistake(
            "one minus a half over the half-life",
            _biased(lambda t: _logit(1 - 0.5 / t)),
            "With f = 1 − ½/half-life more than a half is left: the loss is not the same in every step, it shrinks with what "
            "is left. Solve f to the power of the half-life = ½.",
        ),
        Mistake(
            "time of 1/e",
            _biased(lambda t: _logit(np.exp(-1 / t))),
            "After that time 1/e is left, 37 %. A half was asked for.",
        ),
        Mistake(
            "one for every cell",
            lambda t: _block(1, np.ones(len(t))),
            "Every forget offset is 1. It depends on the half-life.",
        ),
        Mistake(
            "the half-life itself",
            _biased(lambda t: t * 1.0),
            "In the forget block stands the half-life. A gate needs the number that σ turns into f.",
        ),
        Mistake(
            "logarithm of the half-life",
            _biased(lambda t: np.log(t)),
            "That is the logarithm of the half-life: near for long memories, wrong for short ones. Find f first.",
        ),
        Mistake(
            "one bias for all cells",
            _biased(lambda t: np.full(len(t), _half_life_bias(t).mean())),
            "All cells got the same offset. Each has a half-life of its own.",
        ),
    ),
)
