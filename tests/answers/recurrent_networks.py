"""Right answers to the exercises of lesson 13, written in other ways than the reference."""

import contextlib
import importlib
import math

import numpy as np
import pytest

with contextlib.suppress(ImportError):
    importlib.import_module("torch")  # now: an answer has five seconds, and on a busy machine the import takes them


def step_concatenated(x, h_prev, U, V, b):
    """One product of the input and the state side by side."""
    return np.tanh(np.concatenate([x, h_prev], axis=1) @ np.concatenate([U, V], axis=1).T + b)


def step_loops(x, h_prev, U, V, b):
    rows = []
    for n in range(len(x)):
        row = []
        for k in range(len(b)):
            z = b[k]
            for d in range(x.shape[1]):
                z += U[k, d] * x[n, d]
            for j in range(len(b)):
                z += V[k, j] * h_prev[n, j]
            row.append(math.tanh(z))
        rows.append(row)
    return rows


def step_torch(x, h_prev, U, V, b):
    torch = pytest.importorskip("torch")
    return torch.tanh(torch.tensor(x) @ torch.tensor(U).T + torch.tensor(h_prev) @ torch.tensor(V).T + torch.tensor(b))


def step_backward_loops(dh, x, h_prev, h, U, V):
    dx, dh_prev, dU, dV, db = np.zeros(x.shape), np.zeros(h.shape), np.zeros(U.shape), np.zeros(V.shape), np.zeros(len(V))
    for n in range(len(x)):
        dz = dh[n] - dh[n] * h[n] ** 2
        dx[n] = U.T @ dz
        dh_prev[n] = V.T @ dz
        dU += np.outer(dz, x[n])
        dV += np.outer(dz, h_prev[n])
        db += dz
    return dx, dh_prev, dU, dV, db


def step_backward_einsum(dh, x, h_prev, h, U, V):
    dh, x, h_prev, h, U, V = (a.astype(np.float32) for a in (dh, x, h_prev, h, U, V))
    dz = dh * (1 + h) * (1 - h)
    return [
        np.einsum("nh,hd->nd", dz, U), np.einsum("nh,hk->nk", dz, V), np.einsum("nh,nd->hd", dz, x),
        np.einsum("nh,nk->hk", dz, h_prev), np.ones(len(dz), np.float32) @ dz,
    ]  # fmt: skip


def rnn_list(x, h0, U, V, b):
    states = [h0]
    for t in range(x.shape[1]):
        states.append(np.tanh(x[:, t] @ U.T + states[-1] @ V.T + b))
    return np.stack(states[1:], axis=1)


def rnn_products_first(x, h0, U, V, b):
    """All steps' input products at once, in float32, one sequence at a time."""
    z = (np.einsum("ntd,hd->nth", x, U) + b).astype(np.float32)
    for n in range(len(z)):
        state = h0[n]
        for t in range(z.shape[1]):
            state = z[n, t] = np.tanh(z[n, t] + V @ state)
    return z


def rnn_torch(x, h0, U, V, b):
    torch = pytest.importorskip("torch")
    network = torch.nn.RNN(U.shape[1], len(V), batch_first=True, dtype=torch.float64)
    for name, value in (("weight_ih_l0", U), ("weight_hh_l0", V), ("bias_ih_l0", b), ("bias_hh_l0", 0 * b)):
        getattr(network, name).data = torch.tensor(value)
    return network(torch.tensor(x), torch.tensor(h0)[None])[0]


def rnn_backward_stored(dh, x, h0, h, U, V):
    """Every dz first, then all the products at once."""
    before = np.concatenate([h0[:, None], h[:, :-1]], axis=1)
    dz = np.zeros_like(h)
    back = np.zeros_like(h0)
    for t in range(h.shape[1] - 1, -1, -1):
        dz[:, t] = (dh[:, t] + back) * (1 - h[:, t] ** 2)
        back = dz[:, t] @ V
    return dz @ U, back, np.einsum("nth,ntd->hd", dz, x), np.einsum("nth,ntk->hk", dz, before), dz.sum(axis=(0, 1))


def rnn_backward_examples(dh, x, h0, h, U, V):
    """One sequence at a time, vectors only."""
    dx, dh0 = np.zeros_like(x), np.zeros_like(h0)
    dU, dV, db = np.zeros_like(U), np.zeros_like(V), np.zeros(len(V))
    for n in range(len(x)):
        states = [h0[n], *h[n]]
        back = 0
        for t in reversed(range(x.shape[1])):
            dz = (1 - states[t + 1] ** 2) * (dh[n, t] + back)
            dU += dz[:, None] * x[n, t]
            dV += dz[:, None] * states[t]
            db += dz
            dx[n, t] = U.T @ dz
            back = V.T @ dz
        dh0[n] = back
    return [dx, dh0, dU, dV, db]


