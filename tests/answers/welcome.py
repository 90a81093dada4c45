"""Right answers to the exercises of lesson 00, written in other ways than the reference."""

import numpy as np


def one_hot_by_comparison(labels, classes):
    return (labels[:, None] == np.arange(classes)).astype(np.float32)


def one_hot_by_loop(labels, classes):
    return [[1 if k == label else 0 for k in range(classes)] for label in labels]


def one_hot_filled(labels, classes):
    table = np.zeros((len(labels), classes), int)
    table[range(len(labels)), labels] = 1
    return table


def standardize_by_columns(x):
    return np.stack([(c - np.mean(c)) / np.sqrt(np.mean((c - np.mean(c)) ** 2)) for c in x.T], axis=1)


def standardize_float32(x):
    x = x.astype(np.float32)
    return (x - x.mean(0)) / x.std(0)


def standardize_epsilon(x):
    return (x - x.mean(0)) / (x.std(0) + 1e-8)


RIGHT = {
    "one_hot": [one_hot_by_comparison, one_hot_by_loop, one_hot_filled],
    "standardize": [standardize_by_columns, standardize_float32, standardize_epsilon],
}
