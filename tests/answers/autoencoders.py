"""Right answers to the exercises of lesson 17, written in other ways than the reference."""

import numpy as np
import pytest


def reconstruction_losses_loops(x, copy, encode):
    squared = absolute = latent = 0.0
    z, z_copy = encode(x), encode(copy)
    for n in range(len(x)):
        for d in range(x.shape[1]):
            squared += (x[n, d] - copy[n, d]) ** 2 / x.size
            absolute += abs(x[n, d] - copy[n, d]) / x.size
        for k in range(z.shape[1]):
            latent += (z[n, k] - z_copy[n, k]) ** 2 / z.size
    return squared, absolute, latent


def reconstruction_losses_list(x, copy, encode):
    d, z = copy - x, encode(copy) - encode(x)
    return [np.square(d).mean(axis=1).mean(), np.sqrt(d**2).mean(), np.vdot(z, z) / z.size]


def reconstruction_losses_torch(x, copy, encode):
    torch = pytest.importorskip("torch")
    f, t = torch.nn.functional, torch.tensor
    return f.mse_loss(t(copy), t(x)), f.l1_loss(t(copy), t(x)), f.mse_loss(t(encode(copy)), t(encode(x)))


def autoencoder_gradients_pictures(w1, b1, w2, b2, x):
    """One picture at a time."""
    loss, grads = 0.0, [np.zeros(a.shape) for a in (w1, b1, w2, b2)]
    for row in x:
        h = 1 / (1 + np.exp(-(w1 @ row + b1)))
        off = w2 @ h + b2 - row
        loss += (off**2).sum() / x.size
        dy = 2 * off / x.size
        dz = (w2.T @ dy) * (h - h * h)
        for grad, share in zip(grads, (np.outer(dz, row), dz, np.outer(dy, h), dy), strict=True):
            grad += share
    return [loss, *grads]


def autoencoder_gradients_float32(w1, b1, w2, b2, x):
    w1, b1, w2, b2, x = (a.astype(np.float32) for a in (w1, b1, w2, b2, x))
    h = 0.5 * (1 + np.tanh((np.einsum("nd,kd->nk", x, w1) + b1) / 2))
    off = np.einsum("nk,dk->nd", h, w2) + b2 - x
    dy = off * (2 / off.size)
    dz = np.einsum("nd,dk,nk,nk->nk", dy, w2, h, 1 - h)
    return (off * off).mean(), (x.T @ dz).T, np.ones(len(x)) @ dz, np.einsum("nd,nk->dk", dy, h), dy.sum(0)


def autoencoder_gradients_torch(w1, b1, w2, b2, x):
    torch = pytest.importorskip("torch")
    p = [torch.tensor(a, requires_grad=True) for a in (w1, b1, w2, b2)]
    x = torch.tensor(x)
    copy = torch.sigmoid(x @ p[0].T + p[1]) @ p[2].T + p[3]
    loss = torch.nn.functional.mse_loss(copy, x)
    return loss, *torch.autograd.grad(loss, p)


def add_noise_normal(x, rng, sigma):
    noisy = x + rng.normal(0, sigma, x.shape)
    noisy[noisy < 0] = 0
    noisy[noisy > 1] = 1
    return noisy.astype(np.float32)


def add_noise_rows(x, rng, sigma):
    rows = []
    for row in x:
        noise = rng.standard_normal(len(row))
        rows.append([min(max(v + sigma * e, 0), 1) for v, e in zip(row, noise, strict=True)])
    return rows


def add_noise_torch(x, rng, sigma):
    torch = pytest.importorskip("torch")
    return (torch.tensor(x) + sigma * torch.tensor(rng.normal(size=x.shape))).clamp(0, 1)


def sparsity_penalty_loops(h, rho):
    penalty, dh = 0.0, np.zeros(h.shape)
    for k in range(h.shape[1]):
        mean = sum(h[:, k]) / len(h)
        penalty += rho * np.log(rho) - rho * np.log(mean) + (1 - rho) * np.log(1 - rho) - (1 - rho) * np.log(1 - mean)
        for n in range(len(h)):
            dh[n, k] = ((1 - rho) / (1 - mean) - rho / mean) / len(h)
    return penalty, dh


def sparsity_penalty_one_fraction(h, rho):
    r = h.mean(axis=0, keepdims=True)
    dh = (r - rho) / (r * (1 - r)) / len(h) * np.ones_like(h)
    return [float((rho * np.log(rho / r) - (1 - rho) * np.log((1 - r) / (1 - rho))).sum()), dh.tolist()]


