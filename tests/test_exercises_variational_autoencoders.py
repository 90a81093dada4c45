"""A mistake of lesson 18 that cannot be run: noise of one's own in place of the noise that was given."""

import numpy as np
import pytest

from dlkit.check import judge
from dlkit.exercises.variational_autoencoders import reparameterize


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
