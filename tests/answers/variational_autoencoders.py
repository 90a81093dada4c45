"""Right answers to the exercises of lesson 18, written in other ways than the reference."""

import math

import numpy as np
import pytest


def reparameterize_loops(mean, log_var, noise):
    z = np.zeros(mean.shape)
    for n in range(mean.shape[0]):
        for j in range(mean.shape[1]):
            z[n, j] = mean[n, j] + math.sqrt(math.exp(log_var[n, j])) * noise[n, j]
    return z


def reparameterize_lists(mean, log_var, noise):
    rows = zip(mean.tolist(), log_var.tolist(), noise.tolist(), strict=True)
    return [[m + math.exp(v / 2) * e for m, v, e in zip(*row, strict=True)] for row in rows]


def reparameterize_float32(mean, log_var, noise):
    sigma = np.sqrt(np.exp(log_var.astype(np.float32)))
    return sigma * noise.astype(np.float32) + mean.astype(np.float32)


def reparameterize_torch(mean, log_var, noise):
    torch = pytest.importorskip("torch")
    mean, log_var, noise = map(torch.tensor, (mean, log_var, noise))
    return torch.addcmul(mean, torch.exp(0.5 * log_var), noise)


def reparameterize_backward_loops(dz, log_var, noise):
    dmean, dlog_var = np.zeros(dz.shape), np.zeros(dz.shape)
    for k in np.ndindex(*dz.shape):
        sigma = math.exp(log_var[k]) ** 0.5
        dsigma = dz[k] * noise[k]
        dvariance = dsigma / (2 * sigma)
        dmean[k], dlog_var[k] = dz[k], dvariance * sigma**2
    return dmean, dlog_var


def reparameterize_backward_float32(dz, log_var, noise):
    dz, log_var, noise = (a.astype(np.float32) for a in (dz, log_var, noise))
    return [dz, 0.5 * dz * (noise * np.exp(0.5 * log_var))]


def reparameterize_backward_torch(dz, log_var, noise):
    torch = pytest.importorskip("torch")
    mean = torch.zeros(dz.shape, dtype=torch.float64, requires_grad=True)
    log_var = torch.tensor(log_var, requires_grad=True)
    (mean + torch.exp(log_var / 2) * torch.tensor(noise)).backward(torch.tensor(dz))
    return mean.grad, log_var.grad


def kl_loops(mean, log_var):
    total = 0.0
    for m_row, v_row in zip(mean, log_var, strict=True):
        for m, v in zip(m_row, v_row, strict=True):
            total += 0.5 * (m * m + math.exp(v) - 1 - v)
    return total / len(mean)


def kl_as_in_the_paper(mean, log_var):
    return np.mean(-0.5 * np.sum(1 + log_var - mean**2 - np.exp(log_var), axis=1))


def kl_by_deviations(mean, log_var):
    sigma = np.exp(0.5 * log_var)
    return (-np.log(sigma) + (sigma**2 + mean**2) / 2 - 0.5).sum(axis=-1).mean()


def kl_float32(mean, log_var):
    mean, log_var = mean.astype(np.float32), log_var.astype(np.float32)
    return (np.square(mean) + np.exp(log_var) - 1 - log_var).sum(axis=1).mean() / 2


def kl_torch(mean, log_var):
    torch = pytest.importorskip("torch")
    from torch.distributions import Normal, kl_divergence

    code = Normal(torch.tensor(mean), torch.tensor(np.exp(log_var / 2)))
    return kl_divergence(code, Normal(0.0, 1.0)).sum(1).mean()


def kl_backward_loops(mean, log_var):
    dmean, dlog_var = np.zeros(mean.shape), np.zeros(mean.shape)
    for n in range(len(mean)):
        dmean[n] = mean[n] / len(mean)
        dlog_var[n] = 0.5 * (np.exp(log_var[n]) - 1) / len(mean)
    return dmean, dlog_var


def kl_backward_float32(mean, log_var):
    n = np.float32(len(mean))
    return [mean.astype(np.float32) / n, (np.exp(log_var.astype(np.float32)) - 1) / (2 * n)]


def kl_backward_torch(mean, log_var):
    torch = pytest.importorskip("torch")
    mean, log_var = (torch.tensor(a, requires_grad=True) for a in (mean, log_var))
    (0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum(1).mean()).backward()
    return mean.grad, log_var.grad


