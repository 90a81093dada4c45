"""Right answers to the exercises of lesson 14, written in other ways than the reference."""

import numpy as np
import pytest


def _sigma(z):
    return 0.5 * (1 + np.tanh(z / 2))


def lstm_step_slices(x, h, c, u, v, b):
    """Gate by gate, each with its own rows."""
    n = h.shape[1]

    def gate(k):
        rows = slice(k * n, (k + 1) * n)
        return x @ u[rows].T + h @ v[rows].T + b[rows]

    new = _sigma(gate(1)) * c + _sigma(gate(0)) * np.tanh(gate(2))
    return _sigma(gate(3)) * np.tanh(new), new


def lstm_step_loops(x, h, c, u, v, b):
    """Number by number, as lists."""
    shown, cells = [], []
    size = len(h[0])
    for n in range(len(x)):
        z = [float(np.dot(u[k], x[n]) + np.dot(v[k], h[n]) + b[k]) for k in range(len(b))]
        new = [_sigma(z[size + j]) * c[n][j] + _sigma(z[j]) * np.tanh(z[2 * size + j]) for j in range(size)]
        cells.append(new)
        shown.append([_sigma(z[3 * size + j]) * np.tanh(new[j]) for j in range(size)])
    return [shown, cells]


def lstm_step_concatenated(x, h, c, u, v, b):
    """One product with [x, h], float32 where that is exact enough, the usual σ."""
    z = np.concatenate([x, h], axis=1) @ np.concatenate([u, v], axis=1).T + b
    i, f, g, o = np.split(z, 4, axis=1)
    new = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
    return np.tanh(new) / (1 + np.exp(-o)), new


def lstm_step_torch(x, h, c, u, v, b):
    torch = pytest.importorskip("torch")
    x, h, c, u, v, b = map(torch.tensor, (x, h, c, u, v, b))
    return torch.lstm_cell(x, (h, c), u, v, b, torch.zeros_like(b))


def lstm_list(x, h, c, u, v, b):
    hs = []
    for column in np.moveaxis(x, 1, 0):
        h, c = lstm_step_slices(column, h, c, u, v, b)
        hs += [h.astype(np.float32)]
    return np.array(hs).transpose(1, 0, 2), c


def lstm_filled(x, h, c, u, v, b):
    hs = np.empty((len(x), x.shape[1], h.shape[1]))
    for t in range(x.shape[1]):
        hs[:, t], c = lstm_step_slices(x[:, t], hs[:, t - 1] if t else h, c, u, v, b)
    return hs, c


def lstm_examples(x, h, c, u, v, b):
    """One example after the other."""
    hs, cs = [], []
    for n in range(len(x)):
        one, cell, shown = h[n : n + 1], c[n : n + 1], []
        for t in range(len(x[n])):
            one, cell = lstm_step_loops(x[n : n + 1, t], one, cell, u, v, b)
            shown.append(one[0])
        hs.append(shown)
        cs.append(cell[0])
    return hs, cs


def lstm_torch(x, h, c, u, v, b):
    torch = pytest.importorskip("torch")
    net = torch.nn.LSTM(x.shape[2], h.shape[1], batch_first=True, dtype=torch.float64)
    weights = [torch.tensor(a) for a in (u, v, b, 0 * b)]
    named = dict(zip([name for name, _ in net.named_parameters()], weights, strict=True))
    y, (_, last) = torch.func.functional_call(net, named, (torch.tensor(x), (torch.tensor(h)[None], torch.tensor(c)[None])))
    return y, last[0]


def step_backward_gates(dh, dc, c, i, f, g, o):
    """First the gradients of the gates, then of their sums."""
    new = f * c + i * g
    dc = dc + dh * o / np.cosh(new) ** 2
    di, df, dg, do = dc * g, dc * c, dc * i, dh * np.tanh(new)
    return np.hstack([di * (i - i * i), df * (f - f * f), dg * (1 - g) * (1 + g), do * (o - o * o)]).tolist(), (dc * f).tolist()


def step_backward_loops(dh, dc, c, i, f, g, o):
    size = len(c[0])
    dz, before = np.zeros((len(c), 4 * size), np.float32), np.zeros(c.shape, np.float32)
    for n, k in np.ndindex(*c.shape):
        at = n, k
        shown = np.tanh(f[at] * c[at] + i[at] * g[at])
        reached = dc[at]
        reached += dh[at] * o[at] * (1 - shown * shown)
        dz[n, k] = reached * g[at] * i[at] * (1 - i[at])
        dz[n, size + k] = reached * c[at] * f[at] * (1 - f[at])
        dz[n, 2 * size + k] = reached * i[at] * (1 - g[at] ** 2)
        dz[n, 3 * size + k] = dh[at] * shown * o[at] * (1 - o[at])
        before[at] = reached * f[at]
    return dz, before


