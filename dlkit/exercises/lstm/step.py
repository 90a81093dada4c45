"""One step of an LSTM."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.numpy_ops.activations import logistic

LESSON = "14_lstm"

# --- lstm_step


def quarters(z, order="ifgo"):
    """Cut (N, 4H) into the gates' sums in the order i, f, g, o, where they lie in another."""
    parts = dict(zip(order, np.split(z, 4, axis=1), strict=True))
    return [parts[name] for name in "ifgo"]


def sums(x, h, u, v, b):
    """The sums of all four gates, (N, 4H)."""
    return x @ u.T + h @ v.T + b


def gated(z, c, order="ifgo"):
    """The gates i, f, g, o from their sums, and the next cell state."""
    i, f, g, o = quarters(z, order)
    i, f, g, o = logistic(i), logistic(f), np.tanh(g), logistic(o)
    return i, f, g, o, f * c + i * g


def step(x, h, c, u, v, b):
    """The right answer: (h, c) after one step."""
    *_, o, new = gated(sums(x, h, u, v, b), c)
    return o * np.tanh(new), new


def _ordered(order):
    """Gates that lie in another order."""

    def wrong(x, h, c, u, v, b):
        *_, o, new = gated(sums(x, h, u, v, b), c, order)
        return o * np.tanh(new), new

    return wrong


def _summed(total):
    """A mistake in the sums: ``total(x, h, u, v, b)``."""

    def wrong(x, h, c, u, v, b):
        *_, o, new = gated(total(x, h, u, v, b), c)
        return o * np.tanh(new), new

    return wrong


def _celled(cell):
    """A mistake in the new cell: ``cell(i, f, g, c, h)``."""

    def wrong(x, h, c, u, v, b):
        i, f, g, o, _ = gated(sums(x, h, u, v, b), c)
        new = cell(i, f, g, c, h)
        return o * np.tanh(new), new

    return wrong


def _shown(show):
    """A mistake in h alone: ``show(o, new, c)``."""

    def wrong(x, h, c, u, v, b):
        *_, o, new = gated(sums(x, h, u, v, b), c)
        return show(o, new, c), new

    return wrong


def _squashed(first, second, third, fourth):
    """Other functions on the four sums."""

    def wrong(x, h, c, u, v, b):
        gates = zip((first, second, third, fourth), quarters(sums(x, h, u, v, b)), strict=True)
        i, f, g, o = (function(z) for function, z in gates)
        new = f * c + i * g
        return o * np.tanh(new), new

    return wrong


def _same(z):
    return z


def powers_tanh(z):
    """The definition of tanh, which overflows."""
    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


def doubled_tanh(z):
    """Another definition of tanh, which overflows on one side."""
    return (np.exp(2 * z) - 1) / (np.exp(2 * z) + 1)


def _nan_logistic(z):
    return np.exp(z) / (1 + np.exp(z))


def _interleaved(x, h, c, u, v, b):
    z = sums(x, h, u, v, b)
    z = np.concatenate([z[:, k::4] for k in range(4)], axis=1)
    *_, o, new = gated(z, c)
    return o * np.tanh(new), new


def _reshaped(x, h, c, u, v, b):
    i, f, g, o = sums(x, h, u, v, b).reshape(4, len(x), -1)
    new = logistic(f) * c + logistic(i) * np.tanh(g)
    return logistic(o) * np.tanh(new), new


def weights(rng, d, h, scale=1.0):
    """Draw u, v and b of the four gates; no offset is zero."""
    return tuple(scale * rng.standard_normal(shape) for shape in ((4 * h, d), (4 * h, h), (4 * h,)))


def far(rng, count, h):
    """Offsets beyond what e to the power of them can hold, (count · H,): in each block at least one on either side."""
    signs = np.concatenate([[1, -1], rng.choice([1, -1], h - 2)])
    return 950.0 * np.concatenate([rng.permutation(signs) for _ in range(count)])


def _steps(rng):
    calls = []
    for scale in (1.0, 0.7, 1.5, 400.0, 1.0):
        n, d, h = distinct_sizes(rng, 3, 2, 7)
        state = rng.uniform(-1, 1, (n, h)), 2 * rng.standard_normal((n, h))
        calls.append(Call((rng.standard_normal((n, d)), *state, *weights(rng, d, h, scale))))
    calls[-1].args[-1][:] += far(rng, 4, h)
    one = rng.standard_normal((1, 3)), rng.uniform(-1, 1, (1, 1)), rng.standard_normal((1, 1))
    return [*calls, Call((*one, *weights(rng, 3, 1)))]


