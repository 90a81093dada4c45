"""The Kullback–Leibler divergence from the standard normal distribution: its value, its gradient, its share for each unit."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.variational_autoencoders.sampling import LESSON, codes, thin_and_wide
from dlkit.numpy_ops import variational_autoencoders as ops


def terms(mean, log_var):
    """Twice the divergence of each number of each code, (N, J)."""
    return mean**2 + np.expm1(log_var) - log_var


def _batches(rng):
    given = [codes(rng, *distinct_sizes(rng, 2, 3, 8)) for _ in range(3)]
    return [Call(clouds) for clouds in (*given, *thin_and_wide(rng), codes(rng, 6, 1), codes(rng, 1, 5))]


def _kl_divergence(mean, log_var):
    return ops.gaussian_kl_forward(mean, log_var)[0]


def _halved(table):
    """What a table of terms gives when it is reduced as it should be."""
    return table.sum() / len(table) / 2


kl_divergence = Exercise(
    name="kl_divergence",
    lesson=LESSON,
    reference=_kl_divergence,
    inputs=_batches,
    takes="mean[N J] log_var[N J]",
    returns="kl[]",
    mistakes=(
        Mistake(
            "the half forgotten",
            lambda mean, log_var: 2 * _kl_divergence(mean, log_var),
            "The result is twice too large: the half in front of the bracket is missing.",
        ),
        Mistake(
            "sign turned round",
            lambda mean, log_var: -_kl_divergence(mean, log_var),
            "The divergence is negative here; it never is. Many papers write ½Σ(1 + ln σ² − μ² − σ²), which is what is "
            "*maximised*: the divergence is minus that.",
        ),
        Mistake(
            "sum over the batch",
            lambda mean, log_var: _kl_divergence(mean, log_var) * len(mean),
            "The divergences of all codes of the batch were added. Units are added up, codes are averaged.",
        ),
        Mistake(
            "mean over units and batch",
            lambda mean, log_var: terms(mean, log_var).mean() / 2,
            "The units were averaged as well. A code's divergence is the sum over its units; only the codes are averaged.",
        ),
        Mistake(
            "units averaged, codes added",
            lambda mean, log_var: terms(mean, log_var).mean(axis=1).sum() / 2,
            "The two axes have changed places: units are added up, codes are averaged. What did you divide by?",
        ),
        Mistake(
            "deviation for variance",
            lambda mean, log_var: _halved(mean**2 + np.exp(log_var / 2) - 1 - log_var),
            "The bracket contains σ where σ² belongs.",
        ),
        Mistake(
            "variance squared",
            lambda mean, log_var: _halved(mean**2 + np.exp(2 * log_var) - 1 - log_var),
            "The bracket contains σ⁴: exp(log_var) is σ² already, and needs no square.",
        ),
        Mistake(
            "logarithm of the deviation",
            lambda mean, log_var: _halved(mean**2 + np.expm1(log_var) - log_var / 2),
            "The last term in the bracket is ln σ where ln σ² belongs.",
        ),
        Mistake(
            "logarithm twice too heavy",
            lambda mean, log_var: _halved(mean**2 + np.expm1(log_var) - 2 * log_var),
            "The half does not reach ln σ², or ln σ² was doubled. log_var is ln σ² already, and stands in the bracket too.",
        ),
        Mistake(
            "half on the first two terms only",
            lambda mean, log_var: ((mean**2 + np.exp(log_var)) / 2 - 1 - log_var).sum() / len(mean),
            "The half reaches only μ² and σ². It stands before the whole bracket.",
        ),
        Mistake(
            "logarithm of the deviation, throughout",
            lambda mean, log_var: _halved(mean**2 + np.expm1(2 * log_var) - 2 * log_var),
            "log_var was read as ln σ everywhere. It is ln σ², so exp(log_var) is the variance already.",
        ),
        Mistake(
            "log_var taken as deviation",
            lambda mean, log_var: _halved(mean**2 + log_var**2 - 1 - np.log(log_var**2)),
            "log_var was treated as σ: it was squared and a logarithm was taken. It is ln σ²; undo the logarithm to get σ².",
        ),
        Mistake(
            "log_var taken as variance",
            lambda mean, log_var: _halved(mean**2 + log_var - 1 - np.log(log_var)),
            "log_var was treated as σ², and the logarithm of a negative number is NaN. It is ln σ² already.",
        ),
        Mistake(
            "plus the logarithm",
            lambda mean, log_var: _halved(mean**2 + np.expm1(log_var) + log_var),
            "The last term has the wrong sign: a *narrow* cloud, with a very negative ln σ², must cost much.",
        ),
        Mistake(
            "logarithm left out",
            lambda mean, log_var: _halved(mean**2 + np.expm1(log_var)),
            "ln σ² is missing: without it nothing keeps a cloud from shrinking to a point.",
        ),
        Mistake(
            "minus the variance",
            lambda mean, log_var: _halved(mean**2 - np.exp(log_var) - 1 - log_var),
            "σ² stands with a minus, so that wide clouds earn something. It is added.",
        ),
        Mistake(
            "the one forgotten",
            lambda mean, log_var: _halved(mean**2 + np.exp(log_var) - log_var),
            "The − 1 is missing: a code that is exactly standard normal must cost 0. What does yours give for μ = ln σ² = 0?",
        ),
        Mistake(
            "plus one",
            lambda mean, log_var: _halved(mean**2 + np.exp(log_var) + 1 - log_var),
            "The 1 has the wrong sign: a code that is exactly standard normal must cost 0.",
        ),
        Mistake(
            "one taken once a code",
            lambda mean, log_var: ((mean**2 + np.exp(log_var) - log_var).sum(axis=1) - 1).mean() / 2,
            "The 1 was taken away once for a whole code. It stands inside the sum: once for each unit.",
        ),
        Mistake(
            "mean not squared",
            lambda mean, log_var: _halved(mean + np.expm1(log_var) - log_var),
            "The mean is in the bracket unsquared, so that a negative one lowers the cost.",
        ),
        Mistake(
            "size of the mean",
            lambda mean, log_var: _halved(np.abs(mean) + np.expm1(log_var) - log_var),
            "The bracket contains |μ| where μ² belongs.",
        ),
        Mistake(
            "mean doubled",
            lambda mean, log_var: _halved(2 * mean + np.expm1(log_var) - log_var),
            "The bracket contains 2μ where μ² belongs: a power is written **.",
        ),
        Mistake(
            "mean left out",
            lambda mean, log_var: _halved(np.expm1(log_var) - log_var),
            "The means do not appear: clouds may then lie anywhere.",
        ),
        Mistake(
            "half on the first term only",
            lambda mean, log_var: (mean**2 / 2 + np.expm1(log_var) - log_var).sum() / len(mean),
            "Only μ² was halved. The half stands before the whole bracket.",
        ),
        Mistake(
            "half on the last term only",
            lambda mean, log_var: (mean**2 + np.expm1(log_var) + 1 - 1 - log_var / 2).sum() / len(mean),
            "Only ln σ² was halved. The half stands before the whole bracket.",
        ),
        Mistake(
            "the one not halved",
            lambda mean, log_var: (mean**2 / 2 + np.exp(log_var) / 2 - 1 - log_var / 2).sum() / len(mean),
            "Three terms were halved, and the 1 was not. A code that is exactly standard normal must cost 0.",
        ),
        Mistake(
            "the other way round",
            lambda mean, log_var: _halved(log_var + (1 + mean**2) * np.exp(-log_var) - 1),
            "That is the divergence of the standard normal distribution from the code's. It is not symmetric: the code's "
            "stands first here.",
        ),
        Mistake(
            "only the last code counted",
            lambda mean, log_var: terms(mean[-1:], log_var[-1:]).sum() / len(mean) / 2,
            "Only the last code's divergence is in the sum: = stores, += adds.",
        ),
        Mistake(
            "only the first code counted",
            lambda mean, log_var: terms(mean[:1], log_var[:1]).sum() / len(mean) / 2,
            "Only the first code's divergence is in the sum. Does the line with return stand inside the loop?",
        ),
        Mistake(
            "one code for all",
            lambda mean, log_var: terms(mean[0], log_var[0]).sum() / 2,
            "That is the divergence of the first code. Average over the whole batch.",
        ),
        Mistake(
            "last code for all",
            lambda mean, log_var: terms(mean[-1], log_var[-1]).sum() / 2,
            "That is the divergence of the last code. Average over the whole batch: = stores, += adds.",
        ),
        Mistake(
            "only the last number counted",
            lambda mean, log_var: terms(mean, log_var)[-1, -1] / len(mean) / 2,
            "Only the last unit of the last code is in the sum: = stores, += adds.",
        ),
        Mistake(
            "codes not averaged",
            lambda mean, log_var: terms(mean, log_var).sum(axis=1) / 2,
            "There is a number for each code. Average them to get one.",
        ),
        Mistake(
            "nothing added up",
            lambda mean, log_var: terms(mean, log_var) / 2,
            "There is a number for each unit of each code. Add the units, then average the codes.",
        ),
        Mistake(
            "batch averaged first",
            lambda mean, log_var: terms(mean.mean(axis=0), log_var.mean(axis=0)).sum() / 2,
            "The codes were averaged before the formula. Means left and right of 0 cancel then: average the divergences.",
        ),
    ),
)


def _kl_backward(mean, log_var):
    _, cache = ops.gaussian_kl_forward(mean, log_var)
    return ops.gaussian_kl_backward(1.0, cache)


kl_backward = Exercise(
    name="kl_backward",
    lesson=LESSON,
    reference=_kl_backward,
    inputs=_batches,
    takes=kl_divergence.takes,
    returns="dmean[N J] dlog_var[N J]",
    mistakes=(
        Mistake(
            "not divided by N",
            lambda mean, log_var: (mean, np.expm1(log_var) / 2),
            "The divergence is a mean over the batch, so each code has a share of 1/N.",
        ),
        Mistake(
            "divided by N·J",
            lambda mean, log_var: (mean / mean.size, np.expm1(log_var) / 2 / mean.size),
            "You divided by the number of units too. The units are added up, only the codes are averaged.",
        ),
        Mistake(
            "divided by J",
            lambda mean, log_var: (mean / mean.shape[1], np.expm1(log_var) / 2 / mean.shape[1]),
            "You divided by the number of units. The mean is taken over the batch.",
        ),
        Mistake(
            "divided by N twice",
            lambda mean, log_var: (mean / len(mean) ** 2, np.expm1(log_var) / 2 / len(mean) ** 2),
            "The 1/N was applied twice.",
        ),
        Mistake(
            "dmean twice too large",
            lambda mean, log_var: (2 * mean / len(mean), np.expm1(log_var) / 2 / len(mean)),
            "dmean is 2μ: the derivative of μ² is right, but a half stands before the bracket.",
        ),
        Mistake(
            "dmean halved",
            lambda mean, log_var: (mean / 2 / len(mean), np.expm1(log_var) / 2 / len(mean)),
            "dmean is μ/2: the half before the bracket meets the 2 from the square.",
        ),
        Mistake(
            "dlog_var without the half",
            lambda mean, log_var: (mean / len(mean), np.expm1(log_var) / len(mean)),
            "dlog_var is twice too large: here nothing cancels the half before the bracket.",
        ),
        Mistake(
            "half inside the bracket",
            lambda mean, log_var: (mean / len(mean), (np.exp(log_var) / 2 - 1) / len(mean)),
            "Only the exponential was halved in dlog_var. The half stands before both terms.",
        ),
        Mistake(
            "half on the one only",
            lambda mean, log_var: (mean / len(mean), np.exp(log_var) - 1 / 2 / len(mean)),
            "Division comes before subtraction: only the 1 was halved and divided by N. Put the difference in brackets.",
        ),
        Mistake(
            "half on the one only, all divided by N",
            lambda mean, log_var: (mean / len(mean), (np.exp(log_var) - 1 / 2) / len(mean)),
            "Only the 1 was halved: division comes before subtraction. Put the difference in brackets.",
        ),
        Mistake(
            "N under the one only",
            lambda mean, log_var: (mean / len(mean), np.exp(log_var) / 2 - 1 / 2 / len(mean)),
            "Only the second term was divided by N. Put the difference in brackets.",
        ),
        Mistake(
            "difference not in brackets",
            lambda mean, log_var: (mean / len(mean), np.exp(log_var) / 2 - 1 / len(mean)),
            "½ reached only the exponential, and 1/N only the 1. Put the difference in brackets first.",
        ),
        Mistake(
            "half and 1/N forgotten",
            lambda mean, log_var: (2 * mean, np.expm1(log_var)),
            "Both the half before the bracket and the share 1/N of each code are missing.",
        ),
        Mistake(
            "slope of the logarithm forgotten",
            lambda mean, log_var: (mean / len(mean), np.exp(log_var) / 2 / len(mean)),
            "dlog_var is never negative, so widths could only shrink. The last term of the bracket has a slope too.",
        ),
        Mistake(
            "slope of the logarithm added",
            lambda mean, log_var: (mean / len(mean), (np.exp(log_var) + 1) / 2 / len(mean)),
            "The slope of the last term has the wrong sign: it stands with a minus in the bracket.",
        ),
        Mistake(
            "slope of the deviation",
            lambda mean, log_var: (mean / len(mean), (np.exp(log_var / 2) - np.exp(-log_var / 2)) / len(mean)),
            "That is the slope for σ, which is σ − 1/σ. Here ln σ² is what moves.",
        ),
        Mistake(
            "slope of the variance",
            lambda mean, log_var: (mean / len(mean), (1 - np.exp(-log_var)) / 2 / len(mean)),
            "That is the slope for σ², which is ½(1 − 1/σ²). Here ln σ² is what moves.",
        ),
        Mistake(
            "logarithm derived once more",
            lambda mean, log_var: (mean / len(mean), (np.exp(log_var) - 1 / log_var) / 2 / len(mean)),
            "1/log_var appeared: log_var is the variable itself, and its slope with respect to itself is a plain number.",
        ),
        Mistake(
            "deviation for variance",
            lambda mean, log_var: (mean / len(mean), np.expm1(log_var / 2) / 2 / len(mean)),
            "dlog_var contains σ where σ² belongs.",
        ),
        Mistake(
            "exponential lost",
            lambda mean, log_var: (mean / len(mean), (log_var - 1) / 2 / len(mean)),
            "dlog_var contains log_var itself where σ² belongs: the derivative of an exponential is the exponential.",
        ),
        Mistake(
            "uphill",
            lambda mean, log_var: (-mean / len(mean), -np.expm1(log_var) / 2 / len(mean)),
            "The sign is turned round: a gradient points to where the divergence grows. The step subtracts it, not you.",
        ),
        Mistake(
            "mean of the batch in every row",
            lambda mean, log_var: (
                np.broadcast_to(mean.mean(axis=0), mean.shape),
                np.broadcast_to(np.expm1(log_var).mean(axis=0) / 2, mean.shape),
            ),
            "All rows are alike: the gradients were averaged over the batch. Each code keeps its own; it is divided by N.",
        ),
        Mistake(
            "first code only",
            lambda mean, log_var: tuple(_only_first(part) for part in _kl_backward(mean, log_var)),
            "All rows but the first are zero. Does the line with return stand inside the loop?",
        ),
    ),
)


def _only_first(table):
    kept = np.zeros_like(table)
    kept[0] = table[0]
    return kept