def step_backward_torch(dh, dc, c, i, f, g, o):
    torch = pytest.importorskip("torch")
    sums = [np.log(i / (1 - i)), np.log(f / (1 - f)), np.arctanh(g), np.log(o / (1 - o))]
    z = [torch.tensor(s, requires_grad=True) for s in sums]
    old = torch.tensor(c, requires_grad=True)
    new = torch.sigmoid(z[1]) * old + torch.sigmoid(z[0]) * torch.tanh(z[2])
    shown = torch.sigmoid(z[3]) * torch.tanh(new)
    loss = (shown * torch.tensor(dh)).sum() + (new * torch.tensor(dc)).sum()
    *dz, before = torch.autograd.grad(loss, [*z, old])
    return torch.cat(dz, 1), before


def lstm_backward_collected(dhs, x, hs, cs, gates, u, v):
    """Collect every dz, turn the list round, and make all products at the end."""
    found, later, dc = [], 0, 0
    for t in range(x.shape[1])[::-1]:
        dz, dc = step_backward_gates(dhs[:, t] + later, dc, cs[:, t], *np.split(gates[:, t], 4, axis=1))
        dz, dc = np.array(dz), np.array(dc)
        later = dz @ v
        found.insert(0, dz)
    dz = np.stack(found, axis=1)
    du, dv = np.einsum("nta,ntd->ad", dz, x), np.einsum("nta,nth->ah", dz, hs[:, :-1])
    return dz @ u, later, dc, du, dv, dz.sum(axis=(0, 1))


def lstm_backward_examples(dhs, x, hs, cs, gates, u, v):
    """One example after the other, float32."""
    dx, dh0, dc0 = np.zeros(x.shape), np.zeros(hs[:, 0].shape), np.zeros(hs[:, 0].shape)
    du, dv, db = np.zeros(u.shape), np.zeros(v.shape), np.zeros(len(u))
    for n in range(len(x)):
        dh = dc = np.zeros((1, hs.shape[2]))
        for t in range(x.shape[1] - 1, -1, -1):
            dh = dh + dhs[n, t]
            dz, dc = step_backward_loops(dh, dc, cs[n : n + 1, t], *np.split(gates[n : n + 1, t], 4, axis=1))
            dx[n, t] = (dz @ u)[0]
            du += np.outer(dz, x[n, t])
            dv += np.outer(dz, hs[n, t])
            db += dz[0]
            dh = dz @ v
        dh0[n], dc0[n] = dh[0], dc[0]
    return [a.astype(np.float32) for a in (dx, dh0, dc0, du, dv, db)]


def initial_forget_bias_minus(half_life):
    b = np.zeros((4, len(half_life)))
    b[1] = -np.log(2 ** (1 / half_life) - 1)
    return b.ravel()


def initial_forget_bias_loops(half_life):
    size = len(half_life)
    b = [0.0] * (4 * size)
    for k in range(size):
        f = float(np.exp(-np.log(2) / half_life[k]))
        b[size + k] = np.log(f) - np.log(1 - f)
    return b


def gru_step_slices(x, h, u, v, b_u, b_v):
    n = h.shape[1]
    own = [(slice(k * n, (k + 1) * n)) for k in range(3)]
    r, z = (_sigma(x @ u[k].T + b_u[k] + h @ v[k].T + b_v[k]) for k in own[:2])
    k = own[2]
    new = np.tanh(x @ u[k].T + b_u[k] + r * (h @ v[k].T + b_v[k]))
    return new + z * (h - new)


def gru_step_loops(x, h, u, v, b_u, b_v):
    size, rows = len(h[0]), []
    for one, state in zip(x, h, strict=True):
        zx, zh = u @ one + b_u, v @ state + b_v
        row = []
        for k in range(size):
            r, z = _sigma(zx[k] + zh[k]), _sigma(zx[size + k] + zh[size + k])
            new = np.tanh(zx[2 * size + k] + r * zh[2 * size + k])
            row.append((1 - z) * new + z * state[k])
        rows.append(row)
    return rows


def gru_step_torch(x, h, u, v, b_u, b_v):
    torch = pytest.importorskip("torch")
    return torch.gru_cell(*map(torch.tensor, (x, h, u, v, b_u, b_v)))


RIGHT = {
    "lstm_step": [lstm_step_slices, lstm_step_loops, lstm_step_concatenated, lstm_step_torch],
    "lstm": [lstm_list, lstm_filled, lstm_examples, lstm_torch],
    "lstm_step_backward": [step_backward_gates, step_backward_loops, step_backward_torch],
    "lstm_backward": [lstm_backward_collected, lstm_backward_examples],
    "initial_forget_bias": [initial_forget_bias_minus, initial_forget_bias_loops],
    "gru_step": [gru_step_slices, gru_step_loops, gru_step_torch],
}
