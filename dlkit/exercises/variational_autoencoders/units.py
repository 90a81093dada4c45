"""The divergence's share for each unit of the code, which shows the dead ones."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.variational_autoencoders.divergence import kl_divergence, terms
from dlkit.exercises.variational_autoencoders.sampling import LESSON, codes, thin_and_wide


def _kl_per_unit(mean, log_var):
    return terms(mean, log_var).mean(axis=0) / 2


def _batches_for_units(rng):
    given = [codes(rng, *distinct_sizes(rng, 2, 3, 8)) for _ in range(3)]
    return [Call(clouds) for clouds in (*given, *thin_and_wide(rng), codes(rng, 1, 5), codes(rng, 6, 1))]


kl_per_unit = Exercise(
    name="kl_per_unit",
    lesson=LESSON,
    reference=_kl_per_unit,
    inputs=_batches_for_units,
    takes=kl_divergence.takes,
    returns="kl[J]",
    mistakes=(
        Mistake(
            "the batch averaged first",
            lambda mean, log_var: terms(mean.mean(axis=0), log_var.mean(axis=0)) / 2,
            "The codes were averaged before the formula, so means left and right of 0 cancel, and a busy unit looks dead. "
            "Average the divergences.",
        ),
        Mistake(
            "spread of the batch for the codes'",
            lambda mean, log_var: (mean.mean(axis=0) ** 2 + mean.var(axis=0) - 1 - np.log(mean.var(axis=0))) / 2,
            "The variance used is that of the means over the batch. Each code brings a variance of its own, in log_var.",
        ),
        Mistake(
            "one number for each code",
            lambda mean, log_var: terms(mean, log_var).sum(axis=1) / 2,
            "There is a number for each code. Here a number for each unit is wanted: the other axis vanishes.",
        ),
        Mistake(
            "averaged over the units",
            lambda mean, log_var: terms(mean, log_var).mean(axis=1) / 2,
            "There is a number for each code, averaged over its units. The axis that vanishes is the batch.",
        ),
        Mistake(
            "sum over the batch",
            lambda mean, log_var: terms(mean, log_var).sum(axis=0) / 2,
            "The codes were added up. Average them, or the result grows with the batch.",
        ),
        Mistake(
            "one number for all",
            lambda mean, log_var: kl_divergence.reference(mean, log_var),
            "That is the whole divergence. Leave the units apart: one number for each.",
        ),
        Mistake(
            "shared out evenly",
            lambda mean, log_var: np.full(mean.shape[1], kl_divergence.reference(mean, log_var) / mean.shape[1]),
            "All units have the same number: the whole was divided by J. Some units carry much, others nothing.",
        ),
        Mistake(
            "the half forgotten",
            lambda mean, log_var: terms(mean, log_var).mean(axis=0),
            "The result is twice too large: the half in front of the bracket is missing.",
        ),
        Mistake(
            "deviation for variance",
            lambda mean, log_var: (mean**2 + np.exp(log_var / 2) - 1 - log_var).mean(axis=0) / 2,
            "The bracket contains σ where σ² belongs.",
        ),
        Mistake(
            "variance squared",
            lambda mean, log_var: (mean**2 + np.exp(2 * log_var) - 1 - log_var).mean(axis=0) / 2,
            "The bracket contains σ⁴: exp(log_var) is σ² already, and needs no square.",
        ),
        Mistake(
            "logarithm of the deviation, throughout",
            lambda mean, log_var: (mean**2 + np.expm1(2 * log_var) - 2 * log_var).mean(axis=0) / 2,
            "log_var was read as ln σ everywhere. It is ln σ², so exp(log_var) is the variance already.",
        ),
        Mistake(
            "logarithm taken again",
            lambda mean, log_var: (mean**2 + np.expm1(log_var) - np.log(log_var)).mean(axis=0) / 2,
            "A logarithm was taken of log_var, which is negative at times. It is ln σ² already.",
        ),
        Mistake(
            "half on the first term only",
            lambda mean, log_var: (mean**2 / 2 + np.expm1(log_var) - log_var).mean(axis=0),
            "Only μ² was halved. The half stands before the whole bracket.",
        ),
        Mistake(
            "means averaged before the square",
            lambda mean, log_var: mean.mean(axis=0) ** 2 / 2 + (np.expm1(log_var) - log_var).mean(axis=0) / 2,
            "The means were averaged and then squared, so +2 and −2 cancel. Square first.",
        ),
        Mistake(
            "log_var averaged before the exponential",
            lambda m, v: ((m**2).mean(axis=0) + np.exp(v.mean(axis=0)) - 1 - v.mean(axis=0)) / 2,
            "log_var was averaged and then put into the exponential. Compute the variances first, then average: the "
            "exponential of a mean is too small.",
        ),
        Mistake(
            "place only",
            lambda mean, log_var: (mean**2).mean(axis=0) / 2,
            "That is the share of the place alone. The width costs too.",
        ),
        Mistake(
            "only the last code counted",
            lambda mean, log_var: terms(mean[-1], log_var[-1]) / 2 / len(mean),
            "Only the last code is in the sum: = stores, += adds.",
        ),
        Mistake(
            "codes not averaged",
            lambda mean, log_var: terms(mean, log_var) / 2,
            "There is a number for each unit of each code. Average over the codes.",
        ),
        Mistake(
            "the one forgotten",
            lambda mean, log_var: (mean**2 + np.exp(log_var) - log_var).mean(axis=0) / 2,
            "The − 1 is missing: a dead unit must show 0, and shows ½.",
        ),
        Mistake(
            "plus the logarithm",
            lambda mean, log_var: (mean**2 + np.expm1(log_var) + log_var).mean(axis=0) / 2,
            "The last term has the wrong sign: it is subtracted.",
        ),
        Mistake(
            "mean not squared",
            lambda mean, log_var: (mean + np.expm1(log_var) - log_var).mean(axis=0) / 2,
            "The mean is in the bracket unsquared, so that positive and negative ones cancel.",
        ),
        Mistake(
            "sign turned round",
            lambda mean, log_var: -_kl_per_unit(mean, log_var),
            "The numbers are negative; a divergence never is.",
        ),
        Mistake(
            "first code only",
            lambda mean, log_var: terms(mean[0], log_var[0]) / 2,
            "Only the first code was looked at. Average over the batch.",
        ),
        Mistake(
            "last code only",
            lambda mean, log_var: terms(mean[-1], log_var[-1]) / 2,
            "Only the last code was looked at: = stores, += adds. Average over the batch.",
        ),
        Mistake(
            "divided by the units",
            lambda mean, log_var: terms(mean, log_var).sum(axis=0) / mean.shape[1] / 2,
            "The sum over the batch was divided by J. It is an average over the N codes.",
        ),
    ),
)
