"""The losses' advice: whatever caps a large logit is told from other mistakes, at any cap."""

import numpy as np
import pytest

from dlkit import exercises
from dlkit.check import judge

DETECTIVE, FORGER = (
    next(e for e in exercises.of("19_gans") if e.name == name) for name in ("discriminator_loss", "generator_loss")
)


def sigmoid(s):
    return np.exp(-np.logaddexp(0, -s))


def answers(cost):
    """Both losses from what a logit costs that should be low."""
    return (
        lambda real, fake: cost(-real) + cost(fake),
        lambda fake, form="non_saturating": -cost(fake) if form == "minimax" else cost(-fake),
    )


def with_eps(eps):
    def cost(s):  # of one who should have said "forged"
        return -np.mean(np.log(1 - sigmoid(s) + eps))

    return answers(cost)


def clipped(most):
    def cost(s):
        return np.mean(np.logaddexp(0, np.clip(s, -most, most)))

    return answers(cost)


@pytest.mark.parametrize("both", [with_eps(1e-9), with_eps(1e-10), with_eps(1e-300), clipped(20), clipped(50), clipped(500)])
@pytest.mark.parametrize("seed", range(10))
def test_any_cap_is_named(both, seed):
    for exercise, answer in zip((DETECTIVE, FORGER), both, strict=True):
        verdict = judge(exercise, answer, np.random.default_rng(seed))
        assert verdict.mistakes == ()
        assert "something caps the loss" in verdict.says[0]


def test_a_coarse_small_number_is_told_by_moderate_logits():
    verdict = judge(DETECTIVE, with_eps(1e-3)[0], np.random.default_rng(0))
    assert "inside the logarithm" in verdict.says[0]


def test_other_mistakes_are_not_called_a_cap():
    verdict = judge(DETECTIVE, lambda real, fake: 0.7 * DETECTIVE.reference(real, fake), np.random.default_rng(0))
    assert "caps" not in repr(verdict)
