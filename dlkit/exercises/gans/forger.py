"""The generator's two losses and their way back."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.gans.densities import LESSON
from dlkit.exercises.gans.detective import capped, extreme, logits, naive, sigmoid, softplus

FORMS = ("non_saturating", "minimax")


def _both(non_saturating, minimax):
    """A function of the logits for each form; the default is non-saturating, as in the exercise."""
    return lambda fake, form="non_saturating": (non_saturating if form == "non_saturating" else minimax)(fake)


def _forged(rng):
    sizes = distinct_sizes(rng, 4, 3, 9)
    calls = [Call((logits(rng, n) - 1,), {"form": form}) for n, form in zip(sizes, FORMS * 2, strict=True)]
    calls += [Call((logits(rng, 1) - 1,), {"form": form}) for form in FORMS]
    calls += [Call((extreme(rng, int(rng.integers(5, 8))),), {"form": form}) for form in FORMS]
    return [*calls, Call((logits(rng, 4),))]


# --- generator_loss


def _eps(name, eps, more):
    return Mistake(
        name,
        _both(
            lambda s: -np.mean(np.log(sigmoid(s) + eps)),
            lambda s: np.mean(np.log(1 - sigmoid(s) + eps)),
        ),
        f"A number like {eps:g} inside the logarithm prevents −∞, but caps the loss: at a logit of −800 the non-saturating "
        f"loss is 800. {more}",
    )


generator_loss = Exercise(
    name="generator_loss",
    lesson=LESSON,
    reference=_both(lambda s: float(np.mean(softplus(-s))), lambda s: -float(np.mean(softplus(s)))),
    inputs=_forged,
    takes="fake[N]",
    returns="loss[]",
    mistakes=(
        Mistake(
            "logarithm of a rounded zero",
            _both(lambda s: -np.mean(np.log(naive(s))), lambda s: np.mean(np.log(1 - naive(s)))),
            "The formulas are right, but for large logits the sigmoid rounds to exactly 0 or 1, and the logarithm of 0 is −∞. "
            "Go from the logit straight to the logarithm, as in the discriminator's loss.",
        ),
        Mistake(
            "zero times infinity",
            _both(
                lambda s: -np.mean(1 * np.log(naive(s)) + 0 * np.log(1 - naive(s))),
                lambda s: np.mean(0 * np.log(naive(s)) + 1 * np.log(1 - naive(s))),
            ),
            "For large logits NaN came out: an exponential overflowed, or 0 was multiplied by the logarithm of 0.",
        ),
        _eps("a small number in the logarithm", 1e-8, "With the logit at hand no such number is needed."),
        _eps("1e-7 in the logarithm", 1e-7, "Start from the logit and nothing needs to be capped."),
        _eps("1e-12 in the logarithm", 1e-12, "Work with logits to the end and drop it."),
        Mistake(
            "probabilities clipped",
            _both(
                lambda s: -np.mean(np.log(np.clip(sigmoid(s), 1e-7, 1 - 1e-7))),
                lambda s: np.mean(np.log(1 - np.clip(sigmoid(s), 1e-7, 1 - 1e-7))),
            ),
            "np.clip keeps the probabilities away from 0 and 1, and so no forgery counts more than 16. Start from the logit.",
        ),
        Mistake(
            "minimax by default",
            lambda fake, form="minimax": np.mean(softplus(-fake)) if form == "non_saturating" else -np.mean(softplus(fake)),
            "Called without a form, your function takes minimax. The default should be form=\"non_saturating\".",
        ),
        Mistake(
            "detective's loss for non-saturating",
            _both(lambda s: np.mean(softplus(s)), lambda s: -np.mean(softplus(s))),
            "Your non-saturating loss is −log(1 − σ): it rises when forgeries pass. It should be −log σ.",
        ),
        Mistake(
            "cut off at 100",
            _both(lambda s: np.mean(np.minimum(softplus(-s), 100)), lambda s: -np.mean(np.minimum(softplus(s), 100))),
            "No example counts more than 100 with you: PyTorch's binary_cross_entropy does so. Its twin with_logits does not.",
        ),
        Mistake(
            "always non-saturating",
            _both(lambda s: np.mean(softplus(-s)), lambda s: np.mean(softplus(-s))),
            "The argument form makes no difference. With form=\"minimax\" the other formula is asked for.",
        ),
        Mistake(
            "always minimax",
            _both(lambda s: -np.mean(softplus(s)), lambda s: -np.mean(softplus(s))),
            "Both forms give the minimax loss. Is form compared with \"non_saturating\", with an underscore, and is "
            "this the default?",
        ),
        Mistake(
            "forms exchanged",
            _both(lambda s: -np.mean(softplus(s)), lambda s: np.mean(softplus(-s))),
            "Each form has the other's formula. Minimax is the one from the game's own value: log(1 − D).",
        ),
        Mistake(
            "minimax with a minus",
            _both(lambda s: np.mean(softplus(-s)), lambda s: np.mean(softplus(s))),
            "The minimax loss should have the sign that falls when forgeries pass: log(1 − σ) goes to −∞. Yours rises: it is "
            "the discriminator's half.",
        ),
        Mistake(
            "log σ for minimax",
            _both(lambda s: np.mean(softplus(-s)), lambda s: -np.mean(softplus(-s))),
            "Your minimax loss is log σ: it rises when forgeries pass. The 1 − of log(1 − σ) is missing.",
        ),
        Mistake(
            "log σ for minimax, and rounded",
            _both(lambda s: -np.mean(np.log(naive(s))), lambda s: np.mean(np.log(naive(s)))),
            "Two things. Your minimax loss is log σ, which rises when forgeries pass: the 1 − of log(1 − σ) is missing. And "
            "for large logits the sigmoid rounds to 0, and its logarithm is −∞: stay with the logits.",
        ),
        Mistake(
            "non-saturating without its minus",
            _both(lambda s: -np.mean(softplus(-s)), lambda s: -np.mean(softplus(s))),
            "log σ(fake) rises when forgeries pass. To be made small it needs a minus.",
        ),
        Mistake(
            "the discriminator's loss",
            _both(lambda s: np.mean(softplus(s)), lambda s: np.mean(softplus(s))),
            "−log(1 − σ) is what the discriminator pays for a forgery. The generator wants the opposite.",
        ),
        Mistake(
            "both signs turned",
            _both(lambda s: -np.mean(softplus(-s)), lambda s: np.mean(softplus(s))),
            "Both losses have the wrong sign: made small, they would make forgeries worse.",
        ),
        Mistake(
            "one minus the logarithm",
            _both(lambda s: np.mean(softplus(-s)), lambda s: np.mean(1 + softplus(-s))),
            "1 − log σ is not log(1 − σ). The subtraction stands inside the logarithm.",
        ),
        Mistake(
            "sum instead of mean",
            _both(lambda s: np.sum(softplus(-s)), lambda s: -np.sum(softplus(s))),
            "You added over the batch. A mean does not depend on how many forgeries were made.",
        ),
        Mistake(
            "divided twice",
            _both(lambda s: np.mean(softplus(-s)) / len(s), lambda s: -np.mean(softplus(s)) / len(s)),
            "np.mean has divided by N already, and then it was done again.",
        ),
        Mistake(
            "sigmoid twice",
            _both(lambda s: np.mean(softplus(-sigmoid(s))), lambda s: -np.mean(softplus(sigmoid(s)))),
            "The sigmoid was applied to what had been through a sigmoid: no forgery counts as worse than ½ any more.",
        ),
        Mistake(
            "no sigmoid",
            _both(lambda s: -np.mean(np.log(s)), lambda s: np.mean(np.log(1 - s))),
            "The logarithm was taken of the logits themselves. They may be negative: the probability is their sigmoid.",
        ),
        Mistake(
            "logarithm of the mean",
            _both(lambda s: -np.log(np.mean(sigmoid(s))), lambda s: np.log(1 - np.mean(sigmoid(s)))),
            "First the logarithm of each probability, then the mean: it is the other way round with you.",
        ),
        Mistake(
            "logarithm of the mean, non-saturating",
            _both(lambda s: -np.log(np.mean(sigmoid(s))), lambda s: -np.mean(softplus(s))),
            "Your non-saturating loss is the logarithm of a mean. First the logarithm of each probability, then the mean.",
        ),
        Mistake(
            "logarithm of the mean, minimax",
            _both(lambda s: np.mean(softplus(-s)), lambda s: np.log(1 - np.mean(sigmoid(s)))),
            "Your minimax loss is the logarithm of a mean. First the logarithm of each probability, then the mean.",
        ),
        Mistake(
            "logarithm to base 2",
            _both(lambda s: np.mean(softplus(-s)) / np.log(2), lambda s: -np.mean(softplus(s)) / np.log(2)),
            "np.log2 measures in bits. The formula has the natural logarithm, np.log.",
        ),
        Mistake(
            "first forgery only",
            _both(lambda s: softplus(-s[0]), lambda s: -softplus(s[0])),
            "Only the first forgery counted. Does the line with return stand inside the loop?",
        ),
        Mistake(
            "first forgery over N",
            _both(lambda s: softplus(-s[0]) / len(s), lambda s: -softplus(s[0]) / len(s)),
            "Only the first forgery was added before the division. Does the line with return stand inside the loop?",
        ),
        Mistake(
            "last forgery only",
            _both(lambda s: softplus(-s[-1]), lambda s: -softplus(s[-1])),
            "Only the last forgery is in the result: = replaces, += adds.",
        ),
        Mistake(
            "last forgery over N",
            _both(lambda s: softplus(-s[-1]) / len(s), lambda s: -softplus(s[-1]) / len(s)),
            "Only the last forgery is in the sum that you divide by N: = replaces, += adds.",
        ),
    ),
    advice=capped,
)


# --- generator_loss_backward


def _pair(non_saturating, minimax):
    """The slope of one example in each form, divided by N."""
    return _both(lambda s: non_saturating(s) / len(s), lambda s: minimax(s) / len(s))


def _overflowed(s):
    return np.exp(s) / (1 + np.exp(s))


def _kept_first(slope):
    return lambda s: np.where(np.arange(len(s)) == 0, slope(s), 0)


generator_loss_backward = Exercise(
    name="generator_loss_backward",
    lesson=LESSON,
    reference=_pair(lambda s: -sigmoid(-s), lambda s: -sigmoid(s)),
    inputs=_forged,
    takes="fake[N]",
    returns="dfake[N]",
    mistakes=(
        Mistake(
            "not divided by N",
            _both(lambda s: -sigmoid(-s), lambda s: -sigmoid(s)),
            "The loss is a mean over the batch: each forgery carries an N-th of it.",
        ),
        Mistake(
            "divided by N twice",
            _pair(lambda s: -sigmoid(-s) / len(s), lambda s: -sigmoid(s) / len(s)),
            "The N of the mean belongs there once.",
        ),
        Mistake(
            "uphill",
            _pair(lambda s: sigmoid(-s), sigmoid),
            "Both signs are turned round: with a higher logit the generator pays less, so the slopes are negative.",
        ),
        Mistake(
            "forms exchanged",
            _pair(lambda s: -sigmoid(s), lambda s: -sigmoid(-s)),
            "Each form has the other's slope. At a logit of −10 the non-saturating one is about −1, minimax about 0.",
        ),
        Mistake(
            "always non-saturating",
            _pair(lambda s: -sigmoid(-s), lambda s: -sigmoid(-s)),
            "The argument form makes no difference. The slope of log(1 − σ) is another.",
        ),
        Mistake(
            "always minimax",
            _pair(lambda s: -sigmoid(s), lambda s: -sigmoid(s)),
            "Both forms give the slope of minimax. The slope of −log σ is another. Is form compared with \"non_saturating\"?",
        ),
        Mistake(
            "minimax uphill",
            _pair(lambda s: -sigmoid(-s), sigmoid),
            "The minimax slope has the wrong sign: that is how the discriminator pushes. The generator pulls the other way.",
        ),
        Mistake(
            "non-saturating uphill",
            _pair(lambda s: sigmoid(-s), lambda s: -sigmoid(s)),
            "The non-saturating slope has the wrong sign: it would make forgeries worse. Is the minus of −log σ in it?",
        ),
        Mistake(
            "slope along the probability",
            _pair(lambda s: -1 / sigmoid(s), lambda s: -1 / sigmoid(-s)),
            "That is how the loss moves with the probability. Go on through the sigmoid to the logit: one more factor.",
        ),
        Mistake(
            "slope of the sigmoid twice",
            _pair(lambda s: -sigmoid(-s) * sigmoid(s) * sigmoid(-s), lambda s: -sigmoid(s) * sigmoid(s) * sigmoid(-s)),
            "A factor σ(1 − σ) too many: the sigmoid's slope cancelled against the logarithm's.",
        ),
        Mistake(
            "slope of the sigmoid alone",
            _pair(lambda s: -sigmoid(s) * sigmoid(-s), lambda s: -sigmoid(s) * sigmoid(-s)),
            "σ(1 − σ) is the slope of the sigmoid. The logarithm in front of it has a slope too.",
        ),
        Mistake(
            "no sigmoid",
            _pair(lambda s: s - 1, lambda s: -s),
            "The logits themselves stand where their sigmoids should.",
        ),
        Mistake(
            "sigmoid twice",
            _pair(lambda s: sigmoid(sigmoid(s)) - 1, lambda s: -sigmoid(sigmoid(s))),
            "The sigmoid was applied twice: nothing comes out below ½.",
        ),
        Mistake(
            "overflow",
            _pair(lambda s: _overflowed(s) - 1, lambda s: -_overflowed(s)),
            "For large logits e^s / (1 + e^s) is ∞/∞, NaN. Divide above and below by e^s, and only e^(−s) is left.",
        ),
        Mistake(
            "brackets forgotten",
            _both(lambda s: sigmoid(s) - 1 / len(s), lambda s: -sigmoid(s) / len(s)),
            "Python divides before it subtracts: only the 1 was divided by N. Put the difference in brackets.",
        ),
        Mistake(
            "non-saturating: the detective's slope",
            _pair(sigmoid, lambda s: -sigmoid(s)),
            "Without minimax your slope is +σ/N, the detective's: it would make forgeries worse, and pushes hardest those that "
            "pass. Which label does −log σ give a forgery?",
        ),
        Mistake(
            "the detective's slope",
            _pair(sigmoid, sigmoid),
            "σ/N is how the detective pushes the logit of a forgery. The forger pulls the other way, differently in each form.",
        ),
        Mistake(
            "minimax by default",
            lambda fake, form="minimax": (-sigmoid(-fake) if form == "non_saturating" else -sigmoid(fake)) / len(fake),
            "Called without a form, your function takes minimax. The default should be form=\"non_saturating\".",
        ),
        Mistake(
            "the loss itself",
            _pair(lambda s: softplus(-s), lambda s: -softplus(s)),
            "Those are the losses of the single forgeries. Their slopes along the logit are asked for.",
        ),
        Mistake(
            "every slope the mean one",
            _both(
                lambda s: np.full(s.shape, -np.mean(sigmoid(-s)) / len(s)),
                lambda s: np.full(s.shape, -np.mean(sigmoid(s)) / len(s)),
            ),
            "All forgeries got the same slope, the mean. Each logit has a slope of its own.",
        ),
        Mistake(
            "first forgery only",
            _pair(_kept_first(lambda s: -sigmoid(-s)), _kept_first(lambda s: -sigmoid(s))),
            "Only the first slope was filled in. Does the line with return stand inside the loop?",
        ),
    ),
)
