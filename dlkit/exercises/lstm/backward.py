"""The way back through one step of an LSTM, and through time."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.lstm.step import LESSON, gated, quarters, sums, weights
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


# --- lstm_backward


def run_backward(dhs, x, hs, cs, gates, u, v):
    """The right answer: dx, dh and dc of the first state, du, dv, db."""
    return _back(dhs, x, hs, cs, gates, u, v)


def _back(
    dhs, x, hs, cs, gates, u, v, *, carry=lambda dh, later: dh + later, cell=lambda dc: dc, order=None, earlier=0, inputs=0,
):  # fmt: skip
    """The way back with a slip: in what the later steps hand on, in the order, in which state the weights saw."""
    dx, du, dv, db = np.zeros(x.shape), np.zeros(u.shape), np.zeros(v.shape), np.zeros(len(u))
    later, dc = np.zeros(hs[:, 0].shape), np.zeros(hs[:, 0].shape)
    for t in reversed(range(x.shape[1])) if order is None else order(x.shape[1]):
        dz, dc = step_backward(carry(dhs[:, t], later), cell(dc), cs[:, t + inputs], *np.split(gates[:, t], 4, axis=1))
        dx[:, t], later = dz @ u, dz @ v
        du += dz.T @ x[:, t]
        dv += dz.T @ hs[:, t + earlier]
        db += dz.sum(axis=0)
    return dx, later, dc, du, dv, db


def _dzs(dhs, x, hs, cs, gates, u, v):
    """The gradient of every step's sums, (N, T, 4H)."""
    later, dc, found = 0, 0, []
    for t in reversed(range(x.shape[1])):
        dz, dc = step_backward(dhs[:, t] + later, dc, cs[:, t], *np.split(gates[:, t], 4, axis=1))
        later = dz @ v
        found.append(dz)
    return np.stack(found[::-1], axis=1)


def _slipped(**slip):
    return lambda dhs, x, hs, cs, gates, u, v: _back(dhs, x, hs, cs, gates, u, v, **slip)


def _patched(patch):
    """A mistake made from the right gradients: ``patch(right, dz, x, hs)`` gives the results that differ by place."""

    def wrong(dhs, x, hs, cs, gates, u, v):
        right = list(_back(dhs, x, hs, cs, gates, u, v))
        for place, value in patch(right, _dzs(dhs, x, hs, cs, gates, u, v), x, hs).items():
            right[place] = value
        return tuple(right)

    return wrong


def _at(t):
    """The weights' gradients from one step alone."""
    return lambda right, dz, x, hs: {3: dz[:, t].T @ x[:, t], 4: dz[:, t].T @ hs[:, :-1][:, t], 5: dz[:, t].sum(axis=0)}


def _last_step_only(right, dz, x, hs):
    dx = np.zeros_like(right[0])
    dx[:, -1] = right[0][:, -1]
    return {0: dx, **_at(-1)(right, dz, x, hs)}


def _first_h(dhs, x, hs, cs, gates, u, v):
    right, dz = list(_back(dhs, x, hs, cs, gates, u, v)), _dzs(dhs, x, hs, cs, gates, u, v)
    right[1] = dhs[:, 0] + (dz[:, 1] @ v if x.shape[1] > 1 else 0)
    return tuple(right)


def saved(x, h, c, u, v, b):
    """Everything a run keeps for the way back: hs, cs (N, T + 1, H) and gates (N, T, 4H)."""
    hs, cs, gates = [h], [c], []
    for t in range(x.shape[1]):
        *four, new = gated(sums(x[:, t], hs[-1], u, v, b), cs[-1])
        hs.append(four[3] * np.tanh(new))
        cs.append(new)
        gates.append(np.concatenate(four, axis=1))
    return tuple(np.stack(part, axis=1) for part in (hs, cs, gates))


