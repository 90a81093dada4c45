"""The gated recurrent unit."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.lstm.step import LESSON, doubled_tanh, far, powers_tanh
from dlkit.numpy_ops.activations import logistic

# --- gru_step


def _sums(x, h, u, v, b_u, b_v):
    return x @ u.T + b_u, h @ v.T + b_v


def _gru(
    zx, zh, h, *, order="rzn", squash=logistic, candidate=lambda x, r, h: np.tanh(x + r * h),
    blend=lambda z, n, h: (1 - z) * n + z * h,
):  # fmt: skip
    """The right step from the two products, with a slip where one is given."""
    zx, zh = (dict(zip(order, np.split(a, 3, axis=1), strict=True)) for a in (zx, zh))
    r, z = squash(zx["r"] + zh["r"]), squash(zx["z"] + zh["z"])
    return blend(z, candidate(zx["n"], r, zh["n"]), h)


def _slipped(**slip):
    return lambda x, h, u, v, b_u, b_v: _gru(*_sums(x, h, u, v, b_u, b_v), h, **slip)


def _summed(change):
    """A mistake in what the products are made of: ``change(x, h, u, v, b_u, b_v)`` gives the arguments that were used."""
    return lambda x, h, u, v, b_u, b_v: _gru(*_sums(*change(x, h, u, v, b_u, b_v)), h)


def _reset_first(x, h, u, v, b_u, b_v, **blend):
    zx, zh = _sums(x, h, u, v, b_u, b_v)
    k = h.shape[1]
    r = logistic(zx[:, :k] + zh[:, :k])
    recalled = (r * h) @ v[2 * k :].T + b_v[2 * k :]
    zh = np.concatenate([zh[:, : 2 * k], recalled], axis=1)
    return _gru(zx, zh, h, candidate=lambda x, r, h: np.tanh(x + h), **blend)


def _offset_outside(x, h, u, v, b_u, b_v):
    zx, zh = _sums(x, h, u, v, b_u, b_v)
    last = b_v[2 * h.shape[1] :]
    return _gru(zx, zh, h, candidate=lambda x, r, h: np.tanh(x + r * (h - last) + last))


def _third_without_offset(x, h, u, v, b_u, b_v):
    kept = b_v.copy()
    kept[2 * h.shape[1] :] = 0
    return _slipped()(x, h, u, v, b_u, kept)


def _without_weights(x, h, u, v, b_u, b_v):
    zx, zh = _sums(x, h, u, v, b_u, b_v)
    return _gru(zx, zh, h, candidate=lambda x, r, _: np.tanh(x + r * h))


def _crossed(use):
    """A gate used in the other's place: ``use(r, z, n_x, n_h, h)``."""

    def wrong(x, h, u, v, b_u, b_v):
        parts = [np.split(a, 3, axis=1) for a in _sums(x, h, u, v, b_u, b_v)]
        (r_x, z_x, n_x), (r_h, z_h, n_h) = parts
        return use(logistic(r_x + r_h), logistic(z_x + z_h), n_x, n_h, h)

    return wrong


def _gates(reset, update):
    """Gates made otherwise from their two parts: ``reset(x, h)`` and ``update(x, h)``."""

    def wrong(x, h, u, v, b_u, b_v):
        parts = [np.split(a, 3, axis=1) for a in _sums(x, h, u, v, b_u, b_v)]
        (r_x, z_x, n_x), (r_h, z_h, n_h) = parts
        r, z = reset(r_x, r_h), update(z_x, z_h)
        return (1 - z) * np.tanh(n_x + r * n_h) + z * h

    return wrong


def _states(rng):
    calls = []
    for scale in (1.0, 0.7, 1.5, 400.0, 1.0):
        n, d, h = distinct_sizes(rng, 3, 2, 7)
        calls.append(_call(rng, n, d, h, scale))
    calls[-1].args[-2][:] += far(rng, 3, h)
    return [*calls, _call(rng, 1, 3, 1)]


def _call(rng, n, d, h, scale=1.0):
    shapes = (3 * h, d), (3 * h, h), (3 * h,), (3 * h,)
    state = rng.standard_normal((n, d)), rng.uniform(-2, 2, (n, h))
    return Call((*state, *(scale * rng.standard_normal(shape) for shape in shapes)))


