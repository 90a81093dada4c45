"""The losses of GANs: the paper's numbers at the optimum, exact far out; the forms differ where they should."""

import numpy as np
import pytest
from operations import pair, twin

from dlkit.device import to_torch
from dlkit.errors import ShapeError
from dlkit.numpy_ops.gans import (
    discriminator_loss_backward,
    discriminator_loss_forward,
    generator_loss_backward,
    generator_loss_forward,
)


def test_an_undecided_discriminator_pays_log_4():
    assert discriminator_loss_forward(np.zeros(5), np.zeros(5))[0] == pytest.approx(np.log(4))
    assert generator_loss_forward(np.zeros(5))[0] == pytest.approx(np.log(2))
    assert generator_loss_forward(np.zeros(5), form="minimax")[0] == pytest.approx(-np.log(2))


def test_the_generator_of_the_minimax_game_loses_what_the_discriminator_wins():
    fake = np.random.default_rng(0).standard_normal(6)
    certain = np.full(6, 1000.0)  # real examples that cost nothing
    discriminator, _ = discriminator_loss_forward(certain, fake)
    assert generator_loss_forward(fake, form="minimax")[0] == pytest.approx(-discriminator, rel=1e-14)


def test_far_out_losses_and_slopes_are_exact():
    y, cache = discriminator_loss_forward(np.array([-1000.0, 1000.0]), np.array([-1000.0, 1000.0]), reduction="none")
    assert y.tolist() == [1000, 1000]
    dreal, dfake = discriminator_loss_backward(np.ones(2), cache)
    assert dreal.tolist() == [-1, 0]
    assert dfake.tolist() == [0, 1]


def test_the_minimax_form_saturates_where_forgeries_are_recognised():
    recognised = np.array([-50.0])
    slopes = {}
    for form in ("non_saturating", "minimax"):
        _, cache = generator_loss_forward(recognised, form=form)
        slopes[form] = generator_loss_backward(1.0, cache)[0]
    assert slopes["non_saturating"] == pytest.approx(-1)
    assert slopes["minimax"] == pytest.approx(-np.exp(-50), rel=1e-14)


def test_the_whole_message():
    with pytest.raises(ShapeError) as caught:
        discriminator_loss_forward(np.ones((8, 1)), np.ones(8))
    assert str(caught.value) == (
        "discriminator_loss_forward: real and fake must have one shape.\n  real = (8, 1)\n  fake = (8,)"
    )
    with pytest.raises(ValueError, match="generator_loss_forward: form is 'saturating'; give 'non_saturating' or 'minimax'"):
        generator_loss_forward(np.ones(8), form="saturating")


@pytest.mark.parametrize(
    ("op", "options"),
    [
        ("generator_loss", {"form": "wasserstein"}),
        ("generator_loss", {"reduction": "max"}),
        ("discriminator_loss", {"reduction": 1}),
    ],
)
def test_both_refuse_the_same_options(op, options):
    arrays = [np.ones(3)] * (1 if op == "generator_loss" else 2)
    with pytest.raises(ValueError, match=next(iter(options))):
        pair(op)[0](*arrays, **options)
    with pytest.raises((ValueError, TypeError, RuntimeError, KeyError)):
        twin(op)[0](*[to_torch(a) for a in arrays], **options)
