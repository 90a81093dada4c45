"""The way back through time."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.lstm.step import LESSON, gated, sums, weights
from dlkit.exercises.lstm.step_backward import step_backward
from dlkit.numpy_ops.activations import logistic

# --- lstm_backward


def run_backward(dhs, x, hs, cs, gates, u, v):
    """The right answer: dx, dh and dc of the first state, du, dv, db."""
    return _back(dhs, x, hs, cs, gates, u, v)


def _back(
    dhs, x, hs, cs, gates, u, v, *, carry=lambda dh, later: dh + later, cell=lambda dc: dc, order=None, earlier=0, inputs=0,
    piled_h=False, piled_c=False, cut=lambda i, f, g, o: (i, f, g, o), along=lambda dh, f: dh, shared=0,
):  # fmt: skip
    """The way back with a slip: in what the later steps hand on, in the order, in the gates, in which state the weights saw."""
    dx, du, dv, db = np.zeros(x.shape), np.zeros(u.shape), np.zeros(v.shape), np.zeros(len(u))
    later, dc = np.zeros(hs[:, 0].shape), np.zeros(hs[:, 0].shape)
    for t in reversed(range(x.shape[1])) if order is None else order(x.shape[1]):
        reached = carry(dhs[:, t], later)
        four = cut(*np.split(gates[:, t], 4, axis=1))
        dz, before = step_backward(reached, cell(dc) + shared * dhs[:, t], cs[:, t + inputs], *four)
        dc = dc + before if piled_c else before
        dx[:, t], later = dz @ u, reached + dz @ v if piled_h else along(dz @ v, four[1])
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
            "nothing carried back",
            _slipped(carry=lambda dh, later: dh, cell=lambda dc: 0 * dc),
            "Each step went back for itself, with its own dhs and dc = 0. What a step returns goes on to the step before.",
        ),
        Mistake(
            "dh piles up",
            _slipped(piled_h=True),
            "dz·v was added to the dh that this step had already used. It replaces it: that dh has gone through the step.",
        ),
        Mistake(
            "dc piles up",
            _slipped(piled_c=True),
            "The dc that a step returned was added to the one it was given. It replaces it: the old has gone through the step.",
        ),
        Mistake(
            "first step missing",
            _slipped(order=lambda steps: range(steps - 1, 0, -1)),
            "The loop stopped before the first step. range(T − 1, 0, −1) does not reach 0.",
        ),
        Mistake(
            "last step missing",
            _slipped(order=lambda steps: range(steps - 2, -1, -1)),
            "The loop began one step before the last. The last step has the number T − 1.",
        ),
        Mistake(
            "first state without a gradient",
            lambda dhs, x, hs, cs, gates, u, v: (
                *(a if k not in (1, 2) else 0 * a for k, a in enumerate(_back(dhs, x, hs, cs, gates, u, v))),
            ),
            "dh and dc came back as zeros. They are what the first step hands back to the state it was given.",
        ),
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
            "index of another lesson",
            _slipped(earlier=-1),
            "dv was made with hs[:, t − 1]. hs has T + 1 entries here, unlike lesson 13: entry t is the state before step t.",
        ),
        Mistake(
            "always the first h",
            _patched(lambda right, dz, x, hs: {4: np.einsum("nta,nh->ah", dz, hs[:, 0])}),
            "dv was made with entry 0 of hs at every step. hs has T + 1 entries: step t was given entry t.",
        ),
        Mistake(
            "gates in the wrong order",
            _slipped(cut=lambda i, f, g, o: (i, f, o, g)),
            "The last two blocks of the gates were taken as output gate and candidate. They lie in the order i, f, g, o.",
        ),
        Mistake(
            "forget gate taken first",
            _slipped(cut=lambda i, f, g, o: (f, i, g, o)),
            "The first two blocks of the gates were taken as f and i. They lie in the order i, f, g, o.",
        ),
        Mistake(
            "gates squashed again",
            _slipped(cut=lambda i, f, g, o: (logistic(i), logistic(f), np.tanh(g), logistic(o))),
            "σ and tanh were applied to the gates, which have been through them already. Take them as they are kept.",
        ),
        Mistake(
            "dhs added to dc as well",
            _slipped(shared=1),
            "dhs was added to dc too. The cell itself is not in the loss: the step's backward finds what h sends to it.",
        ),
        Mistake(
            "dh multiplied by the forget gate",
            _slipped(along=lambda dh, f: dh * f),
            "The dh that goes back through v was multiplied by f. f weighs the cell; h went into the sums through v alone.",
        ),
        Mistake(
            "dx piled up over time",
            _patched(lambda right, dz, x, hs: {0: np.cumsum(right[0][:, ::-1], axis=1)[:, ::-1]}),
            "dx of a step holds the later steps' too. Each step has its own x: nothing is added up there.",
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
