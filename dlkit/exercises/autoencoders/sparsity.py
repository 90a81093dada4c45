"""A price on codes whose neurons are busy."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.autoencoders.losses import LESSON


def _divergence(rho, r):
    return rho * np.log(rho / r) + (1 - rho) * np.log((1 - rho) / (1 - r))


def _pull(rho, r):
    return -rho / r + (1 - rho) / (1 - r)


def _sparsity(h, rho):
    r = h.mean(axis=0)
    return _divergence(rho, r).sum(), np.tile(_pull(rho, r) / len(h), (len(h), 1))


def _price(penalty):
    """A mistake in the penalty alone."""
    return lambda h, rho: (penalty(h, rho), _sparsity(h, rho)[1])


def _slope(dh):
    """A mistake in dh alone."""
    return lambda h, rho: (_sparsity(h, rho)[0], dh(h, rho))


def _rows(row):
    """A mistake in the row that dh repeats."""
    return _slope(lambda h, rho: np.tile(row(h.mean(axis=0), rho, len(h)), (len(h), 1)))


def _reversed(h, rho):
    r = h.mean(axis=0)
    row = (np.log(r / rho) - np.log((1 - r) / (1 - rho))) / len(h)
    return _divergence(r, rho).sum(), np.tile(row, (len(h), 1))


def _first_half(h, rho):
    r = h.mean(axis=0)
    return (rho * np.log(rho / r)).sum(), np.tile(-rho / r / len(h), (len(h), 1))


def _over_pictures(h, rho):
    r = h.mean(axis=1, keepdims=True)
    return _divergence(rho, r).sum(), np.tile(_pull(rho, r) / h.shape[1], (1, h.shape[1]))


def _one_mean(h, rho):
    r = h.mean()
    return _divergence(rho, r), np.full(h.shape, _pull(rho, r) / h.size)


def _each_by_itself(h, rho):
    return _divergence(rho, h).sum() / len(h), _pull(rho, h) / len(h)


def _each_summed(h, rho):
    return _divergence(rho, h).sum(), _pull(rho, h)


def _log(base):
    return lambda h, rho: _sparsity(h, rho)[0] / np.log(base)


def _codes(rng):
    """Codes between 0 and 1; in one call a neuron is all but silent, once there is one picture, once one neuron."""
    calls = []
    for k in range(5):
        n, width = [(1, 4), (6, 1)][k - 3] if k > 2 else distinct_sizes(rng, 2, 2, 9)
        h = 0.05 + 0.9 * rng.random((n, width))
        if k == 1:
            h[:, 0] *= 0.002
        calls.append(Call((h, round(float(rng.uniform(0.02, 0.3)), 3))))
    return calls


sparsity_penalty = Exercise(
    name="sparsity_penalty",
    lesson=LESSON,
    reference=_sparsity,
    inputs=_codes,
    takes="h[N K]",
    returns="penalty[] dh[N K]",
    mistakes=(
        Mistake(
            "dh of the reversed divergence",
            _slope(lambda h, rho: _reversed(h, rho)[1]),
            "dh belongs to the divergence the other way round, with the measured mean outside the logarithms.",
        ),
        Mistake(
            "penalty the other way round",
            _price(lambda h, rho: _reversed(h, rho)[0]),
            "In the penalty ρ and the measured mean have changed places. Outside the logarithms stands what is wanted, ρ "
            "and 1 − ρ.",
        ),
        Mistake(
            "only the active half of the penalty",
            _price(lambda h, rho: _first_half(h, rho)[0]),
            "The penalty lacks the term with 1 − ρ and 1 − ρ̂. Without it the penalty falls below zero.",
        ),
        Mistake(
            "terms subtracted",
            _price(lambda h, rho: 2 * _first_half(h, rho)[0] - _sparsity(h, rho)[0]),
            "In the penalty the second term was subtracted. Both terms are added.",
        ),
        Mistake(
            "fractions turned over",
            _price(lambda h, rho: -_sparsity(h, rho)[0]),
            "The penalty has the wrong sign, so that it would reward a busy code: in the logarithms ρ stands above ρ̂.",
        ),
        Mistake(
            "mean over the neurons",
            _over_pictures,
            "The mean ran along the row: how busy is a picture. It should run over the pictures, axis 0: how busy is a "
            "neuron.",
        ),
        Mistake(
            "one mean for all",
            _one_mean,
            "There is one mean for the whole table. Each neuron has its own ρ̂: a busy one must not be excused by a "
            "silent one.",
        ),
        Mistake(
            "each number by itself",
            _each_by_itself,
            "Each number of the table was compared with ρ. Average over the pictures first: a neuron may be loud for a few "
            "pictures if it is silent for the others.",
        ),
        Mistake(
            "each number by itself, summed",
            _each_summed,
            "Each number of the table was compared with ρ and all were added. Average over the pictures first, then compare.",
        ),
        Mistake(
            "activity summed",
            lambda h, rho: (_divergence(rho, h.sum(axis=0)).sum(), np.tile(_pull(rho, h.sum(axis=0)), (len(h), 1))),
            "A neuron's activity was added up over the pictures; beyond 1 its logarithm is no number. ρ̂ is the mean.",
        ),
        Mistake(
            "dh averaged over the neurons",
            _rows(lambda r, rho, n: _pull(rho, r) / n / len(r)),
            "dh was divided by the number of neurons. Each neuron pays: add over K.",
        ),
        Mistake(
            "penalty averaged over the neurons",
            _price(lambda h, rho: _sparsity(h, rho)[0] / h.shape[1]),
            "The penalty was divided by the number of neurons. Each neuron pays: add over K.",
        ),
        Mistake(
            "penalty averaged over the pictures",
            _price(lambda h, rho: _sparsity(h, rho)[0] / len(h)),
            "The penalty was divided by N. The mean over the pictures is in ρ̂ already.",
        ),
        Mistake(
            "penalty times the pictures",
            _price(lambda h, rho: _sparsity(h, rho)[0] * len(h)),
            "The penalty is N times too large: it was added up over the pictures. Each neuron pays once for its mean.",
        ),
        Mistake(
            "logarithms forgotten",
            _price(lambda h, rho: (rho * (rho / h.mean(axis=0)) + (1 - rho) * ((1 - rho) / (1 - h.mean(axis=0)))).sum()),
            "In the penalty the logarithms are missing: ρ times the logarithm of the fraction.",
        ),
        Mistake(
            "cross-entropy",
            _price(lambda h, rho: (-rho * np.log(h.mean(axis=0)) - (1 - rho) * np.log(1 - h.mean(axis=0))).sum()),
            "In the logarithms ρ is missing above the line. dh is the same, but the penalty is not 0 where ρ̂ = ρ.",
        ),
        Mistake(
            "penalty of the last neuron only",
            _price(lambda h, rho: _divergence(rho, h[:, -1].mean())),
            "The penalty is that of the last neuron: each round replaced it. Add up.",
        ),
        Mistake(
            "penalty of the first neuron only",
            _price(lambda h, rho: _divergence(rho, h[:, 0].mean())),
            "The penalty is that of the first neuron only. Does the function return inside the loop?",
        ),
        Mistake(
            "a penalty for each neuron",
            _price(lambda h, rho: _divergence(rho, h.mean(axis=0))),
            "There is a number for each neuron. Add them up.",
        ),
        Mistake("logarithm to base 10", _price(_log(10)), "The logarithms are to base 10. Natural ones are meant: np.log."),
        Mistake("logarithm to base 2", _price(_log(2)), "The logarithms are to base 2. Natural ones are meant: np.log."),
        Mistake(
            "absolute values",
            lambda h, rho: (np.abs(h).sum(), np.sign(h)),
            "That is the other sparsity penalty, the sum of absolute values. Here each neuron's mean is compared with ρ.",
        ),
        Mistake(
            "squared distance from ρ",
            lambda h, rho: (
                np.sum((h.mean(axis=0) - rho) ** 2),
                np.tile(2 * (h.mean(axis=0) - rho) / len(h), (len(h), 1)),
            ),
            "The mean's squared distance from ρ was taken. It has its minimum at the right place, but the divergence is "
            "wanted.",
        ),
        Mistake(
            "dh without 1/N",
            _rows(lambda r, rho, n: _pull(rho, r)),
            "dh is N times too large: a single h moves the mean by 1/N only.",
        ),
        Mistake(
            "dh uphill",
            _rows(lambda r, rho, n: -_pull(rho, r) / n),
            "dh has the wrong sign: where a neuron is too busy, ρ̂ > ρ, raising h raises the penalty.",
        ),
        Mistake(
            "dh with both terms negative",
            _rows(lambda r, rho, n: (-rho / r - (1 - rho) / (1 - r)) / n),
            "In dh the second term has the wrong sign: the inner derivative of 1 − ρ̂ brings another minus.",
        ),
        Mistake(
            "dh with both terms positive",
            _rows(lambda r, rho, n: (rho / r + (1 - rho) / (1 - r)) / n),
            "In dh the first term has the wrong sign: ρ̂ stands below the fraction line, in −ln ρ̂.",
        ),
        Mistake(
            "dh of the active half only",
            _rows(lambda r, rho, n: -rho / r / n),
            "dh lacks the term with 1 − ρ.",
        ),
        Mistake(
            "dh with the fractions turned over",
            _rows(lambda r, rho, n: (-r / rho + (1 - r) / (1 - rho)) / n),
            "In dh the fractions are upside down. The slope of ln ρ̂ is 1/ρ̂: the measured mean stands below.",
        ),
        Mistake(
            "dh with the logarithms",
            _rows(lambda r, rho, n: (-rho * np.log(rho / r) + (1 - rho) * np.log((1 - rho) / (1 - r))) / n),
            "In dh the logarithms are still there. The slope of ln ρ̂ is 1/ρ̂.",
        ),
        Mistake(
            "one row of dh",
            _slope(lambda h, rho: _sparsity(h, rho)[1][0]),
            "dh has one number for each neuron. All pictures share it: it should have the shape of h.",
        ),
        Mistake(
            "one row of dh, kept as a table",
            _slope(lambda h, rho: _sparsity(h, rho)[1][:1]),
            "dh has a single row. All pictures share it: it should have the shape of h.",
        ),
        Mistake(
            "dh for the first picture only",
            _slope(lambda h, rho: _sparsity(h, rho)[1] * (np.arange(len(h)) == 0)[:, None]),
            "Only the first row of dh is filled. Every picture moves the mean: all rows are the same.",
        ),
        Mistake(
            "dh for the last picture only",
            _slope(lambda h, rho: _sparsity(h, rho)[1] * (np.arange(len(h)) == len(h) - 1)[:, None]),
            "Only the last row of dh is filled. Every picture moves the mean: all rows are the same.",
        ),
        Mistake(
            "dh divided by the neurons",
            _rows(lambda r, rho, n: _pull(rho, r) / len(r)),
            "dh was divided by K. A mean over N pictures moves by 1/N with each of them.",
        ),
        Mistake(
            "dh times h",
            _slope(lambda h, rho: _sparsity(h, rho)[1] * h),
            "dh was multiplied by h. The mean moves by 1/N with each h, whatever its size.",
        ),
        Mistake(
            "dh carried on through the sigmoid",
            _slope(lambda h, rho: _sparsity(h, rho)[1] * h * (1 - h)),
            "dh was multiplied by h(1 − h): that is the gradient before the sigmoid. Here the gradient at the code itself "
            "is wanted.",
        ),
    ),
)
