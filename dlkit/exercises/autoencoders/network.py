"""An autoencoder of two layers: what its copy costs, and the gradients."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.autoencoders.losses import LESSON
from dlkit.numpy_ops.activations import logistic


def _gradients(w1, b1, w2, b2, x):
    return _network(w1, b1, w2, b2, x)


def _network(
    w1, b1, w2, b2, x, *,
    encoded=lambda inputs, w, b: inputs @ w.T + b,
    decoded=lambda inputs, w, b: inputs @ w.T + b,
    squash=lambda z, h: h,
    output=lambda y: y,
    output_slope=lambda dy, y: dy,
    loss=lambda d: np.mean(d**2),
    dcopy=lambda d: 2 * d / d.size,
    read=lambda h, z: h,
    decoder=lambda w1, w2: w2,
    decoder_back=lambda w2, dw2: w2,
    slope=lambda dh, h, z: dh * h * (1 - h),
    dw=lambda d, inputs: d.T @ inputs,
    db=lambda d: d.sum(axis=0),
):  # fmt: skip
    """Forward and backward, with every step open to a mistake."""
    z = encoded(x, w1, b1)  # (N, K)
    h = squash(z, logistic(z))
    w2 = decoder(w1, w2)
    y = output(decoded(h, w2, b2))  # (N, D)
    dy = output_slope(dcopy(y - x), y)
    dw2 = dw(dy, read(h, z))
    dz = slope(dy @ decoder_back(w2, dw2), h, z)  # (N, K)
    return loss(y - x), dw(dz, x), db(dz), dw2, db(dy)


def _wrong(**steps):
    """A mistake in these steps, everything else right."""
    return lambda w1, b1, w2, b2, x: _network(w1, b1, w2, b2, x, **steps)


def _last_only(d, inputs):
    total = np.zeros((d.shape[1], inputs.shape[1]), d.dtype)
    for n in range(len(d)):
        total = np.outer(d[n], inputs[n])
    return total


def _through_encoder(w1, b1, w2, b2, x):
    """On the way back the encoder's weights for the decoder's; the offsets and dw2 are right."""
    h = logistic(x @ w1.T + b1)
    dy = 2 * (h @ w2.T + b2 - x) / x.size
    dz = dy @ w1.T * h * (1 - h)
    return np.mean((h @ w2.T + b2 - x) ** 2), dz.T @ x, dz.sum(axis=0), dy.T @ h, dy.sum(axis=0)


def _copy_read(w1, b1, w2, b2, x):
    """dw1 made with the copy for the picture."""
    h = logistic(x @ w1.T + b1)
    y = h @ w2.T + b2
    dz = (2 * (y - x) / x.size) @ w2 * h * (1 - h)
    loss, _, *others = _gradients(w1, b1, w2, b2, x)
    return loss, dz.T @ y, *others


def _shared_by_weights(w1, b1, w2, b2, x):
    return _network(w1, b1, w2, b2, x, dcopy=lambda d: 2 * d / w1.size)


def _networks(rng):
    """Networks of all sizes, narrow and wide: once with saturated neurons, once one picture, once a code of one number."""
    calls = []
    for k in range(5):
        n, d, width = [(1, 5, 3), (4, 5, 1)][k - 3] if k > 2 else distinct_sizes(rng, 3, 2, 8)
        w1, w2 = rng.standard_normal((width, d)), rng.standard_normal((d, width))
        b1 = rng.standard_normal(width) + (k == 2) * 30 * np.sign(rng.standard_normal(width)) * (np.arange(width) > 0)
        calls.append(Call((w1, b1, w2, 0.5 * rng.standard_normal(d), rng.random((n, d)))))
    return calls


autoencoder_gradients = Exercise(
    name="autoencoder_gradients",
    lesson=LESSON,
    reference=_gradients,
    inputs=_networks,
    takes="w1[K D] b1[K] w2[D K] b2[D] x[N D]",
    returns="loss[] dw1[K D] db1[K] dw2[D K] db2[D]",
    mistakes=(
        Mistake(
            "the 2 forgotten",
            _wrong(dcopy=lambda d: d / d.size),
            "All gradients are half of what they should be: the slope of a square has a factor 2.",
        ),
        Mistake(
            "divided by the pictures only",
            _wrong(dcopy=lambda d: 2 * d / len(d)),
            "The gradient at the copy was divided by N. The loss is a mean over pictures and pixels: N·D numbers.",
        ),
        Mistake(
            "divided by the pixels only",
            _wrong(dcopy=lambda d: 2 * d / d.shape[1]),
            "The gradient at the copy was divided by D. The loss is a mean over pictures and pixels: N·D numbers.",
        ),
        Mistake(
            "not averaged",
            _wrong(dcopy=lambda d: 2 * d),
            "These are the gradients of the sum of the squares. The loss is their mean over N·D numbers.",
        ),
        Mistake(
            "neither doubled nor averaged",
            _wrong(dcopy=lambda d: d),
            "The gradient at the copy is copy − x, as for half a sum of squares. Here the loss is the mean, without a "
            "half: the "
            "slope of (y − x)² is 2(y − x), and each is one of N·D.",
        ),
        Mistake(
            "the 2 forgotten, divided by the pictures only",
            _wrong(dcopy=lambda d: d / len(d)),
            "The gradient at the copy is (copy − x)/N. The slope of a square has a factor 2, and the mean is over N·D "
            "numbers.",
        ),
        Mistake(
            "uphill",
            _wrong(dcopy=lambda d: -2 * d / d.size),
            "All gradients have the wrong sign: where the copy is too bright, the gradient at the copy is positive.",
        ),
        Mistake(
            "sign instead of difference",
            _wrong(dcopy=lambda d: np.sign(d) / d.size),
            "That is the gradient of the absolute error. The loss here is the squared one.",
        ),
        Mistake(
            "the sigmoid's slope forgotten",
            _wrong(slope=lambda dh, h, z: dh),
            "dw1 and db1 are wrong: the gradient went through the sigmoid unchanged. Its slope is h(1 − h).",
        ),
        Mistake(
            "slope taken before the sigmoid",
            _wrong(slope=lambda dh, h, z: dh * z * (1 - z)),
            "dw1 and db1 are wrong: in h(1 − h) stands the sum before the sigmoid. The sigmoid's own output belongs there.",
        ),
        Mistake(
            "sigmoid applied twice",
            _wrong(slope=lambda dh, h, z: dh * logistic(h) * (1 - logistic(h))),
            "dw1 and db1 are wrong: a sigmoid was taken of the code, which has been through one already.",
        ),
        Mistake(
            "brackets forgotten in the slope",
            _wrong(slope=lambda dh, h, z: dh * h * 1 - h),
            "dw1 and db1 are wrong: without brackets h * 1 - h takes h away at the end. The factor is (1 − h), in brackets.",
        ),
        Mistake(
            "h for the sigmoid's slope",
            _wrong(slope=lambda dh, h, z: dh * h),
            "dw1 and db1 are wrong: the gradient was multiplied by h alone. The sigmoid's slope is h(1 − h).",
        ),
        Mistake(
            "1 − h for the sigmoid's slope",
            _wrong(slope=lambda dh, h, z: dh * (1 - h)),
            "dw1 and db1 are wrong: the gradient was multiplied by 1 − h alone. The sigmoid's slope is h(1 − h).",
        ),
        Mistake(
            "back through w1",
            _through_encoder,
            "dw1 and db1 are wrong: the gradient went back from the copy through w1. Between code and copy stands w2.",
        ),
        Mistake(
            "dw1 from the copy",
            _copy_read,
            "Only dw1 is wrong: it was made with the copy. The encoder's weights multiplied the picture x.",
        ),
        Mistake(
            "divided by the number of weights",
            _shared_by_weights,
            "The gradient at the copy was divided by the number of weights. The loss is a mean over the N·D numbers of x.",
        ),
        Mistake(
            "slope of a tanh",
            _wrong(slope=lambda dh, h, z: dh * (1 - h**2)),
            "dw1 and db1 are wrong: 1 − h² is the slope of tanh. The sigmoid's is h(1 − h).",
        ),
        Mistake(
            "slope of a ReLU",
            _wrong(slope=lambda dh, h, z: dh * (z > 0)),
            "dw1 and db1 are wrong: they were gated as by a ReLU. The code comes from a sigmoid, with slope h(1 − h).",
        ),
        Mistake(
            "minus forgotten in the sigmoid",
            _wrong(squash=lambda z, h: 1 - h),
            "The sigmoid falls where it should rise: the minus in e⁻ˢ is missing.",
        ),
        Mistake(
            "brackets forgotten in the sigmoid",
            _wrong(squash=lambda z, h: 1 / 1 + np.exp(-z)),
            "1 / 1 + … divides first: the sum 1 + e⁻ˢ needs brackets.",
        ),
        Mistake(
            "tanh for the sigmoid",
            _wrong(squash=lambda z, h: np.tanh(z), slope=lambda dh, h, z: dh * (1 - h**2)),
            "The code was made with tanh. A sigmoid is asked for.",
        ),
        Mistake(
            "ReLU for the sigmoid",
            _wrong(squash=lambda z, h: np.maximum(z, 0), slope=lambda dh, h, z: dh * (z > 0)),
            "The code was made with ReLU. A sigmoid is asked for.",
        ),
        Mistake(
            "no activation",
            _wrong(squash=lambda z, h: z, slope=lambda dh, h, z: dh),
            "The code has no activation: this is the linear autoencoder. Put the sums through a sigmoid.",
        ),
        Mistake(
            "sigmoid on the copy too",
            _wrong(output=logistic, output_slope=lambda dy, y: dy * y * (1 - y)),
            "The copy went through a sigmoid. Here only the code does; the second layer has no activation.",
        ),
        Mistake(
            "both offsets forgotten",
            _wrong(encoded=lambda x, w, b: x @ w.T, decoded=lambda h, w, b: h @ w.T),
            "Neither layer adds its offset: x·w₁ᵀ + b₁, and the same in the second layer.",
        ),
        Mistake(
            "b1 forgotten",
            _wrong(encoded=lambda x, w, b: x @ w.T),
            "The encoder does not add its offset b1.",
        ),
        Mistake(
            "b2 forgotten",
            _wrong(decoded=lambda h, w, b: h @ w.T),
            "The decoder does not add its offset b2.",
        ),
        Mistake(
            "decoder with the encoder's weights",
            _wrong(decoder=lambda w1, w2: w1.T),
            "The copy was made with w1. The decoder has weights of its own, w2.",
        ),
        Mistake(
            "dw2 from before the sigmoid",
            _wrong(read=lambda h, z: z),
            "Only dw2 is wrong: the decoder's weights multiplied the code h, not the sums that went into the sigmoid.",
        ),
        Mistake(
            "w2 updated too early",
            _wrong(decoder_back=lambda w2, dw2: w2 - dw2),
            "dw1 and db1 were computed with a w2 already changed. The way back needs the weights of the way there.",
        ),
        Mistake(
            "weights from the last picture only",
            _wrong(dw=_last_only),
            "dw1 and dw2 hold what the last picture gave. All pictures used the weights: += instead of =.",
        ),
        Mistake(
            "weights averaged twice",
            _wrong(dw=lambda d, inputs: d.T @ inputs / len(d)),
            "dw1 and dw2 were divided by N again. The mean of the loss is in the gradient at the copy already: here, add.",
        ),
        Mistake(
            "offsets averaged twice",
            _wrong(db=lambda d: d.mean(axis=0)),
            "db1 and db2 were averaged over the batch. The mean of the loss is in the gradient at the copy already: here, "
            "add.",
        ),
        Mistake(
            "offsets without the sum",
            _wrong(db=lambda d: d.copy()),
            "db1 and db2 have a row for each picture. A layer has one offset a neuron, shared by all pictures: sum over "
            "axis 0.",
        ),
        Mistake(
            "loss summed",
            _wrong(loss=lambda d: np.sum(d**2)),
            "The gradients are right, the loss is not: it is the sum of the squares. The mean is wanted.",
        ),
        Mistake(
            "loss summed over the pixels",
            _wrong(loss=lambda d: np.sum(d**2) / len(d)),
            "The gradients are right, the loss is not: it was divided by N only. It is a mean over N·D numbers.",
        ),
        Mistake(
            "half the loss",
            _wrong(loss=lambda d: np.mean(d**2) / 2),
            "The gradients are right, the loss is half of what it should be: there is no ½ in this one.",
        ),
        Mistake(
            "root of the loss",
            _wrong(loss=lambda d: np.sqrt(np.mean(d**2))),
            "The gradients are right, the loss is a root: the mean of the squares is wanted as it is.",
        ),
    ),
)
