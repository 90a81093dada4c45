"""One neuron, a layer of them, and how many numbers they learn."""

from itertools import pairwise
from math import prod

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.numpy_ops.activations import logistic

LESSON = "01_neurons"


def _neuron(x, w, b):
    return logistic(np.dot(w, x) + b)


def _examples(rng):
    calls = []
    for d, sign in zip((*distinct_sizes(rng, 3, 2, 8), 1), (1, -1, 1, -1), strict=True):  # on both sides of the line
        x, w, b = rng.standard_normal(d), rng.standard_normal(d) / np.sqrt(d), float(rng.uniform(0.3, 1))
        turn = sign * np.sign(w @ x + b)
        calls.append(Call((turn * x, w, turn * b)))
    return calls


def _last_product(x, w, b):
    for i in range(len(x)):
        z = w[i] * x[i]
    return logistic(z + b)


def _offset_each_time(x, w, b):
    z = 0.0
    for i in range(len(x)):
        z += w[i] * x[i] + b
    return logistic(z)


def _returned_too_early(x, w, b):
    z = b
    for i in range(len(x)):
        z += w[i] * x[i]
        return logistic(z)


neuron = Exercise(
    name="neuron",
    lesson=LESSON,
    reference=_neuron,
    inputs=_examples,
    takes="x[D] w[D]",
    returns="y[]",
    mistakes=(
        Mistake(
            "offset forgotten",
            lambda x, w, b: logistic(np.dot(w, x)),
            "The offset b does not appear in your result. It belongs inside, before the activation.",
        ),
        Mistake(
            "activation forgotten",
            lambda x, w, b: np.dot(w, x) + b,
            "That is w·x + b, the number before the activation. The sigmoid still has to be applied.",
        ),
        Mistake(
            "offset after the activation",
            lambda x, w, b: logistic(np.dot(w, x)) + b,
            "The offset was added to the sigmoid's result. It shifts the line, so it belongs inside, before the sigmoid.",
        ),
        Mistake(
            "sign in the exponent",
            lambda x, w, b: 1 / (1 + np.exp(np.dot(w, x) + b)),
            "Your answer falls where it should rise: at z = 5 the sigmoid is nearly 1. Look at the sign in the exponent.",
        ),
        Mistake(
            "offset subtracted",
            lambda x, w, b: logistic(np.dot(w, x) - b),
            "The offset was taken away instead of added. In the exponent the minus sign stands before all of z, brackets "
            "included.",
        ),
        Mistake(
            "brackets forgotten",
            lambda x, w, b: 1 / 1 + np.exp(-(np.dot(w, x) + b)),
            "Division binds more tightly than addition: only the 1 was divided, not the whole of 1 + e⁻ᶻ.",
        ),
        Mistake(
            "products not added",
            lambda x, w, b: logistic(w * x + b),
            "There is one number for each feature. A dot product multiplies and then adds up: a neuron gives one number.",
        ),
        Mistake(
            "average instead of sum",
            lambda x, w, b: logistic(np.mean(w * x) + b),
            "The products were averaged over the features. A dot product adds them.",
        ),
        Mistake(
            "only the last product kept",
            _last_product,
            "Each product replaced the one before it: = stores, += adds.",
        ),
        Mistake(
            "offset added with every product",
            _offset_each_time,
            "The offset came in once for every feature. It is added once for the whole neuron.",
        ),
        Mistake(
            "return inside the loop",
            _returned_too_early,
            "Only the first feature was used. Does the line with return stand inside the loop?",
        ),
        Mistake(
            "offset in the denominator",
            lambda x, w, b: 1 / (1 + np.exp(-np.dot(w, x)) + b),
            "The offset landed in the sum 1 + e⁻ᶻ. It belongs to z, in the exponent.",
        ),
        Mistake(
            "ReLU instead of sigmoid",
            lambda x, w, b: np.maximum(np.dot(w, x) + b, 0),
            "That is a ReLU: zero, or z itself. The sigmoid runs from 0 to 1.",
        ),
        Mistake(
            "a step instead of a slope",
            lambda x, w, b: float(np.dot(w, x) + b > 0),
            "You gave the decision, 0 or 1. The sigmoid says how sure it is, by any number between.",
        ),
        Mistake(
            "tanh instead of sigmoid",
            lambda x, w, b: np.tanh(np.dot(w, x) + b),
            "That is tanh, which runs from −1 to 1. The sigmoid runs from 0 to 1.",
        ),
    ),
)


