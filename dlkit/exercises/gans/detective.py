"""The discriminator's loss and its way back."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.gans.densities import LESSON


def softplus(s):
    """log(1 + e^s) = −log(1 − σ(s)), without an overflow; −log σ(s) is softplus(−s)."""
    return np.logaddexp(0, s)


def sigmoid(s):
    """Without an overflow."""
    return np.exp(-softplus(-s))


def logits(rng, count):
    """Scores of which some are high and some low."""
    return np.round(rng.normal(0, 2, count), 3)


def extreme(rng, count):
    """Scores far beyond where a sigmoid can be told from 0 and 1, of both signs."""
    s = rng.integers(400, 800, count) / 8 * np.where(np.arange(count) % 2, 16.0, -16.0)
    s[2:] /= 100
    return s


# --- discriminator_loss


def _scores(rng):
    sizes = distinct_sizes(rng, 3, 3, 9)
    calls = [Call((logits(rng, n) + 0.5, logits(rng, n) - 0.5)) for n in (*sizes, 1)]
    n = int(rng.integers(5, 8))
    return [*calls, Call((extreme(rng, n), extreme(rng, n)))]


def _with_labels(p, y):
    return np.mean(-(y * np.log(p) + (1 - y) * np.log(1 - p)))


def naive(s):
    """The sigmoid as it is written: the logarithm of one minus it is −∞ from 37 on."""
    return 1 / (1 + np.exp(-s))


def capped(mine, right):
    """For answers that are right on moderate logits: the advice where a large one costs too little, whatever the cap."""
    (mine,), (right,) = mine, right
    if not np.isfinite(mine) or mine * right < 0:
        return ""
    if abs(right) < 60:
        near = abs(mine - right) < 0.05 * abs(right)
        return "Off by a little: was a small number added inside the logarithm, or something clipped?" if near else ""
    if abs(mine) >= abs(right):
        return ""
    return (
        "Right for moderate logits, too small for large ones: something caps the loss. A small number in the logarithm does, "
        "and so does clipping probabilities or logits. A logit of ±1600 may cost 1600: nothing needs a cap if you never leave "
        "the logits."
    )


def _torchs_limit(real, fake):
    return np.mean(np.minimum(softplus(-real), 100) + np.minimum(softplus(fake), 100))


def _eps(name, eps, more):
    """The mistake of a small number inside the logarithm."""
    return Mistake(
        name,
        lambda real, fake: -np.mean(np.log(sigmoid(real) + eps) + np.log(1 - sigmoid(fake) + eps)),
        f"A number like {eps:g} inside the logarithm prevents −∞, but caps the loss: a logit of −800 for a real example costs "
        f"800, and you say less. {more}",
    )


discriminator_loss = Exercise(
    name="discriminator_loss",
    lesson=LESSON,
    reference=lambda real, fake: float(np.mean(softplus(-real) + softplus(fake))),
    inputs=_scores,
    takes="real[N] fake[N]",
    returns="loss[]",
    mistakes=(
        Mistake(
            "logarithm of a rounded zero",
            lambda real, fake: -np.mean(np.log(naive(real)) + np.log(1 - naive(fake))),
            "The formula is right, but for large logits the sigmoid rounds to exactly 0 or 1, and the logarithm of 0 is −∞. Go "
            "from the logit straight to the logarithm: hint 2.",
        ),
        Mistake(
            "zero times infinity",
            lambda real, fake: _with_labels(naive(real), 1.0) + _with_labels(naive(fake), 0.0),
            "For large logits NaN came out: an exponential overflowed, or 0 was multiplied by the logarithm of 0. Go from the "
            "logit straight to the logarithm.",
        ),
        _eps("a small number in the logarithm", 1e-8, "With the logit at hand no such number is needed."),
        _eps("1e-7 in the logarithm", 1e-7, "Start from the logit and nothing needs to be capped."),
        _eps("1e-12 in the logarithm", 1e-12, "Work with logits to the end and drop it."),
        Mistake(
            "probabilities clipped",
            lambda real, fake: -np.mean(
                np.log(np.clip(sigmoid(real), 1e-7, 1 - 1e-7)) + np.log(1 - np.clip(sigmoid(fake), 1e-7, 1 - 1e-7))
            ),
            "np.clip keeps the probabilities away from 0 and 1, and so no example costs more than 16. Start from the logit: "
            "then nothing needs to be clipped.",
        ),
        Mistake(
            "cut off at 100",
            _torchs_limit,
            "No example costs more than 100 with you: PyTorch's binary_cross_entropy does that. Its twin with_logits does not.",
        ),
        Mistake(
            "value instead of loss",
            lambda real, fake: -np.mean(softplus(-real) + softplus(fake)),
            "That is the value V, which the discriminator makes large. A loss is made small: turn the sign round.",
        ),
        Mistake(
            "labels swapped",
            lambda real, fake: np.mean(softplus(real) + softplus(-fake)),
            "You reward calling real examples forged, and forgeries real. Which of the two should have a high logit?",
        ),
        Mistake(
            "forgeries called real",
            lambda real, fake: np.mean(softplus(-real) + softplus(-fake)),
            "You take −log σ of both. For a forgery the right answer is “forged”, with the probability 1 − σ(fake).",
        ),
        Mistake(
            "real examples called forged",
            lambda real, fake: np.mean(softplus(real) + softplus(fake)),
            "You take −log(1 − σ) of both. For a real example the right answer is “real”, with the probability σ(real).",
        ),
        Mistake(
            "real half only",
            lambda real, fake: np.mean(softplus(-real)),
            "The forgeries are missing: whoever calls everything real would pay nothing.",
        ),
        Mistake(
            "forged half only",
            lambda real, fake: np.mean(softplus(fake)),
            "The real examples are missing: whoever calls everything forged would pay nothing.",
        ),
        Mistake(
            "mean over both together",
            lambda real, fake: np.mean(np.concatenate([softplus(-real), softplus(fake)])),
            "You averaged over 2N examples. The loss is the sum of two means: who cannot tell pays 2·ln 2, not ln 2.",
        ),
        Mistake(
            "sum instead of mean",
            lambda real, fake: np.sum(softplus(-real) + softplus(fake)),
            "You added over the batch. A mean does not depend on how many examples were drawn.",
        ),
        Mistake(
            "divided twice",
            lambda real, fake: np.mean(softplus(-real) + softplus(fake)) / len(real),
            "np.mean has divided by N already, and then it was done again.",
        ),
        Mistake(
            "sigmoid twice",
            lambda real, fake: np.mean(softplus(-sigmoid(real)) + softplus(sigmoid(fake))),
            "The sigmoid was applied to what had been through a sigmoid. Either the arguments are logits, or probabilities.",
        ),
        Mistake(
            "no sigmoid",
            lambda real, fake: -np.mean(np.log(real) + np.log(1 - fake)),
            "The logarithm was taken of the logits themselves. They may be negative: the probability is their sigmoid.",
        ),
        Mistake(
            "one minus the logarithm",
            lambda real, fake: np.mean(softplus(-real) - (1 + softplus(-fake))),
            "1 − log σ is not log(1 − σ). The subtraction stands inside the logarithm.",
        ),
        Mistake(
            "logarithm of the mean",
            lambda real, fake: -np.log(np.mean(sigmoid(real))) - np.log(1 - np.mean(sigmoid(fake))),
            "First the logarithm of each probability, then the mean: it is the other way round with you.",
        ),
        Mistake(
            "logarithm to base 2",
            lambda real, fake: np.mean(softplus(-real) + softplus(fake)) / np.log(2),
            "np.log2 measures in bits. The formula has the natural logarithm, np.log.",
        ),
        Mistake(
            "difference of the halves",
            lambda real, fake: np.mean(softplus(-real) - softplus(fake)),
            "The two halves were subtracted. Both are costs: they add up.",
        ),
        Mistake(
            "squared error",
            lambda real, fake: np.mean((sigmoid(real) - 1) ** 2 + sigmoid(fake) ** 2),
            "Those are squared errors of the probabilities. The game's loss takes their logarithms.",
        ),
        Mistake(
            "first pair only",
            lambda real, fake: softplus(-real[0]) + softplus(fake[0]),
            "Only the first example of each counted. Does the line with return stand inside the loop?",
        ),
        Mistake(
            "first pair over N",
            lambda real, fake: (softplus(-real[0]) + softplus(fake[0])) / len(real),
            "Only the first pair was added before the division. Does the line with return stand inside the loop?",
        ),
        Mistake(
            "last pair only",
            lambda real, fake: softplus(-real[-1]) + softplus(fake[-1]),
            "Only the last example of each is in the result: = replaces, += adds.",
        ),
        Mistake(
            "last pair over N",
            lambda real, fake: (softplus(-real[-1]) + softplus(fake[-1])) / len(real),
            "Only the last pair is in the sum that you divide by N: = replaces, += adds.",
        ),
    ),
    advice=capped,
)


# --- discriminator_loss_backward


def _slopes(real, fake):
    return -sigmoid(-real) / len(real), sigmoid(fake) / len(fake)


def _each(of_real, of_fake):
    """A mistake in the slope of an example: functions of the logit."""
    return lambda real, fake: (of_real(real) / len(real), of_fake(fake) / len(fake))


def _pairs(rng):
    calls = [Call((logits(rng, n) + 0.5, logits(rng, n) - 0.5)) for n in (*distinct_sizes(rng, 3, 3, 9), 1)]
    n = int(rng.integers(5, 8))
    return [*calls, Call((extreme(rng, n), extreme(rng, n)))]


def _overflowed(s):
    return np.exp(s) / (1 + np.exp(s))


discriminator_loss_backward = Exercise(
    name="discriminator_loss_backward",
    lesson=LESSON,
    reference=_slopes,
    inputs=_pairs,
    takes="real[N] fake[N]",
    returns="dreal[N] dfake[N]",
    mistakes=(
        Mistake(
            "not divided by N",
            _each(lambda s: -sigmoid(-s) * len(s), lambda s: sigmoid(s) * len(s)),
            "The loss is a mean over the batch: each example carries an N-th of it.",
        ),
        Mistake(
            "divided by 2N",
            _each(lambda s: -sigmoid(-s) / 2, lambda s: sigmoid(s) / 2),
            "Each of the two means is over N examples, not over all 2N.",
        ),
        Mistake(
            "divided by N twice",
            _each(lambda s: -sigmoid(-s) / len(s), lambda s: sigmoid(s) / len(s)),
            "The N of the mean belongs there once.",
        ),
        Mistake(
            "uphill",
            _each(lambda s: sigmoid(-s), lambda s: -sigmoid(s)),
            "Both signs are turned round. A higher logit for a real example makes the loss smaller, so its slope is negative.",
        ),
        Mistake(
            "real examples labelled forged",
            _each(sigmoid, sigmoid),
            "dreal is σ(s) minus the label, and the label of a real example is 1.",
        ),
        Mistake(
            "forgeries labelled real",
            _each(lambda s: -sigmoid(-s), lambda s: -sigmoid(-s)),
            "dfake is that of the label 1. The discriminator is told the truth about forgeries: their label is 0.",
        ),
        Mistake(
            "minus the wrong probability",
            _each(lambda s: -sigmoid(s), sigmoid),
            "dreal is −σ(real): it pushes hardest where the answer is right already. What matters is how much is missing to 1.",
        ),
        Mistake(
            "one minus for both",
            _each(lambda s: -sigmoid(-s), lambda s: sigmoid(-s)),
            "dfake has 1 − σ(fake), the part that was right. A forgery pushes by how real it was held to be.",
        ),
        Mistake(
            "slope along the probability",
            _each(lambda s: -1 / sigmoid(s), lambda s: 1 / sigmoid(-s)),
            "That is how the loss moves with the probability. Go on through the sigmoid to the logit: one more factor.",
        ),
        Mistake(
            "slope of the sigmoid twice",
            _each(lambda s: -sigmoid(-s) * sigmoid(s) * sigmoid(-s), lambda s: sigmoid(s) * sigmoid(s) * sigmoid(-s)),
            "A factor σ(1 − σ) too many: in σ(s) minus the label the sigmoid's slope is in already.",
        ),
        Mistake(
            "slope of the sigmoid alone",
            _each(lambda s: -sigmoid(s) * sigmoid(-s), lambda s: sigmoid(s) * sigmoid(-s)),
            "σ(1 − σ) is the slope of the sigmoid. The logarithm in front of it has a slope too.",
        ),
        Mistake(
            "no sigmoid",
            _each(lambda s: s - 1, lambda s: s),
            "The logits themselves stand where their sigmoids should.",
        ),
        Mistake(
            "sigmoid twice",
            _each(lambda s: sigmoid(sigmoid(s)) - 1, lambda s: sigmoid(sigmoid(s))),
            "The sigmoid was applied twice: nothing comes out below ½.",
        ),
        Mistake(
            "overflow",
            _each(lambda s: _overflowed(s) - 1, _overflowed),
            "For large logits e^s / (1 + e^s) is ∞/∞, NaN. Divide above and below by e^s, and only e^(−s) is left.",
        ),
        Mistake(
            "brackets forgotten",
            lambda real, fake: (sigmoid(real) - 1 / len(real), sigmoid(fake) / len(fake)),
            "Python divides before it subtracts: only the label was divided by N. Put the difference in brackets.",
        ),
        Mistake(
            "every slope the mean one",
            lambda real, fake: (
                np.full(real.shape, np.mean(-sigmoid(-real)) / len(real)),
                np.full(fake.shape, np.mean(sigmoid(fake)) / len(fake)),
            ),
            "All examples got the same slope, the mean. Each logit has a slope of its own.",
        ),
        Mistake(
            "first example only",
            lambda real, fake: (
                np.where(np.arange(len(real)) == 0, _slopes(real, fake)[0], 0),
                np.where(np.arange(len(fake)) == 0, _slopes(real, fake)[1], 0),
            ),
            "Only the first slopes were filled in. Does the line with return stand inside the loop?",
        ),
    ),
)
