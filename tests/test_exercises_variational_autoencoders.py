"""What the table of lesson 18 cannot hold: noise of one's own, bounds of any size on log_var, a β that must be given."""

import numpy as np
import pytest

from dlkit.check import judge
from dlkit.exercises import variational_autoencoders as lesson
from dlkit.exercises.variational_autoencoders import elbo, reparameterize


@pytest.mark.parametrize(
    "draw",
    [
        lambda mean, log_var, noise: mean + np.exp(log_var / 2) * np.random.default_rng().standard_normal(mean.shape),
        lambda mean, log_var, noise: np.random.default_rng().normal(mean, np.exp(log_var / 2)).tolist(),
        lambda mean, log_var, noise: np.random.default_rng().normal(mean, np.exp(log_var)),
    ],
)
def test_noise_of_ones_own_is_named(draw):
    for seed in range(50):
        verdict = judge(reparameterize, draw, np.random.default_rng(seed))
        assert verdict.outcome == "failed"
        assert verdict.says[0].startswith("This looks like: noise of its own.")


def test_one_answer_for_the_same_noise_is_not_noise_of_ones_own():
    verdict = judge(reparameterize, lambda mean, log_var, noise: mean + np.exp(log_var / 2) * 1.4 * np.sin(9 * noise))
    assert verdict.outcome == "failed"
    assert "noise of its own" not in verdict.says[0]


@pytest.mark.parametrize("name", [*lesson.__all__[:4], "kl_per_unit"])
def test_bounds_on_log_var_are_rejected(name):
    exercise = getattr(lesson, name)

    def bounded(*args):
        args = list(args)
        args[1] = args[1].clip(-5, 5)
        return exercise.reference(*args)

    for seed in range(50):
        assert judge(exercise, bounded, np.random.default_rng(seed)).outcome == "failed"


def test_beta_has_a_default():
    verdict = judge(elbo, lambda x, y, mean, log_var, beta: elbo.reference(x, y, mean, log_var, beta))
    assert verdict.outcome == "failed"
    assert "missing" in verdict.says[0]