def rnn_backward_torch(dh, x, h0, h, U, V):
    """Automatic, from the states: z is read back from h, and the offset with it."""
    torch = pytest.importorskip("torch")
    b = np.arctanh(h[:, 0]) - x[:, 0] @ U.T - h0 @ V.T
    p = [torch.tensor(a, requires_grad=True) for a in (x, h0, U, V, b[0])]
    state, states = p[1], []
    for t in range(x.shape[1]):
        state = torch.tanh(p[0][:, t] @ p[2].T + state @ p[3].T + p[4])
        states.append(state)
    return torch.autograd.grad(torch.stack(states, 1), p, torch.tensor(dh))


def clip_concatenated(gradients, max_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in gradients]))
    return tuple(g * min(1, max_norm / (norm + 1e-6)) for g in gradients)


def clip_loops(gradients, max_norm):
    total = 0.0
    for g in gradients:
        for value in g.ravel():
            total += value * value
    if math.sqrt(total) <= max_norm:
        return gradients
    return [g.astype(np.float32) / math.sqrt(total) * max_norm for g in gradients]


def clip_torch(gradients, max_norm):
    torch = pytest.importorskip("torch")
    tensors = [torch.tensor(g) for g in gradients]
    norm = torch.cat([g.flatten() for g in tensors]).norm()
    return [g * torch.clamp(max_norm / (norm + 1e-6), max=1) for g in tensors]


def sequence_cross_entropy_loops(scores, targets, pad):
    total, letters, dscores = 0.0, 0, np.zeros(scores.shape)
    for n, t in np.ndindex(*targets.shape):
        if targets[n, t] == pad:
            continue
        row = scores[n, t] - scores[n, t].max()
        p = np.exp(row) / sum(np.exp(row))
        total -= np.log(p[targets[n, t]])
        dscores[n, t] = p
        dscores[n, t, targets[n, t]] -= 1
        letters += 1
    return total / letters, dscores / letters


def sequence_cross_entropy_selected(scores, targets, pad):
    """The letters taken out, and put back at the end; float32."""
    mask = targets != pad
    s = scores[mask]
    s = (s - s.max(axis=1, keepdims=True)).astype(np.float32)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    rows = np.arange(len(s))
    dscores = np.zeros(scores.shape, np.float32)
    d = np.exp(log_p)
    d[rows, targets[mask]] -= 1
    dscores[mask] = d / len(s)
    return -log_p[rows, targets[mask]].mean(), dscores


def sequence_cross_entropy_torch(scores, targets, pad):
    torch = pytest.importorskip("torch")
    scores = torch.tensor(scores, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(scores.transpose(1, 2), torch.tensor(targets), ignore_index=pad)
    return loss, torch.autograd.grad(loss, scores)[0]


def sample_choice(scores, temperature, rng):
    s = scores / temperature
    p = np.exp(s - s.max(axis=1)[:, None])
    return [int(rng.choice(len(row), p=row / row.sum())) for row in p]


def sample_loops(scores, temperature, rng):
    letters = []
    for row in scores:
        weights = [math.exp((s - max(row)) / temperature) for s in row]
        r, total, k = rng.random() * sum(weights), weights[0], 0
        while total <= r:
            k += 1
            total += weights[k]
        letters.append(k)
    return letters


def sample_first(scores, temperature, rng):
    p = np.exp((scores - scores.max(axis=1, keepdims=True)) / temperature)
    running = np.cumsum(p / p.sum(axis=1, keepdims=True), axis=1)
    return (running > rng.random((len(scores), 1))).argmax(axis=1)


RIGHT = {
    "rnn_step": [step_concatenated, step_loops, step_torch],
    "rnn": [rnn_list, rnn_products_first, rnn_torch],
    "rnn_step_backward": [step_backward_loops, step_backward_einsum],
    "rnn_backward": [rnn_backward_stored, rnn_backward_examples, rnn_backward_torch],
    "clip_by_norm": [clip_concatenated, clip_loops, clip_torch],
    "sequence_cross_entropy": [sequence_cross_entropy_loops, sequence_cross_entropy_selected, sequence_cross_entropy_torch],
    "sample": [sample_choice, sample_loops, sample_first],
}
