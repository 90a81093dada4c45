"""Drawing a code: the generator decides, the distribution is the one asked for; the divergence against sampling and limits."""

import numpy as np
import pytest
from operations import twin

from dlkit.device import to_torch
from dlkit.errors import ShapeError
from dlkit.numpy_ops.variational_autoencoders import (
    gaussian_kl_backward,
    gaussian_kl_forward,
    reparameterize_backward,
    reparameterize_forward,
)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_same_generator_gives_the_same_code_in_both_halves(dtype):
    mean, log_var = np.random.default_rng(0).standard_normal((2, 4, 3)).astype(dtype)
    first, second = (reparameterize_forward(mean, log_var, rng=np.random.default_rng(1))[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert first.dtype == dtype
    other, _ = twin("reparameterize")[0](*to_torch(mean, log_var), rng=np.random.default_rng(1))
    np.testing.assert_allclose(first, other, rtol=1e-6)
    third, _ = reparameterize_forward(mean, log_var, rng=np.random.default_rng(2))
    assert not np.allclose(first, third)


def test_codes_have_the_mean_and_the_variance_asked_for():
    mean, log_var = np.full(200_000, 3.0), np.full(200_000, np.log(4.0))
    y, cache = reparameterize_forward(mean, log_var, rng=np.random.default_rng(0))
    assert y.mean() == pytest.approx(3, abs=0.02)
    assert y.std() == pytest.approx(2, abs=0.02)
    dmean, _, dnoise = reparameterize_backward(np.ones_like(y), cache)
    assert dnoise is None
    assert (dmean == 1).all()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "there is neither noise nor rng; give the noise itself, or rng=np.random.default_rng(0) to draw it"),
        ({"noise": np.ones((4, 3)), "rng": np.random.default_rng(0)},
         "noise and rng exclude each other; give the noise itself, or rng=np.random.default_rng(0) to draw it"),
        ({"rng": 0}, "rng is 0, not a generator; try rng=np.random.default_rng(0)"),
    ],
)  # fmt: skip
def test_noise_comes_from_one_place(given, message):
    with pytest.raises(TypeError) as caught:
        reparameterize_forward(np.ones((4, 3)), np.ones((4, 3)), **given)
    assert str(caught.value) == f"reparameterize_forward: {message}"
    tensors = {name: to_torch(value) if name == "noise" else value for name, value in given.items()}
    with pytest.raises((TypeError, AttributeError)):
        twin("reparameterize")[0](*to_torch(np.ones((4, 3)), np.ones((4, 3))), **tensors)


@pytest.mark.parametrize("op", [reparameterize_forward, gaussian_kl_forward])
def test_nothing_is_stretched(op):
    arrays = [np.ones((4, 3)), np.ones((3,))]
    with pytest.raises(ShapeError) as caught:
        op(*arrays)
    assert str(caught.value) == (f"{op.__name__}: mean and log_var must have one shape.\n  mean = (4, 3)\n  log_var = (3,)")


def test_the_divergence_of_the_standard_normal_distribution_is_zero():
    y, cache = gaussian_kl_forward(np.zeros((4, 3)), np.zeros((4, 3)))
    assert y == 0
    assert all((g == 0).all() for g in gaussian_kl_backward(1.0, cache))


def test_worked_numbers():
    y, _ = gaussian_kl_forward(np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([[0.0, np.log(4)], [0.0, 0.0]]), reduction="none")
    np.testing.assert_allclose(y, [0.5 + (3 - np.log(4)) / 2, 2])


def test_the_divergence_is_the_expected_difference_of_log_densities():
    mean, log_var = np.array([0.7, -1.2]), np.array([-0.5, 0.4])
    many = (200_000, 2)
    z, _ = reparameterize_forward(np.broadcast_to(mean, many), np.broadcast_to(log_var, many), rng=np.random.default_rng(0))
    log_ratio = 0.5 * (z**2 - (z - mean) ** 2 / np.exp(log_var) - log_var)  # log N(mean, exp log_var) − log N(0, I)
    assert log_ratio.sum(axis=1).mean() == pytest.approx(gaussian_kl_forward(mean, log_var)[0], abs=0.02)


def test_next_to_the_standard_normal_distribution_no_digits_are_lost():
    y, cache = gaussian_kl_forward(np.zeros(1), np.array([1e-5]))
    assert y == pytest.approx(1e-10 / 4, rel=1e-5)
    assert gaussian_kl_backward(1.0, cache)[1][0] == pytest.approx(np.expm1(1e-5) / 2, rel=1e-14)


def test_a_variance_out_of_range_is_infinite_without_a_warning():
    y, cache = gaussian_kl_forward(np.zeros((2, 1)), np.array([[-1000.0], [1000.0]]), reduction="none")
    assert y.tolist() == [499.5, np.inf]
    assert gaussian_kl_backward(np.ones(2), cache)[1].tolist() == [[-0.5], [np.inf]]
    y, cache = reparameterize_forward(np.zeros(2), np.array([-3000.0, 3000.0]), np.array([1.0, -1.0]))
    assert y.tolist() == [0, -np.inf]
    assert reparameterize_backward(np.ones(2), cache)[1].tolist() == [0, -np.inf]


def test_a_reduction_that_is_none_is_refused():
    with pytest.raises(ValueError, match="gaussian_kl_forward: reduction is 'batchmean'; give 'none' or 'sum' or 'mean'"):
        gaussian_kl_forward(np.ones(3), np.ones(3), reduction="batchmean")