def _runs(rng):
    calls = []
    sizes = [distinct_sizes(rng, 4, 2, 8) for _ in range(3)] + [[1, 4, 2, 3], [3, 1, 2, 4]]
    for n, t, d, h in sizes:
        x, state = rng.standard_normal((n, t, d)), (rng.uniform(-1, 1, (n, h)), rng.standard_normal((n, h)))
        u, v, b = weights(rng, d, h, 0.8)
        calls.append(Call((rng.standard_normal((n, t, h)), x, *saved(x, *state, u, v, b), u, v)))
    return calls


lstm_backward = Exercise(
    name="lstm_backward",
    lesson=LESSON,
    reference=run_backward,
    inputs=_runs,
    takes="dhs[N T H] x[N T D] hs[N T+1 H] cs[N T+1 H] gates[N T 4H] u[4H D] v[4H H]",
    returns="dx[N T D] dh[N H] dc[N H] du[4H D] dv[4H H] db[4H]",
    mistakes=(
        Mistake(
            "gradient from later steps overwritten",
            _slipped(carry=lambda dh, later: dh),
            "Each step got only its own dhs. Its h was also read by the next step: add what came back through v.",
        ),
        Mistake(
            "only the last step's loss",
            lambda dhs, x, hs, cs, gates, u, v: _back(
                np.concatenate([0 * dhs[:, :-1], dhs[:, -1:]], axis=1), x, hs, cs, gates, u, v
            ),
            "Only dhs of the last step was used. Every step's h may be in the loss: add dhs at each t.",
        ),
        Mistake(
            "every step's loss the last one's",
            lambda dhs, x, hs, cs, gates, u, v: _back(np.repeat(dhs[:, -1:], dhs.shape[1], axis=1), x, hs, cs, gates, u, v),
            "The last step's dhs was added at every step. Step t has its own.",
        ),
        Mistake(
            "dc not carried back",
            _slipped(cell=lambda dc: 0 * dc),
            "Every step began with dc = 0. The dc that a step returns goes on to the step before.",
        ),
        Mistake(
            "forward in time",
            _slipped(order=range),
            "The loop ran from the first step to the last. The gradient comes from the end.",
        ),
        Mistake(
            "the last step only",
            _patched(_last_step_only),
            "Only the last step taught the weights. Does the line with return stand inside the loop?",
        ),
        Mistake(
            "weights from the first step only",
            _patched(_at(0)),
            "du, dv and db hold only what the first step gave. All steps used the weights: += instead of =.",
        ),
        Mistake(
            "weights averaged over time",
            _patched(lambda right, dz, x, hs: {k: right[k] / x.shape[1] for k in (3, 4, 5)}),
            "du, dv and db were divided by T. Every step used the weights: the shares are added.",
        ),
        Mistake(
            "weights averaged over the batch",
            _patched(lambda right, dz, x, hs: {k: right[k] / len(x) for k in (3, 4, 5)}),
            "du, dv and db were divided by N. The average over the batch belongs to the loss and is in dhs already.",
        ),
        Mistake(
            "h after the step",
            _slipped(earlier=1),
            "dv was made with the h that the step gave. The weights v multiplied the h before it.",
        ),
        Mistake(
            "cell after the step",
            _slipped(inputs=1),
            "The step back was given the cell after the step. It wants the one before: cs has one more entry than there "
            "are steps.",
        ),
        Mistake(
            "dx in reverse",
            _patched(lambda right, dz, x, hs: {0: right[0][:, ::-1]}),
            "dx is right but lies from the last step to the first. The loop runs backward, so a list must be turned "
            "round at the end.",
        ),
        Mistake(
            "gradient of the first step's h",
            _first_h,
            "dh is the gradient of the h that the first step gave. Wanted is that of the h it was given: one more way back, "
            "through v.",
        ),
        Mistake(
            "db summed over time only",
            _patched(lambda right, dz, x, hs: {5: dz.sum(axis=1)}),
            "db has a row for each example. One b serves all examples: sum over them too.",
        ),
        Mistake(
            "db summed over the batch only",
            _patched(lambda right, dz, x, hs: {5: dz.sum(axis=0)}),
            "db has a row for each step. One b serves all steps: sum over time too.",
        ),
    ),
)
