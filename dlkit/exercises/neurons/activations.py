"""What bends a layer: leaky ReLU and ELU, and maxout, which learns its own bends."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.neurons.layers import LESSON
from dlkit.numpy_ops import activations as ops


def _leaky(x, slope):
    return ops.leaky_relu_forward(x, negative_slope=slope)[0]


def _elu(x, alpha):
    return ops.elu_forward(x, alpha=alpha)[0]


def _both(x, slope=0.1, alpha=1.0):
    return _leaky(x, slope), _elu(x, alpha)


def _tables(rng):
    calls = []
    for _ in range(3):
        n, d = distinct_sizes(rng, 2, 4, 8)
        options = {"slope": float(rng.uniform(0.05, 0.4)), "alpha": float(rng.uniform(1.3, 2.5))}
        calls.append(Call((1.5 * rng.standard_normal((n, d)) - 0.3,), options))
    large = np.array([[1000.0, -1000.0, 0.0, *rng.uniform(100, 900, 2)]])
    return [*calls, Call((rng.standard_normal((3, 4)),)), Call((large,), {"slope": 0.2}), Call((np.full((1, 1), -0.5),))]


def _a(leaky):
    """A mistake in leaky ReLU alone."""
    return lambda x, slope=0.1, alpha=1.0: (leaky(x, slope), _elu(x, alpha))


def _b(elu):
    """A mistake in ELU alone."""
    return lambda x, slope=0.1, alpha=1.0: (_leaky(x, slope), elu(x, alpha))


leaky_relu_and_elu = Exercise(
    name="leaky_relu_and_elu",
    lesson=LESSON,
    reference=_both,
    inputs=_tables,
    takes="x[N D]",
    returns="leaky[N D] elu[N D]",
    mistakes=(
        Mistake(
            "plain ReLU",
            _a(lambda x, slope: np.maximum(x, 0)),
            "In leaky ReLU the negative numbers became zero. They should be shrunk by the slope, not lost.",
        ),
        Mistake(
            "slope on the positive side",
            _a(lambda x, slope: np.where(x > 0, slope * x, x)),
            "Leaky ReLU shrank the positive numbers and let the negative ones pass: it is the other way round.",
        ),
        Mistake(
            "negative numbers turned positive",
            _a(lambda x, slope: np.where(x > 0, x, -slope * x)),
            "Leaky ReLU turned negative numbers positive. They stay negative, only smaller.",
        ),
        Mistake(
            "slope as a floor",
            _a(lambda x, slope: np.maximum(x, slope)),
            "Leaky ReLU gives the slope itself wherever x is small. The slope multiplies x.",
        ),
        Mistake(
            "slope everywhere",
            _a(lambda x, slope: slope * x),
            "Leaky ReLU shrank every number. Positive ones pass unchanged.",
        ),
        Mistake(
            "slope fixed at 0.1",
            _a(lambda x, slope: np.where(x > 0, x, 0.1 * x)),
            "Leaky ReLU used 0.1 whatever the argument said. Use the argument slope.",
        ),
        Mistake(
            "both branches added",
            _a(lambda x, slope: np.maximum(x, 0) + slope * x),
            "In leaky ReLU positive numbers came out too large: both branches were added there. Choose one.",
        ),
        Mistake(
            "both branches of ELU added",
            _b(lambda x, alpha: np.maximum(x, 0) + alpha * (np.exp(x) - 1)),
            "In ELU positive numbers came out too large: the bend was added there too. Choose one branch.",
        ),
        Mistake(
            "zero times infinity",
            _b(lambda x, alpha: (x > 0) * x + (x <= 0) * alpha * (np.exp(x) - 1)),
            "For large x the exponential is infinite, and 0 · ∞ is not a number. Choose between the two branches, or take the "
            "exponential only of what is negative.",
        ),
        Mistake(
            "the − 1 forgotten",
            _b(lambda x, alpha: np.where(x > 0, x, alpha * np.exp(x))),
            "In ELU the curve jumps at zero: something is missing beside the exponential. At x = 0 both branches meet at 0.",
        ),
        Mistake(
            "brackets forgotten",
            _b(lambda x, alpha: np.where(x > 0, x, alpha * np.exp(x) - 1)),
            "In ELU only the exponential was multiplied by alpha; the − 1 belongs into the brackets too.",
        ),
        Mistake(
            "alpha forgotten",
            _b(lambda x, alpha: np.where(x > 0, x, np.exp(x) - 1)),
            "ELU ends at −1 whatever alpha is. Alpha multiplies the bend.",
        ),
        Mistake(
            "sign of the bend",
            _b(lambda x, alpha: np.where(x > 0, x, alpha * (1 - np.exp(x)))),
            "ELU turned negative numbers positive. Its bend goes down, towards −alpha.",
        ),
        Mistake(
            "exponential everywhere",
            _b(lambda x, alpha: alpha * (np.exp(x) - 1)),
            "ELU bent the positive numbers too. They pass unchanged.",
        ),
        Mistake(
            "sign in the exponent",
            _b(lambda x, alpha: np.where(x > 0, x, alpha * (np.exp(-x) - 1))),
            "For very negative x your ELU explodes: e⁻ˣ is huge there. Look at the sign in the exponent.",
        ),
        Mistake(
            "leak instead of bend",
            _b(lambda x, alpha: np.where(x > 0, x, alpha * x)),
            "ELU came out as a straight line below zero. It bends: the exponential is missing.",
        ),
    ),
)


def _maxout(x, w, b):
    return ops.maxout_forward(x, w, b)[0]


def _pieces(x, w, b):
    """Every piece of every neuron: (K, N, D_out)."""
    return np.stack([x @ w[k].T + b[k] for k in range(len(w))])


def _stacks(rng):
    calls = []
    for _ in range(3):
        n, d_in, d_out, k = distinct_sizes(rng, 4, 2, 8)
        shapes = (n, d_in), (k, d_out, d_in), (k, d_out)
        calls.append(Call(tuple(rng.standard_normal(shape) for shape in shapes)))
    one_piece = (3, 2), (1, 4, 2), (1, 4)
    one_neuron = (1, 3), (2, 1, 3), (2, 1)
    return [*calls, *(Call(tuple(rng.standard_normal(shape) for shape in shapes)) for shapes in (one_piece, one_neuron))]


def _offset_after(x, w, b):
    return np.max(_pieces(x, w, np.zeros_like(b)), axis=0) + b.max(axis=0)


def _last_piece(x, w, b):
    for k in range(len(w)):
        y = x @ w[k].T + b[k]
    return y


maxout = Exercise(
    name="maxout",
    lesson=LESSON,
    reference=_maxout,
    inputs=_stacks,
    takes="x[N D_in] w[K D_out D_in] b[K D_out]",
    returns="y[N D_out]",
    mistakes=(
        Mistake(
            "sum of the pieces",
            lambda x, w, b: _pieces(x, w, b).sum(axis=0),
            "The pieces were added. A sum of lines is a line again: the largest must win instead.",
        ),
        Mistake(
            "mean of the pieces",
            lambda x, w, b: _pieces(x, w, b).mean(axis=0),
            "The pieces were averaged. Only the largest speaks.",
        ),
        Mistake(
            "smallest piece",
            lambda x, w, b: _pieces(x, w, b).min(axis=0),
            "The smallest piece won. It should be the largest.",
        ),
        Mistake(
            "largest over the neurons",
            lambda x, w, b: _pieces(x, w, b).max(axis=2).T,
            "The largest was taken over the neurons and the pieces are still there. It is taken over the pieces, K.",
        ),
        Mistake(
            "largest over the examples",
            lambda x, w, b: _pieces(x, w, b).max(axis=1),
            "The largest was taken over the examples. Each example has an answer of its own.",
        ),
        Mistake(
            "pieces still there",
            _pieces,
            "There is a number for every piece. The largest of the K still has to be chosen.",
        ),
        Mistake(
            "largest weights first",
            lambda x, w, b: x @ w.max(axis=0).T + b.max(axis=0),
            "The largest weights were chosen before x came in. First compute every piece, then choose: who wins depends on x.",
        ),
        Mistake(
            "offsets forgotten",
            lambda x, w, b: _pieces(x, w, np.zeros_like(b)).max(axis=0),
            "The offsets do not appear. They decide where one piece hands over to the next.",
        ),
        Mistake(
            "offset after the choice",
            _offset_after,
            "The offsets came in after the largest was chosen. Each piece adds its own before they compete.",
        ),
        Mistake(
            "the first piece's offset for all",
            lambda x, w, b: _pieces(x, w, np.zeros_like(b)).max(axis=0) + b[0],
            "Every piece got the offset of the first one. Each has its own, added before they compete.",
        ),
        Mistake(
            "only the first piece",
            lambda x, w, b: x @ w[0].T + b[0],
            "Only the first piece was used. If you use a loop: does return stand inside it?",
        ),
        Mistake(
            "only the last piece",
            _last_piece,
            "Each piece replaced the one before it, so the last one won. Keep the larger.",
        ),
        Mistake(
            "never below zero",
            lambda x, w, b: np.maximum(_pieces(x, w, b).max(axis=0), 0),
            "Negative answers came out as zero. If your largest-so-far starts at 0, zero competes as one more piece.",
        ),
        Mistake(
            "largest by size",
            lambda x, w, b: np.abs(_pieces(x, w, b)).max(axis=0),
            "Signs were lost: −5 is not larger than 2.",
        ),
    ),
)
