"""The way back through one step of an LSTM."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.lstm.step import LESSON, quarters
from dlkit.numpy_ops.activations import logistic

# --- lstm_step_backward


def step_backward(dh, dc, c, i, f, g, o):
    """The right answer: the gradient of the four sums, (N, 4H), and of the cell before."""
    shown = np.tanh(f * c + i * g)
    total = dc + dh * o * (1 - shown**2)
    return _joined(total, dh * shown, c, i, f, g, o), total * f


def _joined(total, do, c, i, f, g, o):
    """The gradients of the sums from those of the cell and the output gate."""
    parts = [total * g * i * (1 - i), total * c * f * (1 - f), total * i * (1 - g**2), do * o * (1 - o)]
    return np.concatenate(parts, axis=1)


def _shown(c, i, f, g):
    return np.tanh(f * c + i * g)


def _totalled(total):
    """A mistake in the gradient that reaches the cell: ``total(dh, dc, o, shown, c)``."""

    def wrong(dh, dc, c, i, f, g, o):
        shown = _shown(c, i, f, g)
        reached = total(dh, dc, o, shown, c)
        return _joined(reached, dh * shown, c, i, f, g, o), reached * f

    return wrong


def _dz(parts):
    """A mistake in dz alone: ``parts(total, dh, shown, c, i, f, g, o)`` gives the four blocks."""

    def wrong(dh, dc, c, i, f, g, o):
        shown = _shown(c, i, f, g)
        total = dc + dh * o * (1 - shown**2)
        return np.concatenate(parts(total, dh, shown, c, i, f, g, o), axis=1), total * f

    return wrong


def _block(at, value):
    """A mistake in one block of dz: ``value(total, dh, shown, c, i, f, g, o)``."""

    def wrong(dh, dc, c, i, f, g, o):
        shown = _shown(c, i, f, g)
        total = dc + dh * o * (1 - shown**2)
        dz, before = step_backward(dh, dc, c, i, f, g, o)
        blocks = np.split(dz, 4, axis=1)
        blocks[at] = value(total, dh, shown, c, i, f, g, o)
        return np.concatenate(blocks, axis=1), before

    return wrong


def _dc(before):
    """A mistake in the gradient of the cell before alone: ``before(total, dc, f, c, i, g)``."""

    def wrong(dh, dc, c, i, f, g, o):
        shown = _shown(c, i, f, g)
        total = dc + dh * o * (1 - shown**2)
        return _joined(total, dh * shown, c, i, f, g, o), before(total, dc, f, c, i, g)

    return wrong


def _reordered(order):
    def wrong(dh, dc, c, i, f, g, o):
        dz, before = step_backward(dh, dc, c, i, f, g, o)
        return np.concatenate(quarters(dz, order), axis=1), before

    return wrong


def _with_slope(dh, dc, c, i, f, g, o, slope):
    total = dc + dh * o * slope
    return _joined(total, dh * _shown(c, i, f, g), c, i, f, g, o), total * f


def _below_each_other(dh, dc, c, i, f, g, o):
    dz, before = step_backward(dh, dc, c, i, f, g, o)
    return np.concatenate(np.split(dz, 4, axis=1)), before


def _gates(rng):
    calls = []
    for n, h in (*(distinct_sizes(rng, 2, 2, 8) for _ in range(3)), (1, 3)):
        i, f, o = (logistic(rng.standard_normal((n, h))) for _ in range(3))
        g, c = np.tanh(rng.standard_normal((n, h))), 1.5 * rng.standard_normal((n, h))
        calls.append(Call((rng.standard_normal((n, h)), rng.standard_normal((n, h)), c, i, f, g, o)))
    return calls


lstm_step_backward = Exercise(
    name="lstm_step_backward",
    lesson=LESSON,
    reference=step_backward,
    inputs=_gates,
    takes="dh[N H] dc[N H] c[N H] i[N H] f[N H] g[N H] o[N H]",
    returns="dz[N 4H] dc[N H]",
    mistakes=(
        Mistake(
            "gradient along the cell overwritten",
            _totalled(lambda dh, dc, o, shown, c: dh * o * (1 - shown**2)),
            "The dc that came from later steps is lost. The new cell is used twice, by h and by the next step: add the shares.",
        ),
        Mistake(
            "gradient through h forgotten",
            _totalled(lambda dh, dc, o, shown, c: dc),
            "Only dc reaches the cell. h was made from the cell as well: its share, through o and tanh, is added.",
        ),
        Mistake(
            "slope of tanh missing",
            _totalled(lambda dh, dc, o, shown, c: dc + dh * o),
            "dh reaches the cell through the tanh that h is shown through: its slope is missing.",
        ),
        Mistake(
            "output gate missing",
            _totalled(lambda dh, dc, o, shown, c: dc + dh * (1 - shown**2)),
            "dh reaches the cell through the output gate: the factor o is missing.",
        ),
        Mistake(
            "tanh not squared",
            _totalled(lambda dh, dc, o, shown, c: dc + dh * o * (1 - shown)),
            "The slope of tanh was taken as 1 − tanh. The tanh is squared.",
        ),
        Mistake(
            "slope of tanh at the bare cell",
            lambda dh, dc, c, i, f, g, o: _with_slope(dh, dc, c, i, f, g, o, 1 - (f * c + i * g) ** 2),
            "The slope of tanh was taken as one minus the square of the cell. It is one minus the square of its tanh.",
        ),
        Mistake(
            "shares multiplied",
            _totalled(lambda dh, dc, o, shown, c: dc * dh * o * (1 - shown**2)),
            "dc and the share through h were multiplied. The new cell has two readers: their shares are added.",
        ),
        Mistake(
            "tanh of the old cell",
            lambda dh, dc, c, i, f, g, o: (
                _joined(dc + dh * o * (1 - np.tanh(c) ** 2), dh * np.tanh(c), c, i, f, g, o),
                (dc + dh * o * (1 - np.tanh(c) ** 2)) * f,
            ),
            "tanh was taken of the cell before the step. h showed the new one: compute it from c, f, i and g first.",
        ),
        Mistake(
            "slope of tanh at its output",
            _totalled(lambda dh, dc, o, shown, c: dc + dh * o * (1 - np.tanh(shown) ** 2)),
            "tanh was applied to tanh(C). The slope is one minus the square of what tanh gave.",
        ),
        Mistake(
            "input gate's partner missing",
            _block(0, lambda total, dh, shown, c, i, f, g, o: total * i * (1 - i)),
            "The first block lacks what the input gate was multiplied by: the candidate.",
        ),
        Mistake(
            "forget gate's partner missing",
            _block(1, lambda total, dh, shown, c, i, f, g, o: total * f * (1 - f)),
            "The second block lacks what the forget gate was multiplied by: the old cell.",
        ),
        Mistake(
            "candidate's partner missing",
            _block(2, lambda total, dh, shown, c, i, f, g, o: total * (1 - g**2)),
            "The third block lacks what the candidate was multiplied by: the input gate.",
        ),
        Mistake(
            "output gate's partner missing",
            _block(3, lambda total, dh, shown, c, i, f, g, o: dh * o * (1 - o)),
            "The last block lacks what the output gate was multiplied by: the tanh of the new cell.",
        ),
        Mistake(
            "candidate's slope missing",
            _block(2, lambda total, dh, shown, c, i, f, g, o: total * i),
            "The third block is the gradient of the candidate itself. It still has to go through tanh.",
        ),
        Mistake(
            "candidate squashed again",
            _block(2, lambda total, dh, shown, c, i, f, g, o: total * i * (1 - np.tanh(g) ** 2)),
            "tanh was applied to g, which has been through it already. The slope can be read off g as it is.",
        ),
        Mistake(
            "joined along the batch",
            _below_each_other,
            "The four blocks stand below each other. They belong side by side, along axis 1.",
        ),
        Mistake(
            "all slopes forgotten",
            _dz(lambda total, dh, shown, c, i, f, g, o: [total * g, total * c, total * i, dh * shown]),
            "These are the gradients of the gates themselves. Each still has to go through its σ or tanh.",
        ),
        Mistake(
            "slope of tanh for every gate",
            _dz(
                lambda total, dh, shown, c, i, f, g, o: [
                    total * g * (1 - i**2), total * c * (1 - f**2), total * i * (1 - g**2), dh * shown * (1 - o**2),
                ]
            ),
            "1 − y² is the slope of tanh. The three gates went through σ.",
        ),
        Mistake(
            "slope of sigmoid for the candidate",
            _block(2, lambda total, dh, shown, c, i, f, g, o: total * i * g * (1 - g)),
            "The third block has the slope g(1 − g). The candidate went through tanh.",
        ),
        Mistake(
            "slopes taken of the gates again",
            _dz(
                lambda total, dh, shown, c, i, f, g, o: [
                    total * g * logistic(i) * (1 - logistic(i)), total * c * logistic(f) * (1 - logistic(f)),
                    total * i * (1 - np.tanh(g) ** 2), dh * shown * logistic(o) * (1 - logistic(o)),
                ]
            ),
            "σ and tanh were applied to the gates, which have been through them already. Read the slopes off as they are.",
        ),
        Mistake(
            "partners exchanged",
            _dz(
                lambda total, dh, shown, c, i, f, g, o: [
                    total * i * i * (1 - i), total * f * f * (1 - f), total * g * (1 - g**2), dh * shown * o * (1 - o),
                ]
            ),
            "Each factor of a product got itself in place of its partner. In i·g, the slope for i is g; in f·c it is c for f.",
        ),
        Mistake(
            "input gate and candidate by themselves",
            _dz(
                lambda total, dh, shown, c, i, f, g, o: [
                    total * i * i * (1 - i), total * c * f * (1 - f), total * g * (1 - g**2), dh * shown * o * (1 - o),
                ]
            ),
            "The first block was multiplied by i and the third by g. In i·g the slope for i is g, and for g it is i.",
        ),
        Mistake(
            "forget gate by the new cell",
            _block(1, lambda total, dh, shown, c, i, f, g, o: total * (f * c + i * g) * f * (1 - f)),
            "The second block was multiplied by the new cell. The forget gate weighed the old one.",
        ),
        Mistake(
            "output gate by the bare cell",
            _block(3, lambda total, dh, shown, c, i, f, g, o: dh * (f * c + i * g) * o * (1 - o)),
            "The output gate's block was multiplied by the new cell. o weighed its tanh.",
        ),
        Mistake(
            "output gate by the cell's gradient",
            _block(3, lambda total, dh, shown, c, i, f, g, o: total * shown * o * (1 - o)),
            "The output gate's block begins with what reaches the cell. o has no part in the cell: its upstream is dh.",
        ),
        Mistake(
            "upstream of the output gate missing",
            _block(3, lambda total, dh, shown, c, i, f, g, o: shown * o * (1 - o)),
            "The last block is the output gate's slope without its upstream, dh.",
        ),
        Mistake(
            "forget gate first",
            _reordered("figo"),
            "The first two blocks are exchanged. The order is i, f, g, o.",
        ),
        Mistake(
            "output gate before the candidate",
            _reordered("ifog"),
            "The last two blocks are exchanged. The order is i, f, g, o.",
        ),
        Mistake(
            "forget gate missing on the way back",
            _dc(lambda total, dc, f, c, i, g: total),
            "dc went back unchanged. The old cell was multiplied by f, so its gradient is too.",
        ),
        Mistake(
            "share through h missing in dc",
            _dc(lambda total, dc, f, c, i, g: dc * f),
            "dz is right. The dc you hand back is the one that came in, times f; it must be all that reaches the cell, times "
            "f.",
        ),
        Mistake(
            "slope of sigmoid for the old cell",
            _dc(lambda total, dc, f, c, i, g: total * f * (1 - f)),
            "The gradient of the old cell was multiplied by f(1 − f). That slope belongs to the forget gate's sum; the old "
            "cell itself was only multiplied by f.",
        ),
        Mistake(
            "slope of sigmoid after the forget gate",
            _dc(lambda total, dc, f, c, i, g: total * f * f * (1 - f)),
            "The gradient of the old cell was multiplied by f and then by f(1 − f). The slope of σ belongs to the forget "
            "gate's sum; the old cell went through no σ.",
        ),
        Mistake(
            "cell's gradient multiplied by the cell",
            _dc(lambda total, dc, f, c, i, g: total * c),
            "The gradient of the old cell was multiplied by c. In f·c, the slope for c is its partner, f.",
        ),
        Mistake(
            "cell's gradient through the input gate",
            _dc(lambda total, dc, f, c, i, g: total * i),
            "The gradient of the old cell was multiplied by i. What weighed the old cell is f.",
        ),
    ),
)
