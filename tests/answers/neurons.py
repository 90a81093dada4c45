"""Right answers to the exercises of lesson 01, written in other ways than the reference."""

import itertools
import math

import numpy as np
import pytest


def neuron_loop(x, w, b):
    z = b
    for i in range(len(x)):
        z += w[i] * x[i]
    return 1 / (1 + math.exp(-z))


def neuron_tanh(x, w, b):
    return 0.5 * (1 + np.tanh((np.sum(np.multiply(w, x)) + b) / 2))


def neuron_float32(x, w, b):
    z = x.astype(np.float32) @ w.astype(np.float32) + np.float32(b)
    return np.exp(z) / (1 + np.exp(z))


def neuron_torch(x, w, b):
    torch = pytest.importorskip("torch")
    return torch.sigmoid(torch.tensor(w) @ torch.tensor(x) + b)


def linear_loops(x, w, b):
    y = np.zeros((len(x), len(w)))
    for n in range(len(x)):
        for o in range(len(w)):
            for i in range(x.shape[1]):
                y[n, o] += x[n, i] * w[o, i]
            y[n, o] += b[o]
    return y


def linear_lists(x, w, b):
    return [[float(row @ weights) + offset for weights, offset in zip(w, b, strict=True)] for row in x]


def linear_einsum(x, w, b):
    return np.einsum("ni,oi->no", x, w).astype(np.float32) + b


def linear_columns(x, w, b):
    return (w @ x.T + b[:, None]).T


def linear_torch(x, w, b):
    torch = pytest.importorskip("torch")
    return torch.nn.functional.linear(*map(torch.tensor, (x, w, b)))


def count_by_arrays(sizes, bias=True):
    count = 0
    for a, b in itertools.pairwise(sizes):
        count += np.zeros((b, a)).size + (np.zeros(b).size if bias else 0)
    return count


def count_by_dot(sizes, bias=True):
    sizes = np.array(sizes)
    return (sizes[:-1] + int(bias)) @ sizes[1:]


def bends_by_mask(x, slope=0.1, alpha=1.0):
    leaky, elu = x.copy(), x.copy()
    leaky[x < 0] *= slope
    elu[x < 0] = alpha * (np.exp(x[x < 0]) - 1)
    return [leaky, elu]


def bends_by_maximum(x, slope=0.1, alpha=1.0):
    x = x.astype(np.float32)
    return np.maximum(x, slope * x), np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))


def bends_by_loop(x, slope=0.1, alpha=1.0):
    leaky = [[v if v > 0 else slope * v for v in row] for row in x]
    return leaky, [[v if v > 0 else alpha * (math.exp(v) - 1) for v in row] for row in x]


def bends_by_where(x, slope=0.1, alpha=1.0):
    return np.where(x >= 0, x, slope * x), np.where(x >= 0, x, alpha * (np.exp(x) - 1))


def bends_by_torch(x, slope=0.1, alpha=1.0):
    torch = pytest.importorskip("torch")
    x = torch.tensor(x)
    return torch.nn.functional.leaky_relu(x, slope), torch.nn.functional.elu(x, alpha)


def maxout_loops(x, w, b):
    y = np.full((len(x), w.shape[1]), -np.inf)
    for k in range(len(w)):
        y = np.maximum(y, x @ w[k].T + b[k])
    return y


def maxout_einsum(x, w, b):
    return (np.einsum("ni,koi->nko", x, w) + b).max(axis=1).astype(np.float32)


def maxout_lists(x, w, b):
    pieces, neurons, _ = w.shape
    return [[max(row @ w[k, o] + b[k, o] for k in range(pieces)) for o in range(neurons)] for row in x]


def collapse_by_asking(w1, b1, w2, b2):
    def both(x):
        return w2 @ (w1 @ x + b1) + b2

    b = both(np.zeros(w1.shape[1]))
    return np.stack([both(e) - b for e in np.eye(w1.shape[1])], axis=1), b


def collapse_einsum(w1, b1, w2, b2):
    return [np.einsum("oh,hi->oi", w2, w1), (w2 * b1).sum(axis=1) + b2]


def collapse_float32(w1, b1, w2, b2):
    w1, b1, w2, b2 = (a.astype(np.float32) for a in (w1, b1, w2, b2))
    return (w1.T @ w2.T).T, b1 @ w2.T + b2


def xor_by_difference(low, high):
    step = high - low
    return np.array([[1, -1], [-1, 1]]), np.zeros(2), np.array([[step, step]]), np.array([low])


def xor_lists(low, high):
    return [[1, 1], [2, 2]], [0, -2], [[high - low, low - high]], [low]


def xor_from_above(low, high):
    return np.array([[-1.0, -1], [1, 1]]), np.array([1.0, -1]), np.full((1, 2), low - high), np.array([high])


def xor_three_neurons(low, high):
    w = np.array([[1, 0], [0, 1], [1, 1]], dtype=np.float32)
    step = high - low
    return w, np.array([0, 0, -1]), np.array([[step, step, -2 * step]]), np.array([low])


def softmax_by_row(x):
    rows = []
    for row in x:
        e = [math.exp(score - max(row)) for score in row]
        rows.append([value / sum(e) for value in e])
    return rows


def softmax_log(x):
    top = np.max(x, axis=1)[:, None]
    return np.exp(x - top - np.log(np.sum(np.exp(x - top), axis=1))[:, None])


def softmax_float32(x):
    x = x.astype(np.float32)
    e = np.exp((x.T - x.max(axis=1)).T)
    return e / e.sum(axis=1, keepdims=True)


def softmax_torch(x):
    torch = pytest.importorskip("torch")
    return torch.softmax(torch.tensor(x), dim=1)


def cross_entropy_loop(x, labels):
    total = 0.0
    for row, label in zip(x, labels, strict=True):
        top = max(row)
        total += top + math.log(sum(math.exp(score - top) for score in row)) - row[label]
    return total / len(x)


def cross_entropy_one_hot(x, labels):
    z = x - x.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -(np.eye(x.shape[1])[labels] * logp).sum(axis=1).mean()


def cross_entropy_logaddexp(x, labels):
    return np.mean(np.logaddexp.reduce(x, axis=1) - x[range(len(x)), labels])


def cross_entropy_float32(x, labels):
    x = x.astype(np.float32)
    z = x - np.take_along_axis(x, labels[:, None], axis=1)
    top = z.max(axis=1, keepdims=True)
    return np.mean(top[:, 0] + np.log(np.exp(z - top).sum(axis=1)))


def cross_entropy_torch(x, labels):
    torch = pytest.importorskip("torch")
    return torch.nn.functional.cross_entropy(torch.tensor(x), torch.tensor(labels))


RIGHT = {
    "neuron": [neuron_loop, neuron_tanh, neuron_float32, neuron_torch],
    "linear": [linear_loops, linear_lists, linear_einsum, linear_columns, linear_torch],
    "count_parameters": [count_by_arrays, count_by_dot],
    "leaky_relu_and_elu": [bends_by_mask, bends_by_maximum, bends_by_loop, bends_by_where, bends_by_torch],
    "maxout": [maxout_loops, maxout_einsum, maxout_lists],
    "collapse": [collapse_by_asking, collapse_einsum, collapse_float32],
    "xor_weights": [xor_by_difference, xor_lists, xor_from_above, xor_three_neurons],
    "softmax": [softmax_by_row, softmax_log, softmax_float32, softmax_torch],
    "cross_entropy": [
        cross_entropy_loop, cross_entropy_one_hot, cross_entropy_logaddexp, cross_entropy_float32, cross_entropy_torch,
    ],
}  # fmt: skip