def kl_backward_by_nudging(mean, log_var):
    def slopes(k):
        table = np.zeros(mean.shape)
        for place in np.ndindex(*mean.shape):
            both = []
            for h in (1e-5, -1e-5):
                moved = [mean.copy(), log_var.copy()]
                moved[k][place] += h
                both.append(kl_as_in_the_paper(*moved))
            table[place] = (both[0] - both[1]) / 2e-5
        return table

    return slopes(0), slopes(1)


def elbo_loops(x, y, mean, log_var, beta=1.0):
    reconstruction = 0.0
    for row, answer in zip(x, y, strict=True):
        for pixel, p in zip(row, answer, strict=True):
            reconstruction -= pixel * math.log(p) + (1 - pixel) * math.log(1 - p)
    reconstruction /= len(x)
    kl = kl_loops(mean, log_var)
    return -(reconstruction + beta * kl), reconstruction, kl


def elbo_float32(x, y, mean, log_var, beta=1.0):
    x, y = x.astype(np.float32), y.astype(np.float32)
    reconstruction = -np.sum(x * np.log(y) + (1 - x) * np.log1p(-y), axis=1).mean()
    kl = kl_float32(mean, log_var)
    return [-reconstruction - beta * kl, reconstruction, kl]


def elbo_with_a_small_guard(x, y, mean, log_var, beta=1.0):
    e = 1e-7
    reconstruction = -(x * np.log(y + e) + (1 - x) * np.log(1 - y + e)).sum() / len(x)
    kl = kl_as_in_the_paper(mean, log_var)
    return -reconstruction - beta * kl, reconstruction, kl


def elbo_torch(x, y, mean, log_var, beta=1.0):
    torch = pytest.importorskip("torch")
    reconstruction = torch.nn.functional.binary_cross_entropy(torch.tensor(y), torch.tensor(x), reduction="sum") / len(x)
    kl = kl_torch(mean, log_var)
    return -reconstruction - beta * kl, reconstruction, kl


def kl_per_unit_loops(mean, log_var):
    total = np.zeros(mean.shape[1])
    for m, v in zip(mean, log_var, strict=True):
        total += 0.5 * (m**2 + np.exp(v) - 1 - v)
    return total / len(mean)


def kl_per_unit_lists(mean, log_var):
    return [sum(m * m + math.exp(v) - 1 - v for m, v in zip(*unit, strict=True)) / (2 * len(mean))
            for unit in zip(mean.T, log_var.T, strict=True)]  # fmt: skip


def kl_per_unit_torch(mean, log_var):
    torch = pytest.importorskip("torch")
    mean, log_var = torch.tensor(mean, dtype=torch.float32), torch.tensor(log_var, dtype=torch.float32)
    return (-0.5 * (1 + log_var - mean.pow(2) - log_var.exp())).mean(dim=0)


def interpolate_loop(start, end, steps):
    z = np.zeros((steps, len(start)))
    for k in range(steps):
        t = k / (steps - 1)
        z[k] = (1 - t) * start + t * end
    return z


def interpolate_linspace(start, end, steps):
    return np.linspace(start, end, steps)


def interpolate_lists(start, end, steps):
    return [[a + (b - a) * k / (steps - 1) for a, b in zip(start, end, strict=True)] for k in range(steps)]


def interpolate_torch(start, end, steps):
    torch = pytest.importorskip("torch")
    shares = torch.linspace(0, 1, steps)[:, None]
    return torch.lerp(torch.tensor(start, dtype=torch.float32), torch.tensor(end, dtype=torch.float32), shares)


RIGHT = {
    "reparameterize": [reparameterize_loops, reparameterize_lists, reparameterize_float32, reparameterize_torch],
    "reparameterize_backward": [
        reparameterize_backward_loops, reparameterize_backward_float32, reparameterize_backward_torch,
    ],
    "kl_divergence": [kl_loops, kl_as_in_the_paper, kl_by_deviations, kl_float32, kl_torch],
    "kl_backward": [kl_backward_loops, kl_backward_float32, kl_backward_torch, kl_backward_by_nudging],
    "elbo": [elbo_loops, elbo_float32, elbo_with_a_small_guard, elbo_torch],
    "kl_per_unit": [kl_per_unit_loops, kl_per_unit_lists, kl_per_unit_torch],
    "interpolate": [interpolate_loop, interpolate_linspace, interpolate_lists, interpolate_torch],
}  # fmt: skip