lstm_step = Exercise(
    name="lstm_step",
    lesson=LESSON,
    reference=step,
    inputs=_steps,
    takes="x[N D] h[N H] c[N H] u[4H D] v[4H H] b[4H]",
    returns="h[N H] c[N H]",
    mistakes=(
        Mistake(
            "sigmoid overflows",
            _squashed(_nan_logistic, _nan_logistic, np.tanh, _nan_logistic),
            "e to the power of a large sum is infinite, and infinite over infinite is not a number. Write σ so that only "
            "e to the minus z appears, in the denominator.",
        ),
        Mistake(
            "tanh overflows",
            _squashed(logistic, logistic, powers_tanh, logistic),
            "tanh was made of e to the z and e to the minus z: for large sums one of them is infinite, and infinite over "
            "infinite is not a number. np.tanh does not overflow.",
        ),
        Mistake(
            "tanh overflows for large sums",
            _squashed(logistic, logistic, doubled_tanh, logistic),
            "tanh was made of e to the 2z, which is infinite for large sums, and infinite over infinite is not a number. "
            "np.tanh does not overflow.",
        ),
        Mistake(
            "forget and input gate exchanged",
            _ordered("figo"),
            "The forget gate was taken from the first block of rows, or it weighs the candidate. The order is i, f, g, o, and "
            "f belongs to the old cell.",
        ),
        Mistake(
            "candidate and output gate exchanged",
            _ordered("ifog"),
            "The last two blocks were taken as output gate and candidate. The order is i, f, g, o: the candidate comes third.",
        ),
        Mistake(
            "textbook order",
            _ordered("fiog"),
            "The blocks were taken as f, i, o, g. Here, as in PyTorch, they are i, f, g, o.",
        ),
        Mistake(
            "candidate second",
            _ordered("igfo"),
            "The second block was taken as the candidate. The order is i, f, g, o.",
        ),
        Mistake(
            "sums cut across the batch",
            _reshaped,
            "z was reshaped to four pieces with the batch inside. That deals whole examples to gates: cut along axis 1.",
        ),
        Mistake(
            "every fourth row a gate",
            _interleaved,
            "The rows were dealt out like cards, one to each gate in turn. They lie in four blocks of H rows.",
        ),
        Mistake(
            "one set of weights for two gates",
            _celled(lambda i, f, g, c, h: i * c + i * g),
            "The forget gate equals the input gate, as if they shared their weights. Each gate has its own block of rows.",
        ),
        Mistake(
            "sigmoid on the candidate",
            _squashed(logistic, logistic, logistic, logistic),
            "The candidate went through σ, so it can never be negative. It is what is written, not a gate: tanh.",
        ),
        Mistake(
            "tanh on the output gate",
            _squashed(logistic, logistic, np.tanh, np.tanh),
            "The output gate went through tanh. All three gates take σ; only the candidate takes tanh.",
        ),
        Mistake(
            "sigmoid taken twice",
            _squashed(*[lambda z: logistic(logistic(z))] * 2, np.tanh, lambda z: logistic(logistic(z))),
            "σ was applied to the gates twice, so none is ever shut. Once is enough.",
        ),
        Mistake(
            "tanh on the gates",
            _squashed(np.tanh, np.tanh, np.tanh, np.tanh),
            "All four sums went through tanh. A gate lies between 0 and 1: it takes σ, and only the candidate takes tanh.",
        ),
        Mistake(
            "candidate not squashed",
            _squashed(logistic, logistic, lambda z: z, logistic),
            "The candidate is the bare sum. It goes through tanh.",
        ),
        Mistake(
            "gates not squashed",
            _squashed(_same, _same, np.tanh, _same),
            "The gates are the bare sums. A gate lies between 0 and 1: each goes through σ.",
        ),
        Mistake(
            "nothing squashed",
            _squashed(_same, _same, _same, _same),
            "The four blocks are the bare sums. Three of them go through σ, the candidate through tanh.",
        ),
        Mistake(
            "candidate squashed by both",
            _squashed(logistic, logistic, lambda z: np.tanh(logistic(z)), logistic),
            "The candidate went through σ and then through tanh. It is no gate: tanh alone.",
        ),
        Mistake(
            "candidate squashed twice",
            _squashed(logistic, logistic, lambda z: np.tanh(np.tanh(z)), logistic),
            "The candidate went through tanh twice. Once is enough.",
        ),
        Mistake(
            "sigmoid the wrong way round",
            _squashed(lambda z: logistic(-z), lambda z: logistic(-z), np.tanh, lambda z: logistic(-z)),
            "Every gate is open where it should be shut. Look at the sign in the exponent of σ.",
        ),
        Mistake(
            "old cell weighed by 1 − f",
            _celled(lambda i, f, g, c, h: (1 - f) * c + i * g),
            "f = 1 threw the old cell away. In spite of its name an open forget gate keeps.",
        ),
        Mistake(
            "input gate not used",
            _celled(lambda i, f, g, c, h: f * c + (1 - f) * g),
            "The candidate was weighed by 1 − f, as if one gate did both. It has the gate i for itself.",
        ),
        Mistake(
            "input gate missing",
            _celled(lambda i, f, g, c, h: f * c + g),
            "The whole candidate was written, whatever the input gate says.",
        ),
        Mistake(
            "forget gate missing",
            _celled(lambda i, f, g, c, h: c + i * g),
            "The old cell was kept whole, as in 1997. Today it is multiplied by the forget gate first.",
        ),
        Mistake(
            "old cell missing",
            _celled(lambda i, f, g, c, h: i * g),
            "Nothing of the old cell is in the new one. Was the first product overwritten by the second?",
        ),
        Mistake(
            "h taken for the cell",
            _celled(lambda i, f, g, c, h: f * h + i * g),
            "The forget gate multiplied h, what the last step showed. What it keeps or drops is c.",
        ),
        Mistake(
            "forget gate on the candidate too",
            _celled(lambda i, f, g, c, h: f * (c + i * g)),
            "The forget gate multiplied the whole sum. It keeps or drops the old cell only: look at the brackets.",
        ),
        Mistake(
            "old cell squashed",
            _celled(lambda i, f, g, c, h: f * np.tanh(c) + i * g),
            "The old cell went through tanh before it was kept. It is kept as it is; only what is shown is squashed.",
        ),
        Mistake(
            "cell squashed",
            _celled(lambda i, f, g, c, h: np.tanh(f * c + i * g)),
            "The new cell went through tanh before it was kept. The cell itself is never squashed; only what is shown is.",
        ),
        Mistake(
            "gates multiplied as a matrix",
            _celled(lambda i, f, g, c, h: (f * c).sum(axis=1, keepdims=True) + (i * g).sum(axis=1, keepdims=True) + 0 * c),
            "The cells of one example were added up. ⊙ multiplies number by number and adds nothing.",
        ),
        Mistake(
            "shown without tanh",
            _shown(lambda o, new, c: o * new),
            "h is o times the new cell itself. Between them stands a tanh.",
        ),
        Mistake(
            "the old cell shown",
            _shown(lambda o, new, c: o * np.tanh(c)),
            "h shows the cell as it was before the step. First write, then show.",
        ),
        Mistake(
            "output gate inside tanh",
            _shown(lambda o, new, c: np.tanh(o * new)),
            "The output gate multiplied the cell before the tanh. It multiplies what comes out of it.",
        ),
        Mistake(
            "output gate missing",
            _shown(lambda o, new, c: np.tanh(new)),
            "Everything in the cell is shown. The output gate decides how much.",
        ),
        Mistake(
            "sigmoid on the cell shown",
            _shown(lambda o, new, c: o * logistic(new)),
            "The cell went through σ on its way to h. It goes through tanh, which keeps its sign.",
        ),
        Mistake(
            "old cell handed on",
            lambda x, h, c, u, v, b: (step(x, h, c, u, v, b)[0], c.copy()),
            "h is right, but the c returned is the one that came in. Return the new cell.",
        ),
        Mistake(
            "state started from zeros",
            lambda x, h, c, u, v, b: step(x, 0 * h, 0 * c, u, v, b),
            "h and c were set to zeros. The step goes on from the h and c that it is given.",
        ),
        Mistake(
            "h forgotten",
            _summed(lambda x, h, u, v, b: x @ u.T + b),
            "The sums see x only. The gates also look at h, through v.",
        ),
        Mistake(
            "x forgotten",
            _summed(lambda x, h, u, v, b: h @ v.T + b),
            "The sums see h only. The gates also look at x, through u.",
        ),
        Mistake(
            "gates look at the cell",
            lambda x, h, c, u, v, b: step(x, c, c, u, v, b),
            "The sums were made with c. The gates look at what was shown, h.",
        ),
        Mistake("offset forgotten", _summed(lambda x, h, u, v, b: x @ u.T + h @ v.T), "b does not appear in the sums."),
        Mistake(
            "offset added twice",
            _summed(lambda x, h, u, v, b: x @ u.T + h @ v.T + 2 * b),
            "b is in the sums twice. PyTorch has two offsets; here their sum is given as one.",
        ),
    ),
)
