"""Two layers: the loss and all its gradients."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.backpropagation.layers import one_hot, softmax
from dlkit.exercises.backpropagation.slopes import LESSON


def _loss_and_gradients(w1, b1, w2, b2, x, labels):
    return _network(w1, b1, w2, b2, x, labels)


def _network(
    w1, b1, w2, b2, x, labels, *,
    relu=lambda z: np.maximum(z, 0),
    loss=lambda losses, p: losses.mean(),
    dscores=lambda ds: ds,
    w2_back=lambda w2, dw2: w2,
    gate=lambda dh, z: dh * (z > 0),
    read=lambda h, z: h,
    before=lambda inputs, w, b: inputs @ w.T + b,
    scored=lambda scores: scores,
    probabilities=softmax,
    dw=lambda d, inputs: d.T @ inputs,
    db=lambda d: d.sum(axis=0),
):  # fmt: skip
    """Forward and backward, with every step open to a mistake."""
    z = before(x, w1, b1)
    h = relu(z)
    p = probabilities(scored(before(h, w2, b2)))
    losses = -np.log(p[np.arange(len(x)), labels])
    ds = dscores((p - one_hot(p, labels)) / len(x)).astype(x.dtype, copy=False)  # (N, K)
    dw2 = dw(ds, read(h, z))
    dz = gate(ds @ w2_back(w2, dw2), z)  # (N, H)
    return loss(losses, p), dw(dz, x), db(dz), dw2, db(ds)


def _wrong(**steps):
    """A mistake in these steps, everything else right."""
    return lambda w1, b1, w2, b2, x, labels: _network(w1, b1, w2, b2, x, labels, **steps)


def _summed_last(d, inputs):
    total = np.zeros((d.shape[1], inputs.shape[1]), d.dtype)
    for n in range(len(d)):
        total = np.outer(d[n], inputs[n])
    return total


def _overflowing(scores):
    e = np.exp(scores)
    return e / e.sum(axis=1, keepdims=True)


def _networks(rng):
    """Networks of all sizes. In the first a hidden neuron stands exactly at its kink; in the last the scores are large."""
    calls = []
    for n, d, h, k in (*(distinct_sizes(rng, 4, 3, 9) for _ in range(4)), (1, 3, 1, 2)):
        x, labels = rng.standard_normal((n, d)), rng.integers(0, k, n)
        scale = 1.0 if n > 1 else 0.3  # a single example must not be learned already
        w1, w2 = scale * rng.standard_normal((h, d)), scale * rng.standard_normal((k, h))
        calls.append(Call((w1, 0.5 * rng.standard_normal(h), w2, 0.5 * rng.standard_normal(k), x, labels)))
    _, b1, _, _, x, _ = calls[0].args
    x[0], b1[:] = 0, np.where(np.arange(len(b1)) == 0, 0, b1)
    n, d, h, k = distinct_sizes(rng, 4, 3, 9)
    large = rng.standard_normal((h, d)), rng.standard_normal(h), rng.standard_normal((k, h)), 800 + np.arange(k) / 8
    return [*calls, Call((*large, rng.standard_normal((n, d)), rng.integers(0, k, n)))]


loss_and_gradients = Exercise(
    name="loss_and_gradients",
    lesson=LESSON,
    reference=_loss_and_gradients,
    inputs=_networks,
    takes="w1[H D] b1[H] w2[K H] b2[K] x[N D] labels[N]",
    returns="loss[] dw1[H D] db1[H] dw2[K H] db2[K]",
    mistakes=(
        Mistake(
            "weights averaged twice",
            _wrong(dw=lambda d, inputs: d.T @ inputs / len(d)),
            "dw1 and dw2 are N times too small: they were divided by N twice. The mean in the loss divides once, and that 1/N "
            "comes back with the scores' gradient.",
        ),
        Mistake(
            "not averaged over the batch",
            _wrong(dscores=lambda ds: ds * len(ds)),
            "The loss is a mean, but the gradients are those of the sum: the scores' gradient lacks its 1/N.",
        ),
        Mistake(
            "weights from the last example only",
            _wrong(dw=_summed_last),
            "dw1 and dw2 hold only what the last example gave. What all examples share is summed over them: += instead of =.",
        ),
        Mistake(
            "offsets averaged twice",
            _wrong(db=lambda d: d.mean(axis=0)),
            "db1 and db2 were averaged over the batch, but the 1/N of the mean comes back with the scores' gradient: add.",
        ),
        Mistake(
            "offsets without the sum over the batch",
            _wrong(db=lambda d: d.copy()),
            "db1 and db2 have a row for each example. An offset is shared by the batch: sum over it.",
        ),
        Mistake(
            "softmax along the wrong axis",
            _wrong(probabilities=lambda scores: softmax(scores, axis=0)),
            "Examples compete with each other: probabilities add up to one down each column. Classes compete, along a row.",
        ),
        Mistake(
            "one sum for all examples",
            _wrong(probabilities=lambda scores: softmax(scores, axis=(0, 1))),
            "All probabilities of the batch together add up to one. Each row should, by itself: sum along axis 1.",
        ),
        Mistake(
            "exponentials overflow",
            _wrong(probabilities=_overflowing),
            "Ordinary scores come out right, large ones do not: e⁸⁰⁰ is infinite for a computer. Take each row's largest score "
            "away before the exponentials.",
        ),
        Mistake(
            "offsets forgotten on the way there",
            _wrong(before=lambda inputs, w, b: inputs @ w.T),
            "Neither layer adds its offset: z = x·w₁ᵀ + b₁, and the same in the second layer.",
        ),
        Mistake(
            "ReLU on the scores",
            _wrong(scored=lambda scores: np.maximum(scores, 0)),
            "The scores went through a ReLU: all negative ones became equal. The last layer has none; the softmax follows.",
        ),
        Mistake(
            "p changed before the loss",
            _wrong(loss=lambda losses, p: -np.log(np.exp(-losses) - 1).mean()),
            "The gradients are right, the loss is not a number: 1 was subtracted from p before its logarithm was taken. "
            "Compute the loss first, or subtract from a copy.",
        ),
        Mistake(
            "gate open at zero",
            _wrong(gate=lambda dh, z: dh * (z >= 0)),
            "Where z is exactly 0 the gradient came through. There is no slope at the kink; here, as in PyTorch, 0 is taken.",
        ),
        Mistake(
            "gate forgotten",
            _wrong(gate=lambda dh, z: dh),
            "dw1 and db1 are wrong: the gradient went through neurons that were switched off. Where z ≤ 0, none flows.",
        ),
        Mistake(
            "gate on the gradient",
            _wrong(gate=lambda dh, z: np.maximum(dh, 0)),
            "dw1 and db1 are wrong: the ReLU was applied to the gradient. What opens the gate is the sign of z.",
        ),
        Mistake(
            "gate the wrong way round",
            _wrong(gate=lambda dh, z: dh * (z <= 0)),
            "dw1 and db1 are wrong: the gradient passed where the ReLU was off. It should pass where z was positive.",
        ),
        Mistake(
            "no ReLU",
            _wrong(relu=lambda z: z, gate=lambda dh, z: dh),
            "The hidden layer has no activation, so both layers collapse into one.",
        ),
        Mistake(
            "dw2 from before the ReLU",
            _wrong(read=lambda h, z: z),
            "Only dw2 is wrong: the second layer's weights multiplied what came out of the ReLU, not what went in.",
        ),
        Mistake(
            "w2 updated too early",
            _wrong(w2_back=lambda w2, dw2: w2 - dw2),
            "dw1 and db1 were computed with a w2 already changed. The way back needs the weights of the way there.",
        ),
        Mistake(
            "uphill",
            _wrong(dscores=lambda ds: -ds),
            "All gradients have the wrong sign: the gradient at the scores is probability minus one-hot.",
        ),
        Mistake(
            "loss summed",
            _wrong(loss=lambda losses, p: losses.sum()),
            "The gradients are right, the loss is not: it is the sum over the batch. The mean is wanted.",
        ),
        Mistake(
            "minus forgotten in the loss",
            _wrong(loss=lambda losses, p: -losses.mean()),
            "The gradients are right, the loss has the wrong sign: a logarithm of a probability is negative.",
        ),
        Mistake(
            "loss over all classes",
            _wrong(loss=lambda losses, p: -np.log(p).mean()),
            "The loss averages over all classes. Only the probability of the right class counts.",
        ),
    ),
)
