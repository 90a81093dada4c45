"""The way back through a whole sequence."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.recurrent_networks.sequences import rnn
from dlkit.exercises.recurrent_networks.steps import LESSON, from_dz, weights


def _before(t, h, h0):
    return h[:, t - 1] if t else h0


def _add(total, part):
    return total + part


def _walk(
    dh, x, h0, h, U, V, *, order=reversed, add=_add, before=_before, upstream=lambda dh, t: dh[:, t], first=lambda dh: 0,
    dz=lambda here, later, h: (here + later) * (1 - h * h), later=lambda old, new: new, through=lambda V: V, only=None,
):  # fmt: skip
    """Backpropagation through time with one of its pieces changed."""
    dx, weights, back = np.zeros_like(x), [np.zeros_like(U), np.zeros_like(V), np.zeros(len(V))], first(dh)
    for t in order(range(x.shape[1])) if only is None else only(x.shape[1]):
        now = dz(upstream(dh, t), back, h[:, t])
        dx[:, t], new, *parts = from_dz(now, x[:, t], before(t, h, h0), U, through(V))
        back = later(back, new)
        weights = [add(w, p) for w, p in zip(weights, parts, strict=True)]
    return (dx, back, *weights)


def _changed(**pieces):
    return lambda dh, x, h0, h, U, V: _walk(dh, x, h0, h, U, V, **pieces)


def _weights(change):
    """A mistake in dU, dV and db alone: ``change(part, N, T)``."""

    def wrong(dh, x, h0, h, U, V):
        dx, dh0, *parts = _walk(dh, x, h0, h, U, V)
        return (dx, dh0, *(change(part, *x.shape[:2]) for part in parts))

    return wrong


def _stops_before_v(dh, x, h0, h, U, V):
    """dh0 is the gradient at z of step 0."""
    last = []

    def dz(here, later, h):
        last[:] = [(here + later) * (1 - h * h)]
        return last[0]

    dx, _, *parts = _walk(dh, x, h0, h, U, V, dz=dz)
    return (dx, last[0], *parts)


def _one_too_late(dh, x, h0, h, U, V):
    """dh0 is the gradient at the state after step 0."""
    last = []

    def dz(here, later, h):
        last[:] = [here + later]
        return last[0] * (1 - h * h)

    dx, _, *parts = _walk(dh, x, h0, h, U, V, dz=dz)
    return (dx, last[0], *parts)


def _before_slope(dh, x, h0, h, U, V):
    """The slope of each step taken at the state before."""
    before = np.concatenate([h0[:, None], h[:, :-1]], axis=1)
    dx, back, dU, dV, db = np.zeros_like(x), 0, 0, 0, 0
    for t in reversed(range(x.shape[1])):
        dz = (dh[:, t] + back) * (1 - before[:, t] ** 2)
        dx[:, t], back, *parts = from_dz(dz, x[:, t], before[:, t], U, V)
        dU, dV, db = dU + parts[0], dV + parts[1], db + parts[2]
    return dx, back, dU, dV, db


def _without_v(dh, x, h0, h, U, V):
    """dz goes to the step before without V."""
    dx, back, dU, dV, db = np.zeros_like(x), 0, 0, 0, 0
    for t in reversed(range(x.shape[1])):
        back = (dh[:, t] + back) * (1 - h[:, t] ** 2)
        dx[:, t], _, *parts = from_dz(back, x[:, t], _before(t, h, h0), U, V)
        dU, dV, db = dU + parts[0], dV + parts[1], db + parts[2]
    return dx, back, dU, dV, db


def _rebuilt(*, carry=lambda d, dz, V: dz @ V, dx=lambda d, dz, here: dz, db=lambda d, dz: dz.sum(axis=0),
             end=lambda back, dh: back):  # fmt: skip
    """The loop as a student writes it, ``d`` being what arrives before tanh, with a piece changed."""

    def wrong(dh, x, h0, h, U, V):
        into, back, dU, dV, total = np.zeros_like(x), 0 * h0, 0 * U, 0 * V, np.zeros(len(V))
        for t in reversed(range(x.shape[1])):
            d = dh[:, t] + back
            dz = d * (1 - h[:, t] ** 2)
            into[:, t], back = dx(d, dz, dh[:, t]) @ U, carry(d, dz, V)
            dU += dz.T @ x[:, t]
            dV += dz.T @ _before(t, h, h0)
            total += db(d, dz)
        return into, end(back, dh), dU, dV, total

    return wrong


def _dv_transposed(dh, x, h0, h, U, V):
    dx, dh0, dU, dV, db = _walk(dh, x, h0, h, U, V)
    return dx, dh0, dU, dV.T, db


def _inputs(rng):
    """Ordinary sequences, a batch of one, and a single step; some upstream gradients are zero."""
    calls = []
    for n, t, d, h in [distinct_sizes(rng, 4, 2, 8) for _ in range(3)] + [[1, 5, 2, 3], [4, 1, 2, 3]]:
        x, h0 = rng.standard_normal((n, t, d)), rng.uniform(-0.9, 0.9, (n, h))
        U, V, b = weights(rng, d, h)
        calls.append(Call((rng.standard_normal((n, t, h)), x, h0, rnn.reference(x, h0, U, V, b), U, V)))
    calls[1].args[0][:, :-1] = 0  # a loss at the last step only
    return calls


rnn_backward = Exercise(
    name="rnn_backward",
    lesson=LESSON,
    reference=_walk,
    inputs=_inputs,
    takes="dh[N T H] x[N T D] h0[N H] h[N T H] U[H D] V[H H]",
    returns="dx[N T D] dh0[N H] dU[H D] dV[H H] db[H]",
    mistakes=(
        Mistake(
            "nothing comes from the later steps",
            _changed(dz=lambda here, later, h: here * (1 - h * h)),
            "Each step used only its own dh[:, t]. The state also went on into step t + 1: what that step hands back is added.",
        ),
        Mistake(
            "only the last step's loss",
            _changed(first=lambda dh: dh[:, -1], upstream=lambda dh, t: 0),
            "Only the last step's dh was used and sent back. Every step may have a loss of its own: add dh[:, t] on the way.",
        ),
        Mistake(
            "last step's loss counted twice",
            _changed(first=lambda dh: dh[:, -1]),
            "dh of the last step counts twice: once as the start of what comes back, once inside the loop. Nothing comes back "
            "before the last step: start with zeros.",
        ),
        Mistake(
            "loop runs forward",
            _changed(order=list),
            "The loop ran from the first step to the last. What a step hands back is wanted by the step before it: go from "
            "T − 1 down to 0.",
        ),
        Mistake(
            "only the last step",
            _changed(only=lambda T: [T - 1]),
            "Only the last step counts. Does the line with return stand inside the loop, or was something overwritten (= "
            "for +=)?",
        ),
        Mistake(
            "step 0 missing",
            _changed(only=lambda T: range(T - 1, 0, -1)),
            "Step 0 is missing: range(T − 1, 0, −1) stops at 1. If only dV is wrong: V multiplied h0 there, and h0 need "
            "not be zero.",
        ),
        Mistake(
            "slope not taken of what comes back",
            _changed(dz=lambda here, later, h: here * (1 - h * h) + later),
            "Only dh[:, t] was multiplied by the slope of tanh. What comes back from step t + 1 passes the same tanh: add "
            "first.",
        ),
        Mistake(
            "carried past tanh",
            _rebuilt(carry=lambda d, dz, V: d @ V),
            "dz is right, but what goes on to the step before was made of the gradient before tanh. It must be made of dz.",
        ),
        Mistake(
            "carried with a shortcut",
            _rebuilt(carry=lambda d, dz, V: dz @ V + d),
            "What arrives at a state was also handed on as it stands. The state before reaches it through V and tanh only.",
        ),
        Mistake(
            "dx past tanh",
            _rebuilt(dx=lambda d, dz, here: d),
            "dx was made of the gradient before it went through tanh. x stands inside tanh: its gradient is made of dz.",
        ),
        Mistake(
            "dx from dh",
            _rebuilt(dx=lambda d, dz, here: here),
            "dx was made of dh[:, t] alone. It is made of dz: with what comes back added, and through tanh.",
        ),
        Mistake(
            "db past tanh",
            _rebuilt(db=lambda d, dz: d.sum(axis=0)),
            "db was made of the gradient before it went through tanh. b stands inside tanh: it gets the sum of dz.",
        ),
        Mistake(
            "db summed over the state",
            _rebuilt(db=lambda d, dz: dz.sum(axis=1)),
            "db was summed along the rows, over the state. The batch is axis 0.",
        ),
        Mistake(
            "dh of step 0 added to dh0",
            _rebuilt(end=lambda back, dh: back + dh[:, 0]),
            "dh[:, 0] was added to dh0. It belongs to the state after step 0 and is in what is carried already.",
        ),
        Mistake(
            "slope of tanh forgotten",
            _changed(dz=lambda here, later, h: here + later),
            "The gradient passed tanh as if it were not there, at every step.",
        ),
        Mistake(
            "square forgotten in the slope",
            _changed(dz=lambda here, later, h: (here + later) * (1 - h)),
            "The slope of tanh is 1 − h², and yours is 1 − h.",
        ),
        Mistake(
            "slope taken at the state before",
            _before_slope,
            "The slope of tanh was taken at the state before. tanh gave h[:, t].",
        ),
        Mistake(
            "slope of the sigmoid",
            _changed(dz=lambda here, later, h: (here + later) * h * (1 - h)),
            "h(1 − h) is the slope of the sigmoid. That of tanh is 1 − h².",
        ),
        Mistake(
            "slope of what comes back only",
            _changed(dz=lambda here, later, h: here + later * (1 - h * h)),
            "Only what comes back was multiplied by the slope. dh[:, t] passes the same tanh: add first, in brackets.",
        ),
        Mistake(
            "the two subtracted",
            _changed(dz=lambda here, later, h: (here - later) * (1 - h * h)),
            "What comes back was subtracted. A state that is used twice gets both gradients, added.",
        ),
        Mistake(
            "V forgotten on the way back",
            _without_v,
            "dz was handed to the step before as it stands. Between two states lies V.",
        ),
        Mistake(
            "last step missing",
            _changed(only=lambda T: range(T - 2, -1, -1)),
            "The last step was never visited: begin at T − 1.",
        ),
        Mistake(
            "what comes back added up",
            _changed(later=_add),
            "What later steps handed back was kept and added to for ever (+= for =). A step gets it only from the one "
            "after it.",
        ),
        Mistake(
            "V transposed on the way back",
            _changed(through=np.transpose),
            "The gradient went back through V.T. Forward the state went through V.T; backward it is V itself.",
        ),
        Mistake(
            "weights of step 0 only",
            _changed(add=lambda total, part: part),
            "A weight's gradient holds only the step visited last, step 0. All steps used the same weights: += instead of =.",
        ),
        Mistake(
            "dV with the state of the same step",
            _changed(before=lambda t, h, h0: h[:, t]),
            "dV was made with h[:, t]. At step t, V multiplied the state before, h[:, t − 1], or h0 at the start.",
        ),
        Mistake(
            "the last state in place of h0",
            _changed(before=lambda t, h, h0: h[:, t - 1]),
            "At t = 0, h[:, t − 1] is h[:, −1]: Python counts from the end and takes the last state. Step 0 began with h0.",
        ),
        Mistake(
            "dV always with h0",
            _changed(before=lambda t, h, h0: h0),
            "dV was made with h0 at every step. At step t, V multiplied h[:, t − 1].",
        ),
        Mistake(
            "dV transposed",
            _dv_transposed,
            "dV is turned over; V is square, so the shape does not tell. Make it as you make dU.",
        ),
        Mistake(
            "dh0 stops before V",
            _stops_before_v,
            "dh0 is dz of step 0. On the way in, h0 was multiplied by V: one product is missing.",
        ),
        Mistake(
            "dh0 one step too late",
            _one_too_late,
            "dh0 is the gradient at the state after step 0. It still has to go back through that step's tanh and V.",
        ),
        Mistake(
            "dh0 left at zero",
            lambda dh, x, h0, h, U, V: (_walk(dh, x, h0, h, U, V)[0], 0 * h0, *_walk(dh, x, h0, h, U, V)[2:]),
            "dh0 is zero. After the loop, what is carried back has arrived at h0.",
        ),
        Mistake(
            "db from dh",
            lambda dh, x, h0, h, U, V: (*_walk(dh, x, h0, h, U, V)[:4], dh.sum(axis=(0, 1))),
            "db is the sum of dh. b stands inside tanh, beside U·x: its gradient is the sum of dz.",
        ),
        Mistake(
            "averaged over time",
            _weights(lambda part, N, T: part / T),
            "A weight's gradient was divided by the number of steps. Any average belongs to the loss and is in dh "
            "already: add.",
        ),
        Mistake(
            "averaged over the batch",
            _weights(lambda part, N, T: part / N),
            "A weight's gradient was divided by N. Any average belongs to the loss and is in dh already: add.",
        ),
    ),
)
