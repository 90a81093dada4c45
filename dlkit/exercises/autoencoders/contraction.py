"""A price on codes that move when the picture does."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.autoencoders.losses import LESSON


def _contractive(h, w):
    return _contract(h, w)


def _contract(
    h, w, *,
    slope=lambda h: h * (1 - h),
    power=lambda s: s**2,
    length=lambda w: np.sum(w**2, axis=1),
    total=lambda terms: terms.sum() / len(terms),
    dslope=lambda s, h: 2 * s * (1 - 2 * h),
    dh=lambda dh: dh / len(dh),
    dw=lambda s, w: 2 * w * np.mean(s**2, axis=0)[:, None],
):  # fmt: skip
    """The three results, with every step open to a mistake."""
    s, squares = slope(h), np.sum(w**2, axis=1)  # (N, K), (K,)
    right = h * (1 - h)
    return total(power(s) * length(w)), dh(dslope(right, h) * squares), dw(right, w)


def _step(**steps):
    return lambda h, w: _contract(h, w, **steps)


def _tanh(h, w):
    s, squares = 1 - h**2, np.sum(w**2, axis=1)
    return np.sum(s**2 * squares) / len(h), -4 * s * h * squares / len(h), 2 * w * np.mean(s**2, axis=0)[:, None]


def _again(h, w):
    """The sigmoid taken of the code."""
    return _contractive(1 / (1 + np.exp(-h)), w)


def _summed_weights(h, w):
    s, squares = h * (1 - h), np.sum(w, axis=1) ** 2
    return np.sum(s**2 * squares) / len(h), 2 * s * (1 - 2 * h) * squares / len(h), _contractive(h, w)[2]


def _weight_decay(h, w):
    return np.sum(w**2), *_contractive(h, w)[1:]


def _product(h, w):
    return np.sum((h * (1 - h) @ w) ** 2) / len(h)


def _dw_last(s, w):
    dw = np.zeros_like(w)
    for row in s:
        dw = 2 * w * (row**2)[:, None] / len(s)
    return dw


def _coders(rng):
    """Codes away from ½ and weights of all sizes; once there is one picture."""
    calls = []
    for k in range(4):
        n, width, d = (1, 3, 4) if k == 3 else distinct_sizes(rng, 3, 2, 8)
        calls.append(Call((0.05 + 0.9 * rng.random((n, width)), rng.standard_normal((width, d)))))
    return calls


contractive_penalty = Exercise(
    name="contractive_penalty",
    lesson=LESSON,
    reference=_contractive,
    inputs=_coders,
    takes="h[N K] w[K D]",
    returns="penalty[] dh[N K] dw[K D]",
    mistakes=(
        Mistake(
            "slope of a tanh",
            _tanh,
            "1 − h² is the slope of tanh. The code comes from a sigmoid: h(1 − h).",
        ),
        Mistake(
            "sigmoid applied to h again",
            _again,
            "A sigmoid was taken of h, which has been through one already. Its slope is h(1 − h), with h as it comes.",
        ),
        Mistake(
            "weights added before the square",
            _summed_weights,
            "The weights of a neuron were added up and the sum squared, so that they cancel. Square each weight, then add.",
        ),
        Mistake(
            "weight decay",
            _weight_decay,
            "The weights alone were squared and added: that is weight decay. How far a code moves also depends on the "
            "sigmoid's "
            "slope at that picture.",
        ),
        Mistake(
            "code for slope",
            _step(slope=lambda h: h),
            "The penalty was made with the code h. The sigmoid's slope belongs there, h(1 − h).",
        ),
        Mistake(
            "slope not squared",
            _step(power=lambda s: s),
            "In the penalty the slope stands once. Each entry of the Jacobian, slope times weight, is squared as a whole.",
        ),
        Mistake(
            "weights not squared",
            _step(length=lambda w: np.sum(w, axis=1)),
            "In the penalty the weights were added as they are. Each entry of the Jacobian, slope times weight, is squared.",
        ),
        Mistake(
            "length for its square",
            _step(length=lambda w: np.sqrt(np.sum(w**2, axis=1))),
            "A root was taken of the weights' squares. The squares of the Jacobian's entries are added, without a root.",
        ),
        Mistake(
            "root of the penalty",
            lambda h, w: (
                np.mean(np.sqrt((h * (1 - h)) ** 2 @ np.sum(w**2, axis=1))),
                *_contractive(h, w)[1:],
            ),
            "A root was taken for each picture. The penalty is the square of the Frobenius norm.",
        ),
        Mistake(
            "root at the end",
            _step(total=lambda t: np.sqrt(t.sum() / len(t))),
            "A root was taken of the penalty. The mean of the squares is wanted as it is.",
        ),
        Mistake(
            "length of all Jacobians",
            _step(total=lambda t: np.sqrt(t.sum())),
            "np.linalg.norm gives a length: a root of a sum. The squares are added up and averaged over the pictures.",
        ),
        Mistake(
            "neurons added before the square",
            lambda h, w: (_product(h, w), *_contractive(h, w)[1:]),
            "The product of slopes and weights adds the neurons up before the square, so that they cancel. Square each "
            "entry of the "
            "Jacobian first.",
        ),
        Mistake(
            "absolute values",
            _step(power=lambda s: s, length=lambda w: np.abs(w).sum(axis=1)),
            "The absolute values of the Jacobian were added. Its squares are wanted.",
        ),
        Mistake(
            "every weight for every neuron",
            _step(length=lambda w: np.sum(w**2)),
            "Each slope was multiplied with all weights of the layer. A neuron moves along its own row of w only.",
        ),
        Mistake(
            "penalty summed over the batch",
            _step(total=lambda t: t.sum()),
            "The penalty is a sum over the pictures. The mean over the pictures is wanted.",
        ),
        Mistake(
            "penalty averaged over the neurons too",
            _step(total=lambda t: t.mean()),
            "The penalty was averaged over the neurons too. Add over the neurons; average over the pictures only.",
        ),
        Mistake(
            "mean over the whole Jacobian",
            lambda h, w: (_contractive(h, w)[0] / w.size, *_contractive(h, w)[1:]),
            "The squares were averaged over neurons and pixels. Add them up; average over the pictures only.",
        ),
        Mistake(
            "a penalty for each picture",
            _step(total=lambda t: t.sum(axis=1)),
            "There is a number for each picture. Their mean is wanted.",
        ),
        Mistake(
            "half the penalty",
            _step(total=lambda t: t.sum() / len(t) / 2),
            "The penalty is half of what it should be: there is no ½ in this one.",
        ),
        Mistake(
            "the 2 forgotten in dh",
            _step(dslope=lambda s, h: s * (1 - 2 * h)),
            "dh is half of what it should be: the slope of a square has a factor 2.",
        ),
        Mistake(
            "dh stops at the slope",
            _step(dslope=lambda s, h: 2 * s),
            "dh is the gradient at the slope s = h(1 − h). One step is missing: how s moves with h, 1 − 2h.",
        ),
        Mistake(
            "dh without the slope",
            _step(dslope=lambda s, h: 2 * (1 - 2 * h)),
            "In dh a factor is missing: the slope of s² is 2s, times how s moves with h, 1 − 2h.",
        ),
        Mistake(
            "1 − h for 1 − 2h",
            _step(dslope=lambda s, h: 2 * s * (1 - h)),
            "In dh the derivative of h(1 − h) was taken as 1 − h. Both factors move: 1 − 2h.",
        ),
        Mistake(
            "h(1 − h) differentiated twice over",
            _step(dslope=lambda s, h: 2 * s * s),
            "In dh the slope of h(1 − h) was taken to be h(1 − h) again, as if h were before the sigmoid. Along h it is 1 "
            "− 2h.",
        ),
        Mistake(
            "dh carried on through the sigmoid",
            _step(dslope=lambda s, h: 2 * s * (1 - 2 * h) * s),
            "dh was multiplied by h(1 − h) once more: that is the gradient before the sigmoid. Here the gradient at the "
            "code itself "
            "is wanted.",
        ),
        Mistake(
            "dh without the weights",
            lambda h, w: (_contractive(h, w)[0], 2 * h * (1 - h) * (1 - 2 * h) / len(h), _contractive(h, w)[2]),
            "In dh the weights are missing: each neuron counts by the squared length of its row of w.",
        ),
        Mistake(
            "dh with the length, not its square",
            lambda h, w: (_contractive(h, w)[0], _contractive(h, w)[1] / np.linalg.norm(w, axis=1), _contractive(h, w)[2]),
            "In dh the length of the weights stands. Its square belongs there, as in the penalty.",
        ),
        Mistake(
            "dh without 1/N",
            _step(dh=lambda dh: dh),
            "dh is N times too large: the penalty is a mean over the pictures.",
        ),
        Mistake(
            "dh averaged over the neurons too",
            _step(dh=lambda dh: dh / dh.size),
            "dh was divided by N·K. The penalty is a mean over the pictures only: 1/N.",
        ),
        Mistake(
            "dh averaged over the whole Jacobian",
            lambda h, w: (_contractive(h, w)[0], _contractive(h, w)[1] / w.size, _contractive(h, w)[2]),
            "dh was divided by N·K·D. The penalty is a mean over the pictures only: 1/N.",
        ),
        Mistake("dh uphill", _step(dh=lambda dh: -dh / len(dh)), "dh has the wrong sign. Is it 2h − 1 instead of 1 − 2h?"),
        Mistake(
            "dh averaged over the pictures",
            _step(dh=lambda dh: np.tile(dh.mean(axis=0) / len(dh), (len(dh), 1))),
            "All rows of dh are the same. Each picture has slopes of its own.",
        ),
        Mistake(
            "the 2 forgotten in dw",
            _step(dw=lambda s, w: w * np.mean(s**2, axis=0)[:, None]),
            "dw is half of what it should be: the slope of w² is 2w.",
        ),
        Mistake(
            "dw without 1/N",
            _step(dw=lambda s, w: 2 * w * np.sum(s**2, axis=0)[:, None]),
            "dw is N times too large: the penalty is a mean over the pictures.",
        ),
        Mistake(
            "dw averaged over the neurons too",
            _step(dw=lambda s, w: 2 * w * np.mean(s**2, axis=0)[:, None] / len(w)),
            "dw was divided by N·K. The penalty is a mean over the pictures only: 1/N.",
        ),
        Mistake(
            "dw averaged over the whole Jacobian",
            _step(dw=lambda s, w: 2 * w * np.mean(s**2, axis=0)[:, None] / w.size),
            "dw was divided by N·K·D. The penalty is a mean over the pictures only: 1/N.",
        ),
        Mistake(
            "dw without the slopes",
            _step(dw=lambda s, w: 2 * w),
            "dw is 2w, as in weight decay. Each neuron's weights count by the squares of its slopes.",
        ),
        Mistake(
            "dw with the slopes not squared",
            _step(dw=lambda s, w: 2 * w * np.mean(s, axis=0)[:, None]),
            "In dw the slopes stand once; in the penalty they are squared.",
        ),
        Mistake(
            "dw with the square of the mean slope",
            _step(dw=lambda s, w: 2 * w * (np.mean(s, axis=0) ** 2)[:, None]),
            "In dw the slopes were averaged before they were squared. Square each picture's slope, then average.",
        ),
        Mistake(
            "dw with squared weights",
            _step(dw=lambda s, w: 2 * w**2 * np.mean(s**2, axis=0)[:, None]),
            "In dw the weights are still squared. The slope of w² is 2w.",
        ),
        Mistake(
            "dw from the last picture only",
            _step(dw=_dw_last),
            "dw holds only what the last picture gave. All pictures count: += instead of =.",
        ),
    ),
)
