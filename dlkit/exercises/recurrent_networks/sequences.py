"""A whole sequence, step by step."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.recurrent_networks.steps import LESSON, step, weights
from dlkit.numpy_ops import recurrent_networks as ops


def _rnn(x, h0, U, V, b):
    return ops.rnn_forward(x, h0[None], None, U, V, b, None)[0][0]


def _inputs(rng):
    """Ordinary sequences, a batch of one, a single step, and as many sequences as steps."""
    sizes = [distinct_sizes(rng, 4, 2, 9) for _ in range(3)] + [[1, 5, 2, 3], [4, 1, 2, 3], [4, 4, 2, 3]]
    return [
        Call((0.7 * rng.standard_normal((n, t, d)), rng.uniform(-0.9, 0.9, (n, h)), *weights(rng, d, h)))
        for n, t, d, h in sizes
    ]


def _loop(x, h0, U, V, b, *, one=step, start=lambda h0: h0, steps=None, carry=lambda h, h0: h):
    """The loop with one of its pieces changed."""
    h, state = np.zeros((*x.shape[:2], len(V))), start(h0)
    for t in range(x.shape[1]) if steps is None else steps(x.shape[1]):
        state = one(x[:, t], state, U, V, b)
        h[:, t] = state
        state = carry(state, h0)
    return h


def _changed(**pieces):
    return lambda x, h0, U, V, b: _loop(x, h0, U, V, b, **pieces)


def _through_the_batch(x, h0, U, V, b):
    """x[t] for x[:, t]; it runs only where shapes happen to fit."""
    states, state = [], h0
    for t in range(x.shape[1]):
        state = step(x[t], state, U, V, b) if len(x[t]) == len(state) else np.tanh(x[t] @ U.T + state @ V.T + b)
        states.append(state)
    return np.stack(states, axis=1)


def _late(x, h0, U, V, b):
    return np.concatenate([h0[:, None], _rnn(x, h0, U, V, b)[:, :-1]], axis=1)


def _not_taken(x, h0, U, V, b):
    """h0 stands at step 0, and the loop begins at step 1."""
    return np.concatenate([h0[:, None], _rnn(x[:, 1:], h0, U, V, b)] if x.shape[1] > 1 else [h0[:, None]], axis=1)


def _before_tanh(x, h0, U, V, b):
    """What is handed on has not been through tanh."""
    h, z = [], h0
    for t in range(x.shape[1]):
        z = x[:, t] @ U.T + z @ V.T + b
        h.append(np.tanh(z))
    return np.stack(h, axis=1)


rnn = Exercise(
    name="rnn",
    lesson=LESSON,
    reference=_rnn,
    inputs=_inputs,
    takes="x[N T D] h0[N H] U[H D] V[H H] b[H]",
    returns="h[N T H]",
    mistakes=(
        Mistake(
            "h0 ignored",
            _changed(start=np.zeros_like),
            "The first step saw zeros instead of h0. (If you read the state from h[:, t − 1]: at t = 0 that is the last place "
            "of an array still full of zeros.)",
        ),
        Mistake(
            "state never handed on",
            _changed(carry=lambda h, h0: h0),
            "Every step began with h0 again. The state a step leaves is what the next one begins with.",
        ),
        Mistake(
            "state set to zero at each step",
            _changed(start=np.zeros_like, carry=lambda h, h0: np.zeros_like(h0)),
            "Every step began with zeros: there is no memory. The state a step leaves is what the next one begins with.",
        ),
        Mistake(
            "forgets after the first step",
            _changed(carry=lambda h, h0: np.zeros_like(h0)),
            "The first step saw h0, all others zeros. The state a step leaves is what the next one begins with.",
        ),
        Mistake(
            "one step late",
            _late,
            "h0 stands at step 0 and everything comes one step late. h[:, t] is the state after step t has read x[:, t].",
        ),
        Mistake(
            "h0 in place of step 0",
            _not_taken,
            "h0 stands at step 0, and x[:, 0] is never read. h0 is the state before step 0.",
        ),
        Mistake(
            "h0 kept as well",
            lambda x, h0, U, V, b: np.concatenate([h0[:, None], _rnn(x, h0, U, V, b)], axis=1),
            "There is one state too many: h0 stands in front. The result begins with the state after x[:, 0].",
        ),
        Mistake(
            "state handed on before tanh",
            _before_tanh,
            "The stored states are right, but what goes on to the next step has not been through tanh. Hand on the state "
            "itself.",
        ),
        Mistake(
            "stored after the loop",
            lambda x, h0, U, V, b: _rnn(x, h0, U, V, b) * (np.arange(x.shape[1]) == x.shape[1] - 1)[:, None],
            "Only the last place was filled. Storing the state belongs inside the loop.",
        ),
        Mistake(
            "x one step late",
            lambda x, h0, U, V, b: _rnn(np.roll(x, 1, axis=1), h0, U, V, b),
            "Step t read x[:, t − 1], and step 0 the last one. The input of step t is x[:, t]; only the state is from before.",
        ),
        Mistake(
            "only the last state",
            lambda x, h0, U, V, b: _rnn(x, h0, U, V, b)[:, -1],
            "You returned the state after the last step. Keep the state of every step.",
        ),
        Mistake(
            "return inside the loop",
            _changed(steps=lambda T: range(1)),
            "Only the first step was done. Does the line with return stand inside the loop?",
        ),
        Mistake(
            "last step missing",
            _changed(steps=lambda T: range(T - 1)),
            "The last step was not done: range(T) already stops before T.",
        ),
        Mistake(
            "first step missing",
            _changed(steps=lambda T: range(1, T)),
            "Step 0 was left out. It reads x[:, 0] and begins with h0.",
        ),
        Mistake(
            "read from the end",
            _changed(steps=lambda T: reversed(range(T))),
            "The sequence was read backwards: step T − 1 came first. Time runs from 0 up.",
        ),
        Mistake(
            "every step shows the last state",
            lambda x, h0, U, V, b: np.repeat(_rnn(x, h0, U, V, b)[:, -1:], x.shape[1], axis=1),
            "All steps hold the last state. Was one and the same array stored T times and changed in place?",
        ),
        Mistake(
            "time axis first",
            lambda x, h0, U, V, b: np.moveaxis(_rnn(x, h0, U, V, b), 1, 0),
            "The states are right, but time stands first, as np.array of a list of states has it. Here the batch comes first: "
            "(N, T, H).",
        ),
        Mistake(
            "reshaped instead of turned",
            lambda x, h0, U, V, b: np.moveaxis(_rnn(x, h0, U, V, b), 1, 0).reshape(*x.shape[:2], len(V)),
            "The shape is right, but sequences are mixed: (T, N, H) was reshaped to (N, T, H). Exchange the axes instead, or "
            "stack along axis 1.",
        ),
        Mistake(
            "states added up",
            _changed(one=lambda x, h, U, V, b: h + step(x, h, U, V, b)),
            "Each new state was added to the old one (+= for =). It replaces it.",
        ),
        Mistake(
            "V not transposed",
            _changed(one=lambda x, h, U, V, b: np.tanh(x @ U.T + h @ V + b)),
            "The state went through V the wrong way: V is square, so nothing complains. Look at the step above.",
        ),
        Mistake(
            "b forgotten",
            _changed(one=lambda x, h, U, V, b: step(x, h, U, V, 0 * b)),
            "The offset b is missing. All steps use the same one.",
        ),
        Mistake(
            "tanh forgotten",
            _changed(one=lambda x, h, U, V, b: x @ U.T + h @ V.T + b),
            "The terms are added, but tanh is missing.",
        ),
        Mistake(
            "stepped through the batch",
            _through_the_batch,
            "x[t] is sequence number t with all its steps. Step t of all sequences is x[:, t]: the batch is the first axis.",
        ),
        Mistake(
            "x of the first step everywhere",
            lambda x, h0, U, V, b: _rnn(np.repeat(x[:, :1], x.shape[1], axis=1), h0, U, V, b),
            "Every step read x[:, 0]. Step t reads x[:, t].",
        ),
    ),
)
