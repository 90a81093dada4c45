"""Scores to probabilities, and how surprised the truth makes us."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.neurons.layers import LESSON
from dlkit.numpy_ops.activations import log_softmax_forward, softmax_forward


def _softmax(x, axis=1):
    return softmax_forward(x, dim=axis)[0]


def _ratio(e, axis=1):
    return e / e.sum(axis=axis, keepdims=True)


def _far_apart(rng, n, classes):
    """Rows of scores spread over thousands, each row at another height."""
    spread = np.stack([rng.permutation(np.linspace(-3500, 2500, classes)) for _ in range(n)])
    return spread + 3000 * (np.arange(n) % 2)[:, None] + rng.standard_normal((n, classes))


def _scores(rng):
    calls = [Call((2 * rng.standard_normal(distinct_sizes(rng, 2, 2, 8)),)) for _ in range(3)]
    n, classes = distinct_sizes(rng, 2, 3, 7)
    high = rng.standard_normal((n, classes)) + 3000 * (np.arange(n) % 2)[:, None]  # rows at two heights
    square = rng.integers(-16, 17, (4, 4)) / 8 - 3000  # a maximum that starts at zero would win here
    return [*calls, *(Call((x,)) for x in (high, _far_apart(rng, classes, n), square, rng.standard_normal((1, 1))))]


def _one_row_for_all(x):
    total = 0
    for row in x:
        for score in row:
            total += np.exp(score - x.max())
    return np.exp(x - x.max()) / total


def _largest_from_zero(x):
    shifted = np.empty_like(x)
    for n, row in enumerate(x):
        largest = 0
        for score in row:
            largest = max(largest, score)
        shifted[n] = row - largest
    return _ratio(np.exp(shifted))


softmax = Exercise(
    name="softmax",
    lesson=LESSON,
    reference=lambda x: _softmax(x),
    inputs=_scores,
    takes="x[N K]",
    returns="p[N K]",
    mistakes=(
        Mistake(
            "overflow",
            lambda x: _ratio(np.exp(x)),
            "Ordinary scores come out right, large ones do not: e¹⁰⁰⁰ is infinite for a computer. Shift each row before you "
            "take exponentials.",
        ),
        Mistake(
            "one maximum for the whole table",
            lambda x: _ratio(np.exp(x - x.max())),
            "The largest number of the whole table was subtracted. A row far below it becomes all zeros, and 0/0 is not a "
            "number. Each row needs its own maximum.",
        ),
        Mistake(
            "the maximum started at zero",
            _largest_from_zero,
            "A row far below zero becomes 0/0. The running maximum begins at 0, and no score of that row is larger. Begin at "
            "the row's first score.",
        ),
        Mistake(
            "the largest by size",
            lambda x: _ratio(np.exp(x - np.abs(x).max(axis=1, keepdims=True))),
            "The largest absolute value was subtracted. In a row of negative scores that is the wrong one: the shift is the "
            "largest score itself, with its sign.",
        ),
        Mistake(
            "shifted by the mean",
            lambda x: _ratio(np.exp(x - x.mean(axis=1, keepdims=True))),
            "The mean of a row was subtracted. A score far above the mean still overflows: which shift makes every exponent at "
            "most 0?",
        ),
        Mistake(
            "shifted by the smallest",
            lambda x: _ratio(np.exp(x - x.min(axis=1, keepdims=True))),
            "The smallest score was subtracted, so that the exponents are as large as can be. They should be at most 0.",
        ),
        Mistake(
            "along the wrong axis",
            lambda x: _softmax(x, axis=0),
            "The columns add up to one. Each row is an example, and its classes should: axis 1 runs along a row.",
        ),
        Mistake(
            "one sum for the whole table",
            _one_row_for_all,
            "All numbers together add up to one. Each row should, by itself.",
        ),
        Mistake(
            "shifted by the largest of the column",
            lambda x: _ratio(np.exp(x - x.max(axis=0))),
            "The largest number of each column was subtracted. That changes the probabilities: within a row all scores must be "
            "shifted by the same number.",
        ),
        Mistake(
            "maximum and sum lost their axis",
            lambda x: np.exp(x - x.max(axis=1)) / np.exp(x - x.max(axis=1)).sum(axis=1),
            "Row maxima and row sums of shape (N,) are lined up with the columns: an error, or, on a square table, a silent "
            "mix-up. Keep the summed axis, with size 1.",
        ),
        Mistake(
            "the maximum lost its axis",
            lambda x: _ratio(np.exp(x - x.max(axis=1))),
            "Row maxima of shape (N,) are lined up with the columns: an error, or, on a square table, a silent mix-up. Keep "
            "the axis, with size 1.",
        ),
        Mistake(
            "the sum lost its axis",
            lambda x: np.exp(x - x.max(axis=1, keepdims=True)) / np.exp(x - x.max(axis=1, keepdims=True)).sum(axis=1),
            "Row sums of shape (N,) were lined up with the columns: on a square table nobody complains. Keep the summed axis "
            "with size 1.",
        ),
        Mistake(
            "not divided",
            lambda x: np.exp(x - x.max(axis=1, keepdims=True)),
            "The exponentials are right but do not add up to one. Divide each row by its sum.",
        ),
        Mistake(
            "divided by the largest",
            lambda x: x / x.max(axis=1, keepdims=True),
            "The scores were divided by the largest. Take exponentials, then divide by their sum.",
        ),
        Mistake(
            "without exponentials",
            lambda x: x / x.sum(axis=1, keepdims=True),
            "The scores themselves were divided by their sum: negative ones give negative probabilities. Exponentials come "
            "first.",
        ),
        Mistake(
            "the logarithm",
            lambda x: log_softmax_forward(x)[0],
            "These are logarithms of probabilities. The probabilities themselves are wanted.",
        ),
        Mistake(
            "a sigmoid for each score",
            lambda x: 1 / (1 + np.exp(-x)),
            "Each score was squeezed by itself. In a softmax the classes of a row share one whole.",
        ),
        Mistake(
            "smallest score wins",
            lambda x: _softmax(-x),
            "The smallest score got the largest probability. Look at the sign in the exponent.",
        ),
    ),
)


def _cross_entropy(x, labels):
    return -np.mean(_picked(x, labels))


def _picked(x, labels):
    """log p of the right classes: (N,)."""
    return log_softmax_forward(x)[0][np.arange(len(x)), labels]


def _labelled(rng):
    calls = []
    for _ in range(3):
        n, classes = distinct_sizes(rng, 2, 3, 8)
        calls.append(Call((2 * rng.standard_normal((n, classes)), rng.integers(0, classes, n))))
    n, classes = distinct_sizes(rng, 2, 3, 7)
    x = _far_apart(rng, n, classes)
    wrong = x.argmin(axis=1)  # the surest mistakes there are: their probability is 0 for a computer
    one_example = rng.integers(-16, 17, (1, 4)) / 8 - 3000, rng.integers(0, 4, 1)  # far below zero
    one_class = np.ones((2, 1)), np.zeros(2, int)
    return [*calls, *map(Call, [(x, wrong), (x, x.argmax(axis=1)), one_example, one_class])]


def _naive(x, labels):
    p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(x)), labels]))


def _first_only(x, labels):
    loss = 0.0
    for n in range(len(x)):
        loss -= _picked(x, labels)[n]
        return loss / len(x)


def _sum_of_exponentials(x, labels, largest):
    return np.mean(np.log(np.exp(x - largest).sum(axis=1)) - x[np.arange(len(x)), labels])


def _row_maxima(x):
    return x.max(axis=1, keepdims=True)


cross_entropy = Exercise(
    name="cross_entropy",
    lesson=LESSON,
    reference=_cross_entropy,
    inputs=_labelled,
    takes="x[N K] labels[N]",
    returns="loss[]",
    mistakes=(
        Mistake(
            "overflow",
            _naive,
            "Ordinary scores come out right, large ones do not. Do not compute e¹⁰⁰⁰: shift each row first.",
        ),
        Mistake(
            "the sum overflows",
            lambda x, labels: _sum_of_exponentials(x, labels, 0),
            "Ordinary scores come out right, large ones become infinite: the exponentials overflow inside the sum. Shift each "
            "row by its maximum, and add that maximum again outside the logarithm.",
        ),
        Mistake(
            "the maximum not added again",
            lambda x, labels: _sum_of_exponentials(x, labels, _row_maxima(x)),
            "The sum was shifted by the row's maximum, the right score was not. log Σ exp(x) is m + log Σ exp(x − m): add the "
            "maximum again, or shift the right score too.",
        ),
        Mistake(
            "one maximum for the whole table",
            lambda x, labels: x.max() + _sum_of_exponentials(x, labels, x.max()),
            "The largest number of the whole table was subtracted. A row far below it has a sum of 0, whose logarithm is −∞. "
            "Each row needs its own maximum.",
        ),
        Mistake(
            "softmax twice",
            lambda x, labels: -np.mean(_picked(_softmax(x), labels)),
            "The scores went through the softmax twice. Scores come in, and the loss holds the one softmax there is.",
        ),
        Mistake(
            "logarithm of zero",
            lambda x, labels: -np.mean(np.log(_softmax(x)[np.arange(len(x)), labels])),
            "A probability can be so small that the computer holds 0, and its logarithm is −∞. Do not go through p: the "
            "logarithm of the quotient is a difference.",
        ),
        Mistake(
            "a small number against log 0",
            lambda x, labels: -np.mean(np.log(_softmax(x)[np.arange(len(x)), labels] + 1e-12)),
            "A tiny number was added before the logarithm. That hides the infinity but caps the loss at about 28, where it "
            "should be thousands. Do not go through p at all.",
        ),
        Mistake(
            "sum instead of mean",
            lambda x, labels: -np.sum(_picked(x, labels)),
            "The examples were added. The mean keeps the loss comparable between batches of different sizes.",
        ),
        Mistake(
            "mean forgotten",
            lambda x, labels: -_picked(x, labels),
            "There is one loss for each example. The mean of them is wanted, one number.",
        ),
        Mistake(
            "one sum for the whole table",
            lambda x, labels: np.mean(x.max() + np.log(np.exp(x - x.max()).sum()) - x[np.arange(len(x)), labels]),
            "The exponentials of all rows went into one sum. Each example has a sum of its own.",
        ),
        Mistake(
            "sign",
            lambda x, labels: np.mean(_picked(x, labels)),
            "Your loss is negative. The logarithm of a probability is at most 0, so its negative is taken.",
        ),
        Mistake(
            "divided by the classes too",
            lambda x, labels: -np.sum(_picked(x, labels)) / x.size,
            "You averaged over all N · K entries. Each example counts once: divide by N.",
        ),
        Mistake(
            "divided by the classes instead",
            lambda x, labels: -np.sum(_picked(x, labels)) / x.shape[1],
            "You divided by the number of classes. Divide by the number of examples, N.",
        ),
        Mistake(
            "every label with every row",
            lambda x, labels: -np.mean(log_softmax_forward(x)[0][:, labels]),
            "Each row was asked about the labels of all examples. Row n needs the label of example n only.",
        ),
        Mistake(
            "logarithm to base 2",
            lambda x, labels: -np.mean(_picked(x, labels)) / np.log(2),
            "That is the loss in bits, with base 2. Here and in every framework the natural logarithm is meant.",
        ),
        Mistake(
            "logarithm to base 10",
            lambda x, labels: -np.mean(_picked(x, labels)) / np.log(10),
            "That is a logarithm to base 10. The natural logarithm, np.log, is meant.",
        ),
        Mistake(
            "the score itself",
            lambda x, labels: -np.mean(x[np.arange(len(x)), labels]),
            "You averaged the right scores. They must be compared with the scores of the other classes: the softmax is "
            "missing.",
        ),
        Mistake(
            "the logarithm forgotten",
            lambda x, labels: 1 - np.mean(_softmax(x)[np.arange(len(x)), labels]),
            "You averaged how much probability is missing. Cross-entropy takes the logarithm.",
        ),
        Mistake(
            "probability instead of its logarithm",
            lambda x, labels: -np.mean(_softmax(x)[np.arange(len(x)), labels]),
            "You averaged the probabilities. Cross-entropy averages their negative logarithms.",
        ),
        Mistake(
            "all classes counted",
            lambda x, labels: -np.mean(log_softmax_forward(x)[0].sum(axis=1)),
            "All classes were added up. Only the right class of each example counts.",
        ),
        Mistake(
            "labels counted from one",
            lambda x, labels: -np.mean(_picked(x, labels - 1)),
            "The column before the right one was read. Labels start at 0, as columns do.",
        ),
        Mistake(
            "return inside the loop",
            _first_only,
            "Only the first example counts. Does the line with return stand inside the loop?",
        ),
    ),
)
