"""The way back through a layer of neurons, and through softmax with cross-entropy."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.backpropagation.slopes import LESSON

# --- linear_backward


def _linear_backward(dy, x, w):
    return dy @ w, dy.T @ x, dy.sum(axis=0)


def _upstreams(rng):
    sizes = [distinct_sizes(rng, 3, 2, 8) for _ in range(3)] + [[1, 3, 2]]
    return [
        Call((rng.standard_normal((n, d_out)), rng.standard_normal((n, d_in)), rng.standard_normal((d_out, d_in))))
        for n, d_in, d_out in sizes
    ]


def _dx(dx):
    """A mistake in dx alone."""
    return lambda dy, x, w: (dx(dy, x, w), *_linear_backward(dy, x, w)[1:])


def _dw(dw):
    """A mistake in dw alone."""
    return lambda dy, x, w: (dy @ w, dw(dy, x, w), dy.sum(axis=0))


def _db(db):
    """A mistake in db alone; it needs only dy."""
    return lambda dy, x, w: (dy @ w, dy.T @ x, db(dy))


def _overwritten(dy, x, w):
    dw = np.zeros_like(w)
    for n in range(len(x)):
        dw = np.outer(dy[n], x[n])
    return dw


def _dx_overwritten(dy, x, w):
    dx = np.zeros_like(x)
    for o in range(len(w)):
        dx = np.outer(dy[:, o], w[o])
    return dx


linear_backward = Exercise(
    name="linear_backward",
    lesson=LESSON,
    reference=_linear_backward,
    inputs=_upstreams,
    takes="dy[N D_out] x[N D_in] w[D_out D_in]",
    returns="dx[N D_in] dw[D_out D_in] db[D_out]",
    mistakes=(
        Mistake(
            "dx from the last neuron only",
            _dx(_dx_overwritten),
            "Only the last neuron hands its gradient back to x. Every neuron read x: their shares are added.",
        ),
        Mistake(
            "dx averaged over the neurons",
            _dx(lambda dy, x, w: dy @ w / len(w)),
            "dx was divided by the number of neurons. Every neuron changes the loss by its own amount: add.",
        ),
        Mistake(
            "dx without dy",
            _dx(lambda dy, x, w: np.tile(w.sum(axis=0), (len(x), 1))),
            "dx holds only sums of weights: each neuron's weights must be multiplied by its dy.",
        ),
        Mistake(
            "dx averaged over the batch",
            _dx(lambda dy, x, w: dy @ w / len(x)),
            "dx was divided by N. The average over the batch belongs to the loss and is in dy already.",
        ),
        Mistake(
            "dw averaged over the batch",
            _dw(lambda dy, x, w: dy.T @ x / len(x)),
            "dw was divided by N. The average over the batch belongs to the loss and is in dy already: here, add.",
        ),
        Mistake(
            "dw from the last example only",
            _dw(_overwritten),
            "dw holds only what the last example gave. All examples used the weights: += instead of =.",
        ),
        Mistake(
            "dw from the first example only",
            _dw(lambda dy, x, w: np.outer(dy[0], x[0])),
            "Only example 0 teaches the weights. Each example of the batch used them: sum over N.",
        ),
        Mistake(
            "dw without dy",
            _dw(lambda dy, x, w: np.tile(x.sum(axis=0), (len(w), 1))),
            "dw holds only sums of inputs: each must be multiplied by dy of its example and neuron.",
        ),
        Mistake(
            "dw without x",
            _dw(lambda dy, x, w: np.repeat(dy.sum(axis=0)[:, None], x.shape[1], axis=1)),
            "dw is the same along each row: the input x does not appear. A weight's slope is the number it multiplied.",
        ),
        Mistake(
            "db averaged over the batch",
            _db(lambda dy: dy.mean(axis=0)),
            "db was divided by N. The average over the batch belongs to the loss and is in dy already: here, add.",
        ),
        Mistake(
            "db without the sum over the batch",
            _db(lambda dy: dy.copy()),
            "db has a row for each example. The layer has one offset a neuron, shared by all examples: what is shared "
            "forward is summed backward.",
        ),
        Mistake(
            "db summed over the neurons",
            _db(lambda dy: dy.sum(axis=1)),
            "The sum ran along the row, over the neurons. The batch is axis 0.",
        ),
        Mistake("one db for the layer", _db(lambda dy: dy.sum()), "db is one number. Each neuron has an offset of its own."),
        Mistake(
            "db kept as a row",
            _db(lambda dy: dy.sum(axis=0, keepdims=True)),
            "The numbers of db are right, but it still has the batch axis: it should have the shape of b, (D_out,).",
        ),
        Mistake(
            "db from the first example only",
            _db(lambda dy: dy[0].copy()),
            "db holds only the first example's dy. Every example used the offset: sum over N.",
        ),
    ),
)


# --- softmax_cross_entropy_backward


def softmax(scores, axis=-1):
    """Probabilities; the largest score is taken away first."""
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def one_hot(scores, labels):
    """A table like ``scores`` with a one at each label."""
    return np.eye(scores.shape[1])[labels]


def _backward(scores, labels):
    return (softmax(scores) - one_hot(scores, labels)) / len(scores)


def _whole_columns(scores, labels):
    p = softmax(scores)
    p[:, labels] -= 1
    return p / len(scores)


def _set_to_minus_one(scores, labels):
    p = softmax(scores)
    p[np.arange(len(labels)), labels] = -1
    return p / len(scores)


def _one_maximum(scores, labels):
    e = np.exp(scores - scores.max())
    return (e / e.sum(axis=1, keepdims=True) - one_hot(scores, labels)) / len(scores)


def _overflows(scores, labels):
    e = np.exp(scores)
    return (e / e.sum(axis=1, keepdims=True) - one_hot(scores, labels)) / len(scores)


def _scores(rng):
    calls = []
    for scale in (1.0, 3.0, 1.0):
        n, k = distinct_sizes(rng, 2, 3, 8)
        calls.append(Call((scale * rng.standard_normal((n, k)), rng.integers(0, k, n))))
    large = rng.uniform(800, 1000, (3, 4))
    large[1] -= 900  # one row far below the others
    return [*calls, Call((large, rng.integers(0, 4, 3))), Call((rng.standard_normal((1, 5)), rng.integers(0, 5, 1)))]


softmax_cross_entropy_backward = Exercise(
    name="softmax_cross_entropy_backward",
    lesson=LESSON,
    reference=_backward,
    inputs=_scores,
    takes="scores[N K] labels[N]",
    returns="dscores[N K]",
    mistakes=(
        Mistake(
            "not averaged over the batch",
            lambda scores, labels: softmax(scores) - one_hot(scores, labels),
            "That is the gradient of the sum of the losses. The loss here is their mean, so each example counts 1/N.",
        ),
        Mistake(
            "averaged twice",
            lambda scores, labels: _backward(scores, labels) / len(scores),
            "The gradient was divided by N twice. The mean divides once.",
        ),
        Mistake(
            "averaged over examples and classes",
            lambda scores, labels: (softmax(scores) - one_hot(scores, labels)) / scores.size,
            "You divided by N·K. An example has one loss, not K: the mean is over N.",
        ),
        Mistake(
            "softmax along the wrong axis",
            lambda scores, labels: (softmax(scores, axis=0) - one_hot(scores, labels)) / len(scores),
            "Probabilities add up to one down each column: examples competed with each other. The classes of one example "
            "compete, along its row.",
        ),
        Mistake(
            "one softmax for the whole table",
            lambda scores, labels: (softmax(scores, axis=(0, 1)) - one_hot(scores, labels)) / len(scores),
            "The exponentials were divided by the sum over all examples. Each row needs a sum of its own.",
        ),
        Mistake(
            "the label not subtracted",
            lambda scores, labels: softmax(scores) / len(scores),
            "These are probabilities, all positive: every score would be pushed down. The right class is missing its − 1.",
        ),
        Mistake(
            "softmax forgotten",
            lambda scores, labels: (scores - one_hot(scores, labels)) / len(scores),
            "The label was subtracted from the scores. It belongs to the probabilities.",
        ),
        Mistake(
            "wrong sign",
            lambda scores, labels: -_backward(scores, labels),
            "The sign is wrong: raising the right class's score lowers the loss, so its gradient is negative.",
        ),
        Mistake(
            "whole columns lowered",
            _whole_columns,
            "p[:, labels] takes whole columns: 1 was subtracted in every row. One number a row is meant: pair each row with "
            "its own label.",
        ),
        Mistake(
            "set to minus one",
            _set_to_minus_one,
            "At the right class stands −1 itself. One is to be subtracted from the probability that is there (=- is not -=).",
        ),
        Mistake(
            "largest score of the whole table",
            _one_maximum,
            "One maximum was taken away from all rows. A row far below it becomes all zeros, and 0/0 is not a number: take "
            "each row's own.",
        ),
        Mistake(
            "one subtracted everywhere",
            lambda scores, labels: (softmax(scores) - 1) / len(scores),
            "1 was subtracted from every probability. Only the right class loses it.",
        ),
        Mistake(
            "brackets forgotten",
            lambda scores, labels: softmax(scores) - one_hot(scores, labels) / len(scores),
            "Division binds more tightly than subtraction: only the label's one was divided by N.",
        ),
        Mistake(
            "only the right class",
            lambda scores, labels: -one_hot(scores, labels) / np.maximum(softmax(scores), 1e-300) / len(scores),
            "That is the gradient with respect to the probabilities. Through softmax, raising one score lowers all the others.",
        ),
        Mistake(
            "exponentials overflow",
            _overflows,
            "e to the power of a large score is infinite. Take each row's largest score away first; the result is the same.",
        ),
    ),
)
