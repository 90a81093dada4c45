"""Where the forget gate starts, and the gated recurrent unit."""

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
            "All four gates got the bias. Only the forget gate wants one; the rest stay zero.",
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
            "In the forget block stands f. The bias goes through σ before it is a gate: which number does σ turn into f?",
        ),
        Mistake(
            "σ of the gate",
            _biased(lambda t: logistic(0.5 ** (1 / t))),
            "σ was applied to f. You need the way back from f to the number that σ was applied to.",
        ),
        Mistake(
            "wrong sign",
            _biased(lambda t: -_half_life_bias(t)),
            "The sign is wrong: a long memory needs a large positive bias.",
        ),
        Mistake(
            "logarithm forgotten",
            _biased(lambda t: 0.5 ** (1 / t) / (1 - 0.5 ** (1 / t))),
            "That is f/(1 − f). Its logarithm is the bias.",
        ),
        Mistake(
            "logarithm of the gate only",
            _biased(lambda t: np.log(0.5 ** (1 / t))),
            "That is the logarithm of f. It must be divided by 1 − f before.",
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
            "With f = 1 − 1/half-life there is less than a half left after that time: about 1/e. Solve f to the power of the "
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
            "Every forget bias is 1. It depends on the half-life.",
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
            "All cells got the same bias. Each has a half-life of its own.",
        ),
    ),
)


# --- gru_step


def _sums(x, h, u, v, b_u, b_v):
    return x @ u.T + b_u, h @ v.T + b_v


def _gru(
    zx, zh, h, *, order="rzn", squash=logistic, candidate=lambda x, r, h: np.tanh(x + r * h),
    blend=lambda z, n, h: (1 - z) * n + z * h,
):  # fmt: skip
    """The right step from the two products, with a slip where one is given."""
    zx, zh = (dict(zip(order, np.split(a, 3, axis=1), strict=True)) for a in (zx, zh))
    r, z = squash(zx["r"] + zh["r"]), squash(zx["z"] + zh["z"])
    return blend(z, candidate(zx["n"], r, zh["n"]), h)


def _slipped(**slip):
    return lambda x, h, u, v, b_u, b_v: _gru(*_sums(x, h, u, v, b_u, b_v), h, **slip)


def _summed(change):
    """A mistake in what the products are made of: ``change(x, h, u, v, b_u, b_v)`` gives the arguments that were used."""
    return lambda x, h, u, v, b_u, b_v: _gru(*_sums(*change(x, h, u, v, b_u, b_v)), h)


def _reset_first(x, h, u, v, b_u, b_v):
    zx, zh = _sums(x, h, u, v, b_u, b_v)
    k = h.shape[1]
    r = logistic(zx[:, :k] + zh[:, :k])
    recalled = (r * h) @ v[2 * k :].T + b_v[2 * k :]
    return _gru(zx, np.concatenate([zh[:, : 2 * k], recalled], axis=1), h, candidate=lambda x, r, h: np.tanh(x + h))


def _offset_outside(x, h, u, v, b_u, b_v):
    zx, zh = _sums(x, h, u, v, b_u, b_v)
    last = b_v[2 * h.shape[1] :]
    return _gru(zx, zh, h, candidate=lambda x, r, h: np.tanh(x + r * (h - last) + last))


def _states(rng):
    calls = []
    for scale in (1.0, 0.7, 1.5, 400.0):
        n, d, h = distinct_sizes(rng, 3, 2, 7)
        calls.append(_call(rng, n, d, h, scale))
    return [*calls, _call(rng, 1, 3, 1)]


def _call(rng, n, d, h, scale=1.0):
    shapes = (3 * h, d), (3 * h, h), (3 * h,), (3 * h,)
    state = rng.standard_normal((n, d)), rng.uniform(-2, 2, (n, h))
    return Call((*state, *(scale * rng.standard_normal(shape) for shape in shapes)))


