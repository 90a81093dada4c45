"""One step of a recurrent network, and the way back through it."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.numpy_ops import recurrent_networks as ops

LESSON = "13_recurrent_networks"


def step(x, h_prev, U, V, b):
    """One step of ``dlkit``."""
    return ops.rnn_cell_forward(x, h_prev, U, V, b, None)[0]


def weights(rng, D, H):
    """U, V and b, all of them away from zero, and V far from symmetric."""
    return rng.standard_normal((H, D)), rng.standard_normal((H, H)) / np.sqrt(H), rng.uniform(0.3, 0.9, H)


def _inputs(rng):
    sizes = [distinct_sizes(rng, 3, 2, 8) for _ in range(3)] + [[1, 4, 3]]
    drawn = [(0.7 * rng.standard_normal((n, d)), rng.uniform(-0.9, 0.9, (n, h)), *weights(rng, d, h)) for n, d, h in sizes]
    return [*map(Call, drawn), _far_out(rng)]


def _far_out(rng):
    """Sums up to 1,000 and down to −1,000, none of them near 0, where rounding would show."""
    while True:
        x, (U, V, b) = rng.standard_normal((1, 4)), weights(rng, 4, 3)
        sums = x @ U.T
        x *= 1000 / np.abs(sums).max()
        if np.abs(x @ U.T).min() > 30:
            return Call((np.concatenate([x, -x]), rng.uniform(-0.9, 0.9, (2, 3)), U, V, b))


def _by_hand(z):
    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


def _from_square(z):
    return (np.exp(2 * z) - 1) / (np.exp(2 * z) + 1)


rnn_step = Exercise(
    name="rnn_step",
    lesson=LESSON,
    reference=step,
    inputs=_inputs,
    takes="x[N D] h_prev[N H] U[H D] V[H H] b[H]",
    returns="h[N H]",
    mistakes=(
        Mistake(
            "V not transposed",
            lambda x, h_prev, U, V, b: np.tanh(x @ U.T + h_prev @ V + b),
            "The state went through V the wrong way. V is square, so nothing complains: row k of V belongs to the new state's "
            "number k, as row k of U does.",
        ),
        Mistake(
            "U reshaped instead of transposed",
            lambda x, h_prev, U, V, b: np.tanh(x @ U.reshape(U.shape[::-1]) + h_prev @ V.T + b),
            "U has the shape you wanted, but its numbers are mixed up: reshape keeps the order in memory, .T turns rows into "
            "columns.",
        ),
        Mistake(
            "the state forgotten",
            lambda x, h_prev, U, V, b: np.tanh(x @ U.T + b),
            "The state before plays no part: that is a layer without memory. Where does V come in?",
        ),
        Mistake(
            "the input forgotten",
            lambda x, h_prev, U, V, b: np.tanh(h_prev @ V.T + b),
            "The input plays no part: the network remembers but does not listen. Where does U come in?",
        ),
        Mistake("b forgotten", lambda x, h_prev, U, V, b: np.tanh(x @ U.T + h_prev @ V.T), "The offset b is missing."),
        Mistake(
            "b outside tanh",
            lambda x, h_prev, U, V, b: np.tanh(x @ U.T + h_prev @ V.T) + b,
            "b was added after tanh. All three terms go inside: look where the bracket closes.",
        ),
        Mistake(
            "b added twice",
            lambda x, h_prev, U, V, b: np.tanh(x @ U.T + h_prev @ V.T + 2 * b),
            "b counts twice, once with the input and once with the state. PyTorch has two offsets; we have one.",
        ),
        Mistake(
            "tanh forgotten",
            lambda x, h_prev, U, V, b: x @ U.T + h_prev @ V.T + b,
            "The three terms are added, but tanh is missing: the state may then grow without end.",
        ),
        Mistake(
            "tanh of the input alone",
            lambda x, h_prev, U, V, b: np.tanh(x @ U.T) + h_prev @ V.T + b,
            "tanh took only the input's term: its bracket closes too early.",
        ),
        Mistake(
            "the state's term outside tanh",
            lambda x, h_prev, U, V, b: np.tanh(x @ U.T + b) + h_prev @ V.T,
            "The state's term was added after tanh. All three terms go inside.",
        ),
        Mistake(
            "tanh of each term",
            lambda x, h_prev, U, V, b: np.tanh(x @ U.T) + np.tanh(h_prev @ V.T) + b,
            "tanh was taken of each product by itself. Add first, then one tanh of the sum.",
        ),
        Mistake(
            "terms multiplied",
            lambda x, h_prev, U, V, b: np.tanh((x @ U.T) * (h_prev @ V.T) + b),
            "The two products were multiplied by each other. They are added.",
        ),
        Mistake(
            "sigmoid instead of tanh",
            lambda x, h_prev, U, V, b: 1 / (1 + np.exp(-(x @ U.T + h_prev @ V.T + b))),
            "The numbers lie between 0 and 1: that is the sigmoid. tanh runs from −1 to 1.",
        ),
        Mistake(
            "ReLU instead of tanh",
            lambda x, h_prev, U, V, b: np.maximum(x @ U.T + h_prev @ V.T + b, 0),
            "Nothing is negative and nothing is bounded: that is ReLU. This cell uses tanh.",
        ),
        Mistake(
            "V forgotten",
            lambda x, h_prev, U, V, b: np.tanh(x @ U.T + h_prev + b),
            "The state before was added as it stands. It goes through V first.",
        ),
        Mistake(
            "tan instead of tanh",
            lambda x, h_prev, U, V, b: np.tan(x @ U.T + h_prev @ V.T + b),
            "That is tan, the tangent of an angle. The h at the end makes the difference: np.tanh.",
        ),
        Mistake(
            "a tanh for each term",
            lambda x, h_prev, U, V, b: np.tanh(x @ U.T) + np.tanh(h_prev @ V.T + b),
            "There are two tanhs, added. Add all three terms first, then one tanh of the sum.",
        ),
        Mistake(
            "a tanh for each term, b in the first",
            lambda x, h_prev, U, V, b: np.tanh(x @ U.T + b) + np.tanh(h_prev @ V.T),
            "There are two tanhs, one of the input's term and b, one of the state's. Add all three terms, then one tanh.",
        ),
        Mistake(
            "tanh of the state alone",
            lambda x, h_prev, U, V, b: x @ U.T + np.tanh(h_prev @ V.T) + b,
            "tanh took only the state's term. All three terms go inside.",
        ),
        Mistake(
            "the input's term outside tanh",
            lambda x, h_prev, U, V, b: x @ U.T + np.tanh(h_prev @ V.T + b),
            "The input's term was added after tanh. All three terms go inside.",
        ),
        Mistake(
            "tanh by hand overflows",
            lambda x, h_prev, U, V, b: _by_hand(x @ U.T + h_prev @ V.T + b),
            "The formula is right, but e to the power of 1000 is infinite, and ∞/∞ is not a number. np.tanh knows its ends.",
        ),
        Mistake(
            "tanh from e²ᶻ overflows",
            lambda x, h_prev, U, V, b: _from_square(x @ U.T + h_prev @ V.T + b),
            "(e²ᶻ − 1)/(e²ᶻ + 1) is tanh, but for large z it is ∞/∞, which is not a number. np.tanh knows its ends.",
        ),
        Mistake(
            "only the first example",
            lambda x, h_prev, U, V, b: step(x, h_prev, U, V, b) * (np.arange(len(x)) == 0)[:, None],
            "Only row 0 was computed. Does the line with return stand inside the loop over the batch?",
        ),
        Mistake(
            "added to the old state",
            lambda x, h_prev, U, V, b: h_prev + step(x, h_prev, U, V, b),
            "The new state was added to the old one (+= for =?). It replaces it; the old one is in V·h already.",
        ),
        Mistake(
            "the sign of b",
            lambda x, h_prev, U, V, b: np.tanh(x @ U.T + h_prev @ V.T - b),
            "b was subtracted. It is added.",
        ),
    ),
)


# --- rnn_step_backward


def step_backward(dh, x, h_prev, h, U, V):
    """The gradients of one step, in the order of the lesson."""
    return from_dz(dh * (1 - h * h), x, h_prev, U, V)


def from_dz(dz, x, h_prev, U, V):
    """Hand dz on to all five."""
    return dz @ U, dz @ V, dz.T @ x, dz.T @ h_prev, dz.sum(axis=0)


def _slope(dz):
    """A mistake in dz, ``dz(dh, h, h_prev)``, and so in everything behind it."""
    return lambda dh, x, h_prev, h, U, V: from_dz(dz(dh, h, h_prev), x, h_prev, U, V)


def _part(k, change):
    """A mistake in result number k alone, ``change(dz, x, h_prev, h, U, V)``."""

    def wrong(dh, x, h_prev, h, U, V):
        right = list(step_backward(dh, x, h_prev, h, U, V))
        right[k] = change(dh * (1 - h * h), x, h_prev, h, U, V)
        return tuple(right)

    return wrong


def _weights_only(change):
    """A mistake in dU, dV and db: ``change(dz, right) -> their new values``."""

    def wrong(dh, x, h_prev, h, U, V):
        right = step_backward(dh, x, h_prev, h, U, V)
        dz = dh * (1 - h * h)
        return (*right[:2], *change(dz, x, h_prev, right[2:]))

    return wrong


_RESULTS = ("dx", "dh_prev", "dU", "dV", "db")


def _made_of_dh(*which):
    """A mistake: the results numbered are made of dh, as if tanh were not there."""

    def wrong(dh, x, h_prev, h, U, V):
        right, straight = step_backward(dh, x, h_prev, h, U, V), from_dz(dh, x, h_prev, U, V)
        return tuple((straight if k in which else right)[k] for k in range(5))

    first, names = _RESULTS[which[0]], ", ".join(_RESULTS[k] for k in which)
    verb = f"{names} are" if len(which) > 1 else f"{first} is"
    says = f"{verb} made of dh instead of dz. What lies before tanh gets its gradient through tanh: dz, for all five."
    return Mistake(f"{names} made of dh", wrong, says)


def _upstreams(rng):
    calls = []
    for n, d, h in [distinct_sizes(rng, 3, 2, 8) for _ in range(3)] + [[1, 4, 3]]:
        x, h_prev, (U, V, b) = rng.standard_normal((n, d)), rng.uniform(-0.9, 0.9, (n, h)), weights(rng, d, h)
        calls.append(Call((rng.standard_normal((n, h)), x, h_prev, step(x, h_prev, U, V, b), U, V)))
    return calls


rnn_step_backward = Exercise(
    name="rnn_step_backward",
    lesson=LESSON,
    reference=step_backward,
    inputs=_upstreams,
    takes="dh[N H] x[N D] h_prev[N H] h[N H] U[H D] V[H H]",
    returns="dx[N D] dh_prev[N H] dU[H D] dV[H H] db[H]",
    mistakes=(
        *(_made_of_dh(k) for k in range(5)),
        _made_of_dh(2, 3, 4),
        _made_of_dh(0, 1),
        Mistake(
            "slope of tanh forgotten",
            _slope(lambda dh, h, h_prev: dh),
            "The gradient passed tanh as if it were not there. Before anything else, dz = dh times the slope of tanh.",
        ),
        Mistake(
            "slope taken at the state before",
            _slope(lambda dh, h, h_prev: dh * (1 - h_prev**2)),
            "The slope of tanh was taken at h_prev. tanh gave h, the new state: its slope is 1 − h².",
        ),
        Mistake(
            "tanh taken twice",
            _slope(lambda dh, h, h_prev: dh * (1 - np.tanh(h) ** 2)),
            "h has been through tanh already. Taking tanh again gives the slope at another place.",
        ),
        Mistake(
            "square forgotten in the slope",
            _slope(lambda dh, h, h_prev: dh * (1 - h)),
            "The slope of tanh is 1 − h², and yours is 1 − h.",
        ),
        Mistake(
            "slope of the sigmoid",
            _slope(lambda dh, h, h_prev: dh * h * (1 - h)),
            "h(1 − h) is the slope of the sigmoid. That of tanh is 1 − h².",
        ),
        Mistake(
            "slope of ReLU",
            _slope(lambda dh, h, h_prev: dh * (h > 0)),
            "A gate that is open or shut belongs to ReLU. The slope of tanh is 1 − h².",
        ),
        Mistake(
            "brackets forgotten in the slope",
            _slope(lambda dh, h, h_prev: dh * 1 - h**2),
            "dh * 1 − h² takes h² away from dh. The slope 1 − h² needs brackets.",
        ),
        Mistake(
            "dh forgotten",
            _slope(lambda dh, h, h_prev: 1 - h**2),
            "dz is the slope alone. It multiplies dh, what comes from behind.",
        ),
        Mistake(
            "square outside the brackets",
            _slope(lambda dh, h, h_prev: dh * (1 - h) ** 2),
            "(1 − h)² is not 1 − h²: the square belongs to h alone.",
        ),
        Mistake(
            "doubled instead of squared",
            _slope(lambda dh, h, h_prev: dh * (1 - 2 * h)),
            "The slope has 2·h where h² is meant: ** is a power, * a product.",
        ),
        Mistake(
            "plus in the slope",
            _slope(lambda dh, h, h_prev: dh * (1 + h**2)),
            "1 + h² is never below 1. The slope of tanh is 1 − h², and never above.",
        ),
        Mistake(
            "dV from the new state",
            _part(3, lambda dz, x, h_prev, h, U, V: dz.T @ h),
            "dV was made with h. V multiplied the state that came in, h_prev.",
        ),
        Mistake(
            "dV transposed",
            _part(3, lambda dz, x, h_prev, h, U, V: h_prev.T @ dz),
            "dV is turned over; V is square, so the shape does not tell. Make it as you make dU.",
        ),
        Mistake(
            "dU transposed",
            _part(2, lambda dz, x, h_prev, h, U, V: x.T @ dz),
            "dU is turned over: it has the shape (D, H), and U has (H, D).",
        ),
        Mistake(
            "dh_prev through V transposed",
            _part(1, lambda dz, x, h_prev, h, U, V: dz @ V.T),
            "Forward, the state went through V.T; backward the gradient goes through V itself.",
        ),
        Mistake(
            "dh_prev without V",
            _part(1, lambda dz, x, h_prev, h, U, V: dz),
            "dz was handed to the state before as it stands. On the way in, that state was multiplied by V.",
        ),
        Mistake(
            "dh_prev with dh added",
            _part(1, lambda dz, x, h_prev, h, U, V: dz @ V + dz / (1 - h * h)),
            "dh itself was added to dh_prev. The old state reaches the new one through V and tanh only.",
        ),
        Mistake(
            "averaged over the batch",
            _weights_only(lambda dz, x, h_prev, right: [part / len(dz) for part in right]),
            "A weight's gradient was divided by N. Any average belongs to the loss and is in dh already: here, add.",
        ),
        Mistake(
            "the last example only",
            _weights_only(lambda dz, x, h_prev, right: [np.outer(dz[-1], x[-1]), np.outer(dz[-1], h_prev[-1]), dz[-1]]),
            "A weight's gradient holds only what the last example gave: += instead of =.",
        ),
        Mistake(
            "db without the sum over the batch",
            _part(4, lambda dz, x, h_prev, h, U, V: dz),
            "db has a row for each example. There is one b, shared by all of them: what is shared forward is summed backward.",
        ),
        Mistake(
            "db summed over the state",
            _part(4, lambda dz, x, h_prev, h, U, V: dz.sum(axis=1)),
            "db was summed along the rows, over the state. The batch is axis 0.",
        ),
        Mistake(
            "db kept as a row",
            _part(4, lambda dz, x, h_prev, h, U, V: dz.sum(axis=0, keepdims=True)),
            "The numbers of db are right, but it still has the batch axis; its shape should be (H,).",
        ),
        Mistake(
            "one db for all",
            _part(4, lambda dz, x, h_prev, h, U, V: dz.sum()),
            "db is one number. Each number of the state has an offset of its own.",
        ),
    ),
)
