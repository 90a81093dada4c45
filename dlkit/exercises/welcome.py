"""Exercises of lesson 00: two tiny ones, to learn how exercises work."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake


def _one_hot(labels, classes):
    return np.eye(classes)[labels]  # (N, K)


def _labels(rng: np.random.Generator) -> list[Call]:
    calls = []
    for _ in range(3):
        n, classes = distinct_sizes(rng, 2, 4, 9)
        calls.append(Call((rng.integers(0, classes - 1, n), classes)))  # the last class is never seen
    return [*calls, Call((rng.integers(0, 3, 1), 4))]


def _filled(labels, classes, value):
    table = np.zeros((len(labels), classes))
    table[np.arange(len(labels)), labels] = value
    return table


one_hot = Exercise(
    name="one_hot",
    lesson="00_welcome",
    reference=_one_hot,
    inputs=_labels,
    takes="labels[N]",
    returns="table[N K]",
    mistakes=(
        Mistake(
            "classes counted from one",
            lambda labels, classes: _one_hot(labels - 1, classes),
            "The one of label 0 stands in the last column: labels start at 0, so label k belongs in column k.",
        ),
        Mistake(
            "rows and columns exchanged",
            lambda labels, classes: _one_hot(labels, classes).T,
            "Your table has a row for each class; it should have a row for each example, (N, K).",
        ),
        Mistake(
            "columns only for labels that occur",
            lambda labels, classes: _one_hot(labels, labels.max() + 1),
            "The number of columns was taken from the largest label. A class that does not occur here needs its column too.",
        ),
        Mistake(
            "the label instead of a one",
            lambda labels, classes: _filled(labels, classes, labels),
            "Each row holds the label itself at the right place. One-hot means the value 1 there, whatever the label.",
        ),
        Mistake(
            "ones and zeros exchanged",
            lambda labels, classes: 1 - _one_hot(labels, classes),
            "There is a zero at the label and ones elsewhere: it is the other way round.",
        ),
    ),
)


def _standardize(x, axis=0, ddof=0):
    return (x - x.mean(axis, keepdims=True)) / x.std(axis, keepdims=True, ddof=ddof)


def _tables(rng: np.random.Generator) -> list[Call]:
    calls = []
    for columns in (2, 3, 4, 1):
        plain = rng.standard_normal((rng.integers(5, 9), columns))
        spread, middle = rng.uniform(1, 5, columns), rng.uniform(2, 6, columns)
        calls.append(Call((spread * _standardize(plain) + middle,)))  # no column is all but constant
    return calls


standardize = Exercise(
    name="standardize",
    lesson="00_welcome",
    reference=lambda x: _standardize(x),
    inputs=_tables,
    takes="x[N D]",
    returns="z[N D]",
    mistakes=(
        Mistake(
            "one mean for the whole table",
            lambda x: _standardize(x, axis=None),
            "Mean and deviation were taken over all numbers at once. Each column is a feature with its own unit: it "
            "needs its own.",
        ),
        Mistake(
            "along the wrong axis",
            lambda x: _standardize(x, axis=1),
            "Each row was standardized. Axis 0 runs down a column, over the examples; axis 1 runs along a row.",
        ),
        Mistake(
            "divided by n − 1",
            lambda x: _standardize(x, ddof=1),
            "The deviation was computed with n − 1. Here, as in batch normalisation, the plain average over n is meant.",
        ),
        Mistake(
            "variance instead of deviation",
            lambda x: (x - x.mean(axis=0)) / x.var(axis=0),
            "You divided by the variance. The spread in the unit of the data is its square root.",
        ),
        Mistake(
            "brackets forgotten",
            lambda x: x - x.mean(axis=0) / x.std(axis=0),
            "Division binds more tightly than subtraction: only the mean was divided, not the difference.",
        ),
        Mistake(
            "mean not taken away",
            lambda x: x / x.std(axis=0),
            "The columns have the right spread but are not centred on zero.",
        ),
        Mistake(
            "only centred",
            lambda x: x - x.mean(axis=0),
            "The columns are centred on zero but keep their spread.",
        ),
        Mistake(
            "squeezed between 0 and 1",
            lambda x: (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0)),
            "That is min–max scaling. Here each column should have mean 0 and standard deviation 1.",
        ),
    ),
)