def sparsity_penalty_torch(h, rho):
    torch = pytest.importorskip("torch")
    h = torch.tensor(h, requires_grad=True)
    r = h.mean(0)
    penalty = (rho * torch.log(rho / r) + (1 - rho) * torch.log((1 - rho) / (1 - r))).sum()
    return penalty, torch.autograd.grad(penalty, h)[0]


def contractive_penalty_jacobian(h, w):
    """The Jacobian of each picture, written out."""
    penalty, dh, dw = 0.0, np.zeros(h.shape), np.zeros(w.shape)
    for n, code in enumerate(h):
        jacobian = (code * (1 - code))[:, None] * w  # (K, D)
        penalty += (jacobian**2).sum() / len(h)
        dslope = (2 * jacobian * w).sum(axis=1) / len(h)
        dh[n] = dslope * (1 - 2 * code)
        dw += 2 * jacobian * (code * (1 - code))[:, None] / len(h)
    return penalty, dh, dw


def contractive_penalty_expanded(h, w):
    h, w = h.astype(np.float32), w.astype(np.float32)
    squares, n = np.einsum("kd,kd->k", w, w), len(h)
    dh = (2 * h - 6 * h**2 + 4 * h**3) * squares / n
    return [((h - h**2) ** 2 @ squares).mean(), dh, np.diag(2 * ((h - h**2) ** 2).mean(0)) @ w]


def contractive_penalty_torch(h, w):
    torch = pytest.importorskip("torch")
    h, w = torch.tensor(h, requires_grad=True), torch.tensor(w, requires_grad=True)
    penalty = ((h * (1 - h))[:, :, None] * w).square().sum() / len(h)
    return penalty, *torch.autograd.grad(penalty, (h, w))


def anomaly_score_rows(x, copy):
    return [float(((one - other) ** 2).mean()) for one, other in zip(x, copy, strict=True)]


def anomaly_score_flat(x, copy):
    off = (copy - x).reshape(len(x), -1).astype(np.float32)
    return np.einsum("nd,nd->n", off, off) / off.shape[1]


def anomaly_score_torch(x, copy):
    torch = pytest.importorskip("torch")
    return torch.nn.functional.mse_loss(torch.tensor(copy), torch.tensor(x), reduction="none").flatten(1).mean(1)


def roc_area_loops(normal, strange):
    total = 0.0
    for s in strange:
        for n in normal:
            if s > n:
                total += 1
            elif s == n:
                total += 0.5
    return total / len(normal) / len(strange)


def roc_area_signs(normal, strange):
    return 0.5 + 0.5 * np.mean([np.sign(s - np.asarray(normal)) for s in strange])


def roc_area_ranks(normal, strange):
    """By the sum of the strangers' ranks among all."""
    everyone = np.sort(np.concatenate([normal, strange]))
    ranks = (np.searchsorted(everyone, strange, "left") + np.searchsorted(everyone, strange, "right") + 1) / 2
    n, m = len(normal), len(strange)
    return (ranks.sum() - m * (m + 1) / 2) / (n * m)


def roc_area_curve(normal, strange):
    """The trapezoids under the curve itself."""
    thresholds = [np.inf, *np.unique(np.concatenate([normal, strange]))[::-1]]
    alarms = np.array([np.mean(normal >= t) for t in thresholds])
    found = np.array([np.mean(strange >= t) for t in thresholds])
    return np.sum(np.diff(alarms) * (found[1:] + found[:-1]) / 2)


RIGHT = {
    "reconstruction_losses": [reconstruction_losses_loops, reconstruction_losses_list, reconstruction_losses_torch],
    "autoencoder_gradients": [autoencoder_gradients_pictures, autoencoder_gradients_float32, autoencoder_gradients_torch],
    "add_noise": [add_noise_normal, add_noise_rows, add_noise_torch],
    "sparsity_penalty": [sparsity_penalty_loops, sparsity_penalty_one_fraction, sparsity_penalty_torch],
    "contractive_penalty": [contractive_penalty_jacobian, contractive_penalty_expanded, contractive_penalty_torch],
    "anomaly_score": [anomaly_score_rows, anomaly_score_flat, anomaly_score_torch],
    "roc_area": [roc_area_loops, roc_area_signs, roc_area_ranks, roc_area_curve],
}