def _linear(x, w, b):
    return x @ w.T + b


def _layers(rng):
    calls = []
    for _ in range(3):
        n, d_in, d_out = distinct_sizes(rng, 3, 2, 8)
        calls.append(Call((rng.standard_normal((n, d_in)), rng.standard_normal((d_out, d_in)), rng.standard_normal(d_out))))
    n, d_in, _ = distinct_sizes(rng, 3, 2, 8)
    square = rng.standard_normal((n, d_in)), rng.standard_normal((d_in, d_in)), rng.standard_normal(d_in)
    one = rng.standard_normal((1, 1)), rng.standard_normal((1, 1)), rng.standard_normal(1)
    return [*calls, Call(square), Call(one)]


def _last_feature(x, w, b):
    y = np.zeros((len(x), len(w)))
    for n in range(len(x)):
        for o in range(len(w)):
            for i in range(x.shape[1]):
                y[n, o] = x[n, i] * w[o, i] + b[o]
    return y


def _first_example(x, w, b):
    y = np.zeros((len(x), len(w)))
    for n in range(len(x)):
        y[n] = w @ x[n] + b
        return y


def _offset_in_the_innermost_loop(x, w, b):
    y = np.zeros((len(x), len(w)))
    for n in range(len(x)):
        for o in range(len(w)):
            for i in range(x.shape[1]):
                y[n, o] += x[n, i] * w[o, i] + b[o]
    return y


def _running_total(x, w, b):
    y, z = np.zeros((len(x), len(w))), 0
    for n in range(len(x)):
        for o in range(len(w)):
            for i in range(x.shape[1]):
                z += x[n, i] * w[o, i]
            y[n, o] = z + b[o]
    return y


linear = Exercise(
    name="linear",
    lesson=LESSON,
    reference=_linear,
    inputs=_layers,
    takes="x[N D_in] w[D_out D_in] b[D_out]",
    returns="y[N D_out]",
    mistakes=(
        Mistake(
            "offsets forgotten",
            lambda x, w, b: x @ w.T,
            "The offsets do not appear in your result. Each neuron adds its own.",
        ),
        Mistake(
            "weights not transposed",
            lambda x, w, b: x @ w + b,
            "You wrote x @ w. That fits only where D_in = D_out, and then it takes columns of w for neurons. A neuron is a "
            "row.",
        ),
        Mistake(
            "reshaped instead of transposed",
            lambda x, w, b: x @ w.reshape(w.shape[1], w.shape[0]) + b,
            "reshape gives the right shape but mixes the neurons' weights: it reads the numbers on in the old order. "
            "Transposing "
            "exchanges the axes.",
        ),
        Mistake(
            "a row for each neuron",
            lambda x, w, b: (x @ w.T + b).T,
            "Your table has a row for each neuron. It should have a row for each example, (N, D_out).",
        ),
        Mistake(
            "one offset for all neurons",
            lambda x, w, b: x @ w.T + b[0],
            "Every neuron got the offset of the first one. Each has its own.",
        ),
        Mistake(
            "offsets subtracted",
            lambda x, w, b: x @ w.T - b,
            "The offsets were taken away instead of added.",
        ),
        Mistake(
            "products not kept",
            _last_feature,
            "In each sum only the last product is left: = stores, += adds.",
        ),
        Mistake(
            "offset in the innermost loop",
            _offset_in_the_innermost_loop,
            "The offset was added once for every feature. It belongs outside the sum.",
        ),
        Mistake(
            "return inside the loop",
            _first_example,
            "Only the first example has an answer; the rows after it are zero. Does the line with return stand inside the "
            "loop?",
        ),
        Mistake(
            "running total",
            _running_total,
            "Each sum still holds the sums before it. Start at zero again for every neuron and every example.",
        ),
        Mistake(
            "examples added up",
            lambda x, w, b: (x @ w.T + b).sum(axis=0),
            "The examples were added together. Each example has its own row of answers.",
        ),
        Mistake(
            "examples averaged",
            lambda x, w, b: (x @ w.T + b) / len(x),
            "The answers were divided by N. Nothing is averaged here: each example keeps its own answer.",
        ),
        Mistake(
            "only the first neuron",
            lambda x, w, b: x @ w[0] + b[0],
            "There is one number for each example. The layer has D_out neurons: each gives a number.",
        ),
        Mistake(
            "only the first example",
            lambda x, w, b: (w @ x[0] + b)[None],
            "Only the first row of x was used. Each example has its own row of answers.",
        ),
        Mistake(
            "negative answers cut off",
            lambda x, w, b: np.maximum(x @ w.T + b, 0),
            "Negative answers came out as zero: that is a ReLU. This layer is the linear part only.",
        ),
    ),
)