gru_step = Exercise(
    name="gru_step",
    lesson=LESSON,
    reference=_slipped(),
    inputs=_states,
    takes="x[N D] h[N H] u[3H D] v[3H H] b_u[3H] b_v[3H]",
    returns="h[N H]",
    mistakes=(
        Mistake(
            "sigmoid overflows",
            _slipped(squash=lambda z: np.exp(z) / (1 + np.exp(z))),
            "e to the power of a large sum is infinite, and infinite over infinite is not a number. Write σ so that only "
            "e to the minus z appears, in the denominator.",
        ),
        Mistake(
            "tanh overflows",
            _slipped(candidate=lambda x, r, h: powers_tanh(x + r * h)),
            "tanh was made of e to the z and e to the minus z: for large sums one of them is infinite, and infinite over "
            "infinite is not a number. np.tanh does not overflow.",
        ),
        Mistake(
            "tanh overflows for large sums",
            _slipped(candidate=lambda x, r, h: doubled_tanh(x + r * h)),
            "tanh was made of e to the 2z, which is infinite for large sums, and infinite over infinite is not a number. "
            "np.tanh does not overflow.",
        ),
        Mistake(
            "z weighs the candidate",
            _slipped(blend=lambda z, n, h: z * n + (1 - z) * h),
            "The update gate weighs the candidate and 1 − z the old state. That is another common form; here, as in "
            "PyTorch, z keeps the old.",
        ),
        Mistake(
            "the second paper's form",
            lambda x, h, u, v, b_u, b_v: _reset_first(x, h, u, v, b_u, b_v, blend=lambda z, n, h: z * n + (1 - z) * h),
            "That is another common form, Chung's: reset before the product, z on the candidate. Here both are as in PyTorch.",
        ),
        Mistake(
            "reset before the product",
            _reset_first,
            "The reset gate multiplied h before v did. That is the first paper's form; here, as in PyTorch, it multiplies v's "
            "product, offset included.",
        ),
        Mistake(
            "reset without the offset",
            _offset_outside,
            "The candidate's part of b_v was added outside the reset gate. It belongs to v's product, and r multiplies both.",
        ),
        Mistake(
            "reset gate on the input too",
            _slipped(candidate=lambda x, r, h: np.tanh(r * (x + h))),
            "The reset gate multiplied the whole sum. It lets through what comes from h; x is always read.",
        ),
        Mistake(
            "reset gate on the input",
            _slipped(candidate=lambda x, r, h: np.tanh(r * x + h)),
            "The reset gate multiplied what comes from x. It belongs to what comes from h.",
        ),
        Mistake(
            "reset gate the wrong way round",
            _slipped(candidate=lambda x, r, h: np.tanh(x + (1 - r) * h)),
            "1 − r multiplied what comes from h. An open reset gate lets h through.",
        ),
        Mistake(
            "update gate in the candidate",
            _crossed(lambda r, z, n_x, n_h, h: (1 - z) * np.tanh(n_x + z * n_h) + z * h),
            "The candidate was made with z. There it is the reset gate that decides how much of h is seen.",
        ),
        Mistake(
            "blended by the reset gate",
            _crossed(lambda r, z, n_x, n_h, h: (1 - r) * np.tanh(n_x + r * n_h) + r * h),
            "The old state and the candidate were blended by r. That is the update gate's part.",
        ),
        Mistake(
            "h missing from the candidate",
            _slipped(candidate=lambda x, r, h: np.tanh(x)),
            "The candidate sees only x. What comes from h, times r, is added before the tanh.",
        ),
        Mistake(
            "h without its weights",
            _without_weights,
            "In the candidate r multiplied h itself. It multiplies what v's third block makes of h.",
        ),
        Mistake(
            "candidate's b_v missing",
            _third_without_offset,
            "The third block of b_v does not appear. It is added to v's product before r multiplies.",
        ),
        Mistake(
            "reset gate missing",
            _slipped(candidate=lambda x, r, h: np.tanh(x + h)),
            "The reset gate does not appear in the candidate. It multiplies what comes from h.",
        ),
        Mistake(
            "reset gate added",
            _slipped(candidate=lambda x, r, h: np.tanh(x + r + h)),
            "The reset gate was added to the candidate's sum. It multiplies what comes from h.",
        ),
        Mistake(
            "update and reset gate exchanged",
            _slipped(order="zrn"),
            "The first block was taken as the update gate. The order is r, z, n.",
        ),
        Mistake(
            "candidate first",
            _slipped(order="nrz"),
            "The first block was taken as the candidate. The order is r, z, n.",
        ),
        Mistake(
            "candidate in the middle",
            _slipped(order="rnz"),
            "The second block was taken as the candidate. The order is r, z, n.",
        ),
        Mistake(
            "sigmoid on the candidate",
            _slipped(candidate=lambda x, r, h: logistic(x + r * h)),
            "The candidate went through σ, so it can never be negative. It goes through tanh.",
        ),
        Mistake(
            "candidate not squashed",
            _slipped(candidate=lambda x, r, h: x + r * h),
            "The candidate is the bare sum. It goes through tanh.",
        ),
        Mistake(
            "tanh on the gates",
            _slipped(squash=np.tanh),
            "The gates went through tanh. A gate lies between 0 and 1: σ.",
        ),
        Mistake(
            "tanh on the reset gate",
            _gates(lambda x, h: np.tanh(x + h), lambda x, h: logistic(x + h)),
            "The reset gate went through tanh. A gate lies between 0 and 1: σ.",
        ),
        Mistake(
            "tanh on the update gate",
            _gates(lambda x, h: logistic(x + h), lambda x, h: np.tanh(x + h)),
            "The update gate went through tanh. A gate lies between 0 and 1: σ.",
        ),
        Mistake(
            "gates not squashed",
            _slipped(squash=lambda z: z),
            "Both gates are the bare sums. A gate lies between 0 and 1: σ.",
        ),
        Mistake(
            "gates see x only",
            _gates(lambda x, h: logistic(x), lambda x, h: logistic(x)),
            "Both gates look at x only. What comes from h is added before σ.",
        ),
        Mistake(
            "gates see h only",
            _gates(lambda x, h: logistic(h), lambda x, h: logistic(h)),
            "Both gates look at h only. What comes from x is added before σ.",
        ),
        Mistake(
            "sigmoid the wrong way round",
            _slipped(squash=lambda z: logistic(-z)),
            "Both gates are open where they should be shut. Look at the sign in the exponent of σ.",
        ),
        Mistake(
            "old state kept whole",
            _slipped(blend=lambda z, n, h: (1 - z) * n + h),
            "The old state was kept whole and the candidate added. A GRU blends: the shares z and 1 − z add up to one.",
        ),
        Mistake(
            "old state missing",
            _slipped(blend=lambda z, n, h: (1 - z) * n),
            "Only the candidate's share came back. The old state's share, z, is missing.",
        ),
        Mistake(
            "candidate taken whole",
            _slipped(blend=lambda z, n, h: n + z * h),
            "The whole candidate was added. A GRU blends: its share is 1 − z.",
        ),
        Mistake(
            "brackets forgotten",
            _slipped(blend=lambda z, n, h: 1 - z * n + z * h),
            "Without brackets z·n is subtracted from 1. The candidate's share is (1 − z) as a whole.",
        ),
        Mistake(
            "update gate missing",
            _slipped(blend=lambda z, n, h: n),
            "The candidate itself came back. It is blended with the old state by z.",
        ),
        Mistake(
            "candidate missing",
            _slipped(blend=lambda z, n, h: z * h),
            "Only the old state's share came back. The candidate's share, 1 − z, is missing.",
        ),
        Mistake(
            "blend squashed",
            _slipped(blend=lambda z, n, h: np.tanh((1 - z) * n + z * h)),
            "The new state went through tanh once more. The blend is handed on as it is.",
        ),
        Mistake(
            "offset b_v forgotten",
            _summed(lambda x, h, u, v, b_u, b_v: (x, h, u, v, b_u, 0 * b_v)),
            "b_v does not appear. It belongs to what comes from h.",
        ),
        Mistake(
            "offset b_u forgotten",
            _summed(lambda x, h, u, v, b_u, b_v: (x, h, u, v, 0 * b_u, b_v)),
            "b_u does not appear. It belongs to what comes from x.",
        ),
        Mistake(
            "offsets exchanged",
            _summed(lambda x, h, u, v, b_u, b_v: (x, h, u, v, b_v, b_u)),
            "b_u was added to what comes from h and b_v to what comes from x. For the candidate that is not the same.",
        ),
    ),
)
