"""Right answers to the exercises of lesson 19, written in other ways than the reference."""

import numpy as np
import pytest

from dlkit.numpy_ops import gans as ops


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def optimal_masked(p_data, p_fake):
    d = np.full(len(p_data), 0.5)
    some = p_data + p_fake > 0
    d[some] = p_data[some] / (p_data[some] + p_fake[some])
    return d.astype(np.float32)


def optimal_loop(p_data, p_fake):
    return [p / (p + q) if p + q else 0.5 for p, q in zip(p_data, p_fake, strict=True)]


def optimal_nan(p_data, p_fake):
    d = p_data / (p_data + p_fake)
    d[np.isnan(d)] = 0.5
    return d


def discriminator_loss_torch(real, fake):
    torch = pytest.importorskip("torch")
    real, fake = torch.tensor(real), torch.tensor(fake)
    entropy = torch.nn.functional.binary_cross_entropy_with_logits
    return entropy(real, torch.ones_like(real)) + entropy(fake, torch.zeros_like(fake))


def discriminator_loss_loop(real, fake):
    total = 0.0
    for s in real:
        total += max(-s, 0) + np.log1p(np.exp(-abs(s)))
    for s in fake:
        total += max(s, 0) + np.log1p(np.exp(-abs(s)))
    return total / len(real)


def discriminator_loss_float32(real, fake):
    real, fake = real.astype(np.float32), fake.astype(np.float32)
    return np.logaddexp(0, -real).mean() + np.logaddexp(0, fake).mean()


def discriminator_backward_labels(real, fake):
    return (sigmoid(real) - 1) / len(real), (sigmoid(fake) - 0) / len(fake)


def discriminator_backward_loop(real, fake):
    n = len(real)
    return [-sigmoid(-s) / n for s in real], [sigmoid(s) / n for s in fake]


def discriminator_backward_torch(real, fake):
    torch = pytest.importorskip("torch")
    real, fake = torch.tensor(real, requires_grad=True), torch.tensor(fake, requires_grad=True)
    softplus = torch.nn.functional.softplus
    return torch.autograd.grad((softplus(-real) + softplus(fake)).mean(), (real, fake))


def discriminator_backward_op(real, fake):
    return ops.discriminator_loss_backward(1.0, ops.discriminator_loss_forward(real, fake)[1])


def generator_loss_op(fake, form="non_saturating"):
    return ops.generator_loss_forward(fake, form=form)[0]


def generator_loss_loop(fake, form="non_saturating"):
    total = 0.0
    for s in fake:
        total += np.logaddexp(0, -s) if form == "non_saturating" else -np.logaddexp(0, s)
    return total / len(fake)


def generator_loss_torch(fake, form="non_saturating"):
    torch = pytest.importorskip("torch")
    fake = torch.tensor(fake)
    if form == "minimax":
        return torch.nn.functional.logsigmoid(-fake).mean()
    return -torch.nn.functional.logsigmoid(fake).mean()


def generator_backward_labels(fake, form="non_saturating"):
    d = sigmoid(fake)
    return ((d - 1 if form == "non_saturating" else -d) / len(fake)).astype(np.float32)


def generator_backward_loop(fake, form="non_saturating"):
    if form == "minimax":
        return [-1 / (1 + np.exp(-s)) / len(fake) for s in fake]
    return [-1 / (1 + np.exp(s)) / len(fake) for s in fake]


def generator_backward_op(fake, form="non_saturating"):
    return ops.generator_loss_backward(1.0, ops.generator_loss_forward(fake, form=form)[1])


def train_step_ops(w, b, v, c, real, z_d, z_g, eta):
    fake = z_d @ w.T + b
    _, cache = ops.discriminator_loss_forward(real @ v + c, fake @ v + c)
    dreal, dfake = ops.discriminator_loss_backward(1.0, cache)
    v = v - eta * (dreal @ real + dfake @ fake)
    c = c - eta * (dreal.sum() + dfake.sum())
    _, cache = ops.generator_loss_forward((z_g @ w.T + b) @ v + c)
    dx = ops.generator_loss_backward(1.0, cache)[:, None] * v
    return w - eta * dx.T @ z_g, b - eta * dx.sum(axis=0), v, c


def train_step_examples(w, b, v, c, real, z_d, z_g, eta):
    """One example at a time, gradients added up."""
    dv, dc, n = np.zeros(v.shape), 0.0, len(real)
    for x, z in zip(real, z_d, strict=True):
        fake = w @ z + b
        g, h = sigmoid(x @ v + c) - 1, sigmoid(fake @ v + c)
        dv += (g * x + h * fake) / n
        dc += (g + h) / n
    v, c = v - eta * dv, c - eta * dc
    dw, db = np.zeros(w.shape), np.zeros(b.shape)
    for z in z_g:
        g = sigmoid((w @ z + b) @ v + c) - 1
        dw += np.outer(g * v, z) / n
        db += g * v / n
    return [w - eta * dw, b - eta * db, v, float(c)]


def train_step_torch(w, b, v, c, real, z_d, z_g, eta):
    torch = pytest.importorskip("torch")
    w, b, v, c = (torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in (w, b, v, c))
    real, z_d, z_g = (torch.tensor(a) for a in (real, z_d, z_g))
    softplus = torch.nn.functional.softplus
    fake = (z_d @ w.T + b).detach()
    dv, dc = torch.autograd.grad((softplus(-(real @ v + c)) + softplus(fake @ v + c)).mean(), (v, c))
    v, c = v - eta * dv, c - eta * dc
    dw, db = torch.autograd.grad(softplus(-((z_g @ w.T + b) @ v + c)).mean(), (w, b))
    return w - eta * dw, b - eta * db, v, c


def mode_coverage_loop(points, centres, sigma, least=20):
    counts, good = [0] * len(centres), 0
    for p in points:
        d = [np.sqrt(((p - m) ** 2).sum()) for m in centres]
        if min(d) < 3 * sigma:
            counts[d.index(min(d))] += 1
            good += 1
    return sum(n >= least for n in counts), good / len(points)


def mode_coverage_squares(points, centres, sigma, least=20):
    squares = ((points[:, None, :] - centres) ** 2).sum(-1)
    nearest, good = squares.argmin(1), squares.min(1) <= (3 * sigma) ** 2
    return [np.sum([(good & (nearest == k)).sum() >= least for k in range(len(centres))]), np.float32(np.mean(good))]


RIGHT = {
    "optimal_discriminator": [optimal_masked, optimal_loop, optimal_nan],
    "discriminator_loss": [discriminator_loss_torch, discriminator_loss_loop, discriminator_loss_float32],
    "discriminator_loss_backward": [
        discriminator_backward_labels, discriminator_backward_loop, discriminator_backward_torch, discriminator_backward_op,
    ],
    "generator_loss": [generator_loss_op, generator_loss_loop, generator_loss_torch],
    "generator_loss_backward": [generator_backward_labels, generator_backward_loop, generator_backward_op],
    "train_step": [train_step_ops, train_step_examples, train_step_torch],
    "mode_coverage": [mode_coverage_loop, mode_coverage_squares],
}  # fmt: skip