def _pairs(sizes):
    return list(pairwise(sizes))


def _count(sizes, bias=True):
    return sum(d_in * d_out + d_out * bias for d_in, d_out in _pairs(sizes))


def _networks(rng):
    calls = []
    for length, bias in ((3, True), (4, False), (4, True), (5, True), (3, False), (2, True)):
        calls.append(Call((distinct_sizes(rng, length, 2, 12),), {"bias": bias}))
    return [*calls, Call(([1, 1],))]


count_parameters = Exercise(
    name="count_parameters",
    lesson=LESSON,
    reference=_count,
    inputs=_networks,
    takes="",
    returns="count[]",
    mistakes=(
        Mistake(
            "offsets forgotten",
            lambda sizes, bias=True: sum(a * b for a, b in _pairs(sizes)),
            "Only the weights were counted. With bias=True each neuron has an offset too.",
        ),
        Mistake(
            "offsets always counted",
            lambda sizes, bias=True: _count(sizes),
            "The offsets were counted also where bias=False.",
        ),
        Mistake(
            "offsets for the inputs",
            lambda sizes, bias=True: sum(a * b for a, b in _pairs(sizes)) + sum(sizes) * bias,
            "The inputs got offsets as well. They are data, not neurons: nothing is learned there.",
        ),
        Mistake(
            "one offset a layer",
            lambda sizes, bias=True: sum(a * b + bias for a, b in _pairs(sizes)),
            "One offset was counted for each layer. Each neuron has its own.",
        ),
        Mistake(
            "offsets counted by inputs",
            lambda sizes, bias=True: sum(a * b + a * bias for a, b in _pairs(sizes)),
            "You counted an offset for each number that goes into a layer. It is one for each neuron: for each that comes out.",
        ),
        Mistake(
            "one more on both sides",
            lambda sizes, bias=True: sum((a + bias) * (b + bias) for a, b in _pairs(sizes)),
            "You added one to both sizes of each layer. The offset is one more *input* that is always 1: only d_in grows.",
        ),
        Mistake(
            "only the first layer",
            lambda sizes, bias=True: _count(sizes[:2], bias),
            "Only the first pair of sizes was counted. If you use a loop: does return stand inside it?",
        ),
        Mistake(
            "only the last layer",
            lambda sizes, bias=True: _count(sizes[-2:], bias),
            "Only the last pair of sizes was counted. In a loop, = stores and += adds.",
        ),
        Mistake(
            "last layer left out",
            lambda sizes, bias=True: _count(sizes[:-1], bias) if len(sizes) > 2 else 0,
            "The last layer is missing. n sizes make n − 1 layers: where does your loop end?",
        ),
        Mistake(
            "first layer left out",
            lambda sizes, bias=True: _count(sizes[1:], bias) if len(sizes) > 2 else 0,
            "The first layer is missing: its weights come from the inputs. Where does your loop begin?",
        ),
        Mistake(
            "all sizes multiplied",
            lambda sizes, bias=True: prod(sizes),
            "All sizes were multiplied together. Only neighbouring layers are connected: multiply pair by pair, then add.",
        ),
        Mistake(
            "neurons instead of connections",
            lambda sizes, bias=True: sum(sizes),
            "You counted the neurons. Every pair of neurons in neighbouring layers has a weight.",
        ),
    ),
)