gru_step = Exercise(
    name="gru_step",
    lesson=LESSON,
    reference=_slipped(),
    inputs=_states,
    takes="x[N D] h[N H] u[3H D] v[3H H] b_u[3H] b_v[3H]",
    returns="h[N H]",
    mistakes=(
        Mistake(
            "sigmoid overflows",
            _slipped(squash=lambda z: np.exp(z) / (1 + np.exp(z))),
            "e to the power of a large sum is infinite, and infinite over infinite is not a number. Write σ so that only "
            "e to the minus z appears, in the denominator.",
        ),
        Mistake(
            "z weighs the candidate",
            _slipped(blend=lambda z, n, h: z * n + (1 - z) * h),
            "The update gate weighs the candidate and 1 − z the old state. That is the first paper's form; here, as in "
            "PyTorch, z keeps the old.",
        ),
        Mistake(
            "reset before the product",
            _reset_first,
            "The reset gate multiplied h before v did. That is the first paper's form; here, as in PyTorch, it multiplies v's "
            "product, offset included.",
        ),
        Mistake(
            "reset without the offset",
            _offset_outside,
            "The candidate's part of b_v was added outside the reset gate. It belongs to v's product, and r multiplies both.",
        ),
        Mistake(
            "reset gate on the input too",
            _slipped(candidate=lambda x, r, h: np.tanh(r * (x + h))),
            "The reset gate multiplied the whole sum. It lets through what comes from h; x is always read.",
        ),
        Mistake(
            "reset gate on the input",
            _slipped(candidate=lambda x, r, h: np.tanh(r * x + h)),
            "The reset gate multiplied what comes from x. It belongs to what comes from h.",
        ),
        Mistake(
            "reset gate missing",
            _slipped(candidate=lambda x, r, h: np.tanh(x + h)),
            "The reset gate does not appear in the candidate. It multiplies what comes from h.",
        ),
        Mistake(
            "reset gate added",
            _slipped(candidate=lambda x, r, h: np.tanh(x + r + h)),
            "The reset gate was added to the candidate's sum. It multiplies what comes from h.",
        ),
        Mistake(
            "update and reset gate exchanged",
            _slipped(order="zrn"),
            "The first block was taken as the update gate. The order is r, z, n.",
        ),
        Mistake(
            "candidate first",
            _slipped(order="nrz"),
            "The first block was taken as the candidate. The order is r, z, n.",
        ),
        Mistake(
            "candidate in the middle",
            _slipped(order="rnz"),
            "The second block was taken as the candidate. The order is r, z, n.",
        ),
        Mistake(
            "sigmoid on the candidate",
            _slipped(candidate=lambda x, r, h: logistic(x + r * h)),
            "The candidate went through σ, so it can never be negative. It goes through tanh.",
        ),
        Mistake(
            "candidate not squashed",
            _slipped(candidate=lambda x, r, h: x + r * h),
            "The candidate is the bare sum. It goes through tanh.",
        ),
        Mistake(
            "tanh on the gates",
            _slipped(squash=np.tanh),
            "The gates went through tanh. A gate lies between 0 and 1: σ.",
        ),
        Mistake(
            "sigmoid the wrong way round",
            _slipped(squash=lambda z: logistic(-z)),
            "Both gates are open where they should be shut. Look at the sign in the exponent of σ.",
        ),
        Mistake(
            "old state kept whole",
            _slipped(blend=lambda z, n, h: (1 - z) * n + h),
            "The old state was kept whole and the candidate added. A GRU blends: the shares z and 1 − z add up to one.",
        ),
        Mistake(
            "candidate taken whole",
            _slipped(blend=lambda z, n, h: n + z * h),
            "The whole candidate was added. A GRU blends: its share is 1 − z.",
        ),
        Mistake(
            "update gate missing",
            _slipped(blend=lambda z, n, h: n),
            "The candidate itself came back. It is blended with the old state by z.",
        ),
        Mistake(
            "candidate missing",
            _slipped(blend=lambda z, n, h: z * h),
            "Only the old state's share came back. The candidate's share, 1 − z, is missing.",
        ),
        Mistake(
            "blend squashed",
            _slipped(blend=lambda z, n, h: np.tanh((1 - z) * n + z * h)),
            "The new state went through tanh once more. The blend is handed on as it is.",
        ),
        Mistake(
            "offset b_v forgotten",
            _summed(lambda x, h, u, v, b_u, b_v: (x, h, u, v, b_u, 0 * b_v)),
            "b_v does not appear. It belongs to what comes from h.",
        ),
        Mistake(
            "offset b_u forgotten",
            _summed(lambda x, h, u, v, b_u, b_v: (x, h, u, v, 0 * b_u, b_v)),
            "b_u does not appear. It belongs to what comes from x.",
        ),
        Mistake(
            "offsets exchanged",
            _summed(lambda x, h, u, v, b_u, b_v: (x, h, u, v, b_v, b_u)),
            "b_u was added to what comes from h and b_v to what comes from x. For the candidate that is not the same.",
        ),
    ),
)
