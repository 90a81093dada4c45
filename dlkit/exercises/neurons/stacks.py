"""Two layers: without a bend they are one, with a bend they solve what one cannot."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.difference import array, outputs
from dlkit.errors import ShapeError
from dlkit.exercises.neurons.layers import LESSON


def _collapse(w1, b1, w2, b2):
    return w2 @ w1, w2 @ b1 + b2


def _two_layers(rng):
    sizes = [distinct_sizes(rng, 3, 2, 7) for _ in range(3)]
    sizes += [[3, 3, 3], [1, 1, 1]]  # equal sizes, where nothing fails and everything can be mixed up
    calls = []
    for d_in, hidden, d_out in sizes:
        shapes = (hidden, d_in), (hidden,), (d_out, hidden), (d_out,)
        calls.append(Call(tuple(rng.standard_normal(shape) for shape in shapes)))
    return calls


collapse = Exercise(
    name="collapse",
    lesson=LESSON,
    reference=_collapse,
    inputs=_two_layers,
    takes="w1[D_hidden D_in] b1[D_hidden] w2[D_out D_hidden] b2[D_out]",
    returns="w[D_out D_in] b[D_out]",
    mistakes=(
        Mistake(
            "first offset forgotten",
            lambda w1, b1, w2, b2: (w2 @ w1, b2.copy()),
            "The first layer's offset is lost. It too goes through the second layer.",
        ),
        Mistake(
            "second offset forgotten",
            lambda w1, b1, w2, b2: (w2 @ w1, w2 @ b1),
            "The second layer's own offset is missing.",
        ),
        Mistake(
            "offsets simply added",
            lambda w1, b1, w2, b2: (w2 @ w1, b1 + b2),
            "The first offset was added as it is. The second layer multiplies everything it gets, that offset too.",
        ),
        Mistake(
            "offset through the second layer's columns",
            lambda w1, b1, w2, b2: (w2 @ w1, b1 @ w2 + b2),
            "The first offset met the columns of w2. A neuron is a row: each row of w2 meets the whole offset.",
        ),
        Mistake(
            "first offset added up",
            lambda w1, b1, w2, b2: (w2 @ w1, b1.sum() + b2),
            "The first offsets were added up without the second layer's weights.",
        ),
        Mistake(
            "second offset through the layer too",
            lambda w1, b1, w2, b2: (w2 @ w1, w2 @ (b1 + b2)),
            "Both offsets were sent through the second layer. Its own offset is added after its weights.",
        ),
        Mistake(
            "layers in the wrong order",
            lambda w1, b1, w2, b2: (w1 @ w2, w2 @ b1 + b2),
            "The product has the layers in the wrong order. x meets w1 first, so w1 stands next to it, at the right.",
        ),
        Mistake(
            "result transposed",
            lambda w1, b1, w2, b2: (w1.T @ w2.T, w2 @ b1 + b2),
            "Your weights have a column for each neuron. A neuron is a row: (D_out, D_in).",
        ),
        Mistake(
            "cell by cell",
            lambda w1, b1, w2, b2: (w2 * w1, w2 @ b1 + b2),
            "The weights were multiplied cell by cell with *. Layers in a row are a matrix product.",
        ),
        Mistake(
            "weights added",
            lambda w1, b1, w2, b2: (w2 + w1, w2 @ b1 + b2),
            "The weights were added. What the first layer scaled, the second scales again: they multiply.",
        ),
    ),
)

CORNERS = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])


def _answers(result, low, high):
    """What the network with these weights answers at the four corners."""
    parts = outputs(result, 4)
    if parts is None:
        kind = type(result).__name__
        came = f"a {kind} of {len(result)}" if isinstance(result, tuple | list) else f"one {kind}"
        raise ShapeError(f"Four arrays are expected, (w, b, v, c); yours returned {came}.")
    arrays = [array(part) for part in parts]
    for name, part in zip("wbvc", arrays, strict=True):
        if part is None or part.dtype.kind not in "iuf":
            raise TypeError(f"{name} does not read as an array of numbers.")
    w, b, v, c = arrays
    hidden = len(b) if b.ndim == 1 else 2
    wants = {"w": (hidden, 2), "b": (hidden,), "v": (1, hidden), "c": (1,)}
    for (name, shape), part in zip(wants.items(), arrays, strict=True):
        if part.shape != shape:
            raise ShapeError(f"{name} should have shape {shape}; yours has {part.shape}.")
    return (np.maximum(CORNERS @ w.T + b, 0) @ v.T + c)[:, 0]


def _network(*, hidden=((1, 1), (1, 1)), b=(0, -1), v=(1, -2), c=0):
    arrays = np.array(hidden), np.array(b), np.array([v]), np.array([c])
    return tuple(part.astype(float) for part in arrays)


def _xor(low, high):
    step = high - low
    return _network(v=(step, -2 * step), c=low)


def _levels(rng):
    pairs = [(0.0, 1.0)]
    for direction in (-1, 1, -1):  # high is only a name: it may lie below low
        low = float(rng.uniform(1, 4) * rng.choice([-1, 1]))
        pairs.append((low, low + direction * float(rng.uniform(1.2, 3))))
    return [Call(pair) for pair in pairs]


def _with(v, **more):
    """A network whose output weights are ``v`` times the step from low to high."""
    return lambda low, high: _network(v=tuple((high - low) * k for k in v), c=low, **more)


xor_weights = Exercise(
    name="xor_weights",
    lesson=LESSON,
    reference=_xor,
    inputs=_levels,
    takes="",
    returns="answers[N]",
    through=_answers,
    mistakes=(
        Mistake(
            "hidden offsets forgotten",
            _with((1, -2), b=(0, 0)),
            "Both hidden neurons bend at the same place, so they are one neuron twice. The second should wake only when both "
            "inputs are 1: give it an offset.",
        ),
        Mistake(
            "hidden offset positive",
            _with((1, -2), b=(0, 1)),
            "The second hidden neuron is awake at all four corners. Its offset should hold it down until both inputs are 1.",
        ),
        Mistake(
            "OR instead of XOR",
            _with((1, -1)),
            "At (1, 1) your network answers high: that is OR. The first hidden neuron says 2 there, so more must be taken "
            "away.",
        ),
        Mistake(
            "second neuron added",
            _with((1, 2)),
            "At (1, 1) the second hidden neuron adds where it should take away.",
        ),
        Mistake(
            "second neuron unused",
            _with((1, 0)),
            "The answer at (1, 1) lies twice as far from low as it should: the second hidden neuron does not take anything "
            "away.",
        ),
        Mistake(
            "AND instead of XOR",
            _with((0, 1)),
            "Only (1, 1) gets the answer high: that is AND. XOR is high where the inputs differ.",
        ),
        Mistake(
            "equal instead of different",
            lambda low, high: _xor(high, low),
            "Your network answers high where the inputs are equal. XOR is high where they differ.",
        ),
        Mistake(
            "0 and 1 whatever was asked",
            lambda low, high: _network(),
            "Your network answers 0 and 1. The two answers wanted are low and high, the arguments.",
        ),
        Mistake(
            "low forgotten",
            lambda low, high: _network(v=(high - low, -2 * (high - low))),
            "The answers are right but for a shift: at (0, 0) all hidden neurons are silent, and what remains is c.",
        ),
        Mistake(
            "step taken as high",
            lambda low, high: _network(v=(high, -2 * high), c=low),
            "At (0, 1) your network answers low + high. The output weights climb from low to high: how far is that?",
        ),
        Mistake(
            "size of the step without its sign",
            lambda low, high: _network(v=(abs(high - low), -2 * abs(high - low)), c=low),
            "Where high lies below low, your network climbs instead of descending. The step is high − low, with its sign.",
        ),
        Mistake(
            "one input ignored",
            _with((1, 0), hidden=((1, 0), (0, 0))),
            "The answer follows the first input and ignores the second.",
        ),
        Mistake(
            "the same answer everywhere",
            _with((0.5, -1), hidden=((0, 0), (0, 0)), b=(1, 0)),
            "All four corners get the mean of low and high: the best that a straight line can do. The hidden layer must look "
            "at the inputs.",
        ),
    ),
)
