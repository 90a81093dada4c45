"""Right answers to the exercises of lesson 02, written in other ways than the reference."""

import numpy as np
import pytest


def numeric_gradient_flat(f, x, h=1e-5):
    slopes = []
    for k in range(x.size):
        nudge = np.zeros(x.size)
        nudge[k] = h
        nudge = nudge.reshape(x.shape)
        slopes.append((f(x + nudge) - f(x - nudge)) / 2 / h)
    return np.reshape(slopes, x.shape).tolist()


def numeric_gradient_in_place(f, x, h=1e-5):
    gradient = np.zeros(x.shape, np.float32)
    for n in range(x.shape[0]):
        for d in range(x.shape[1]):
            old = x[n, d]
            x[n, d] = old + h
            above = f(x)
            x[n, d] = old - h
            below = f(x)
            x[n, d] = old
            gradient[n, d] = (above - below) / (2 * h)
    return gradient


def gradient_step_loops(w, dw, eta):
    return [[w[o][i] - eta * dw[o][i] for i in range(w.shape[1])] for o in range(w.shape[0])]


def gradient_step_copy(w, dw, eta):
    w = w.astype(np.float32)
    w -= eta * dw
    return w


def gradient_step_torch(w, dw, eta):
    torch = pytest.importorskip("torch")
    return torch.tensor(w) - eta * torch.tensor(dw)


def sigmoid_backward_expanded(dy, y):
    return dy * (y - y**2)


def sigmoid_backward_from_x(dy, y):
    x = np.log(y / (1 - y))
    return dy * np.exp(-x) / (1 + np.exp(-x)) ** 2


def relu_backward_where(dy, x):
    return np.where(x > 0, dy, 0).astype(np.float32)


def relu_backward_masked(dy, x):
    dx = dy.copy()
    dx[x <= 0] = 0
    return dx


def relu_backward_loops(dy, x):
    return [[g if v > 0 else 0.0 for g, v in zip(gs, vs, strict=True)] for gs, vs in zip(dy, x, strict=True)]


def relu_backward_torch(dy, x):
    torch = pytest.importorskip("torch")
    x = torch.tensor(x, requires_grad=True)
    return torch.autograd.grad(torch.relu(x), x, torch.tensor(dy))[0]


def linear_backward_loops(dy, x, w):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(len(w))
    for n in range(len(x)):
        for o in range(len(w)):
            dx[n] += dy[n, o] * w[o]
            dw[o] += dy[n, o] * x[n]
            db[o] += dy[n, o]
    return dx, dw, db


def linear_backward_einsum(dy, x, w):
    dy, x, w = (a.astype(np.float32) for a in (dy, x, w))
    return [np.einsum("no,oi->ni", dy, w), np.einsum("no,ni->oi", dy, x), np.einsum("no->o", dy)]


def linear_backward_ones(dy, x, w):
    return dy @ w, (x.T @ dy).T, np.ones(len(dy)) @ dy


def softmax_backward_indexed(scores, labels):
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return p / len(labels)


def softmax_backward_loops(scores, labels):
    rows = []
    for row, label in zip(scores, labels, strict=True):
        e = [np.exp(s - max(row)) for s in row]
        rows.append([(v / sum(e) - (k == label)) / len(scores) for k, v in enumerate(e)])
    return rows


def softmax_backward_torch(scores, labels):
    torch = pytest.importorskip("torch")
    scores = torch.tensor(scores, requires_grad=True)
    return torch.autograd.grad(torch.nn.functional.cross_entropy(scores, torch.tensor(labels)), scores)[0]


def loss_and_gradients_examples(w1, b1, w2, b2, x, labels):
    """One example at a time, the mean taken at the end."""
    total, grads = 0.0, [np.zeros(a.shape) for a in (w1, b1, w2, b2)]
    for row, label in zip(x, labels, strict=True):
        h = np.maximum(w1 @ row + b1, 0)
        s = w2 @ h + b2
        p = np.exp(s - s.max()) / np.exp(s - s.max()).sum()
        total -= np.log(p[label])
        p[label] -= 1
        dz = (w2.T @ p) * (h > 0)
        for grad, share in zip(grads, (np.outer(dz, row), dz, np.outer(p, h), p), strict=True):
            grad += share
    return [total / len(x), *(grad / len(x) for grad in grads)]


def loss_and_gradients_float32(w1, b1, w2, b2, x, labels):
    w1, b1, w2, b2, x = (a.astype(np.float32) for a in (w1, b1, w2, b2, x))
    z = x @ w1.T + b1
    h = z * (z > 0)
    s = h @ w2.T + b2
    s = s - s.max(1)[:, None]
    log_p = s - np.log(np.exp(s).sum(1))[:, None]
    n = len(x)
    ds = (np.exp(log_p) - (labels[:, None] == np.arange(s.shape[1]))) / n
    dz = np.where(z > 0, ds @ w2, 0)
    return -log_p[np.arange(n), labels].sum() / n, dz.T @ x, dz.sum(0), ds.T @ h, ds.sum(0)


def loss_and_gradients_torch(w1, b1, w2, b2, x, labels):
    torch = pytest.importorskip("torch")
    p = [torch.tensor(a, requires_grad=True) for a in (w1, b1, w2, b2)]
    h = torch.relu(torch.tensor(x) @ p[0].T + p[1])
    loss = torch.nn.functional.cross_entropy(h @ p[2].T + p[3], torch.tensor(labels))
    return loss, *torch.autograd.grad(loss, p)


def train_while(loss_and_gradient, validation_loss, w, batches, eta, epochs):
    history, losses = [w.copy()], [validation_loss(w)]
    while len(history) <= epochs:
        w = w.copy()
        for batch in batches:
            w -= eta * loss_and_gradient(w, *batch)[1]
        history.append(w)
        losses.append(validation_loss(w))
        if losses[-1] >= losses[-2]:
            break
    return history[int(np.argmin(losses))]


def train_in_place(loss_and_gradient, validation_loss, w, batches, eta, epochs):
    w = w.copy()
    best, lowest = w.copy(), validation_loss(w)
    for _epoch in range(epochs):
        for x, target in batches:
            _loss, dw = loss_and_gradient(w, x, target)
            w -= eta * dw
        now = validation_loss(w)
        if now < lowest:
            best, lowest = w.copy(), now
        else:
            return best
    return best


RIGHT = {
    "numeric_gradient": [numeric_gradient_flat, numeric_gradient_in_place],
    "gradient_step": [gradient_step_loops, gradient_step_copy, gradient_step_torch],
    "sigmoid_backward": [sigmoid_backward_expanded, sigmoid_backward_from_x],
    "relu_backward": [relu_backward_where, relu_backward_masked, relu_backward_loops, relu_backward_torch],
    "linear_backward": [linear_backward_loops, linear_backward_einsum, linear_backward_ones],
    "softmax_cross_entropy_backward": [softmax_backward_indexed, softmax_backward_loops, softmax_backward_torch],
    "loss_and_gradients": [loss_and_gradients_examples, loss_and_gradients_float32, loss_and_gradients_torch],
    "train": [train_while, train_in_place],
}
