"""Losses: messages, worked numbers, how one follows from another, and what both halves refuse."""

import numpy as np
import pytest
from operations import pair, twin

from dlkit.cases import CASES
from dlkit.device import to_torch
from dlkit.errors import ShapeError
from dlkit.numpy_ops import losses
from dlkit.numpy_ops.losses import (
    binary_cross_entropy_forward,
    binary_cross_entropy_with_logits_backward,
    binary_cross_entropy_with_logits_forward,
    cross_entropy_backward,
    cross_entropy_forward,
    dice_loss_forward,
    kl_div_forward,
    l1_loss_forward,
    mse_loss_backward,
    mse_loss_forward,
    nll_loss_backward,
    nll_loss_forward,
    smooth_l1_loss_forward,
)

RNG = np.random.default_rng(0)
X, LABELS, W = RNG.standard_normal((5, 4)), np.array([2, 0, 3, 3, 1]), np.array([0.5, 1.5, 2.0, 3.0])


def soft(x):
    p = np.exp(x)
    return p / p.sum(axis=1, keepdims=True)


PAIRS = "Stretched to fit, numbers would meet targets that are not theirs, and the loss would look plausible."
STRETCHED = (
    f" and target must have one shape.\n  x = (3, 1)\n  target = (3,)\n{PAIRS}"
    " If the numbers are in order, try target.reshape(x.shape)."
)


@pytest.mark.parametrize("op", ["mse_loss", "l1_loss", "smooth_l1_loss", "binary_cross_entropy", "kl_div", "dice_loss"])
def test_a_pair_that_pytorch_would_stretch(op):
    forward, _ = pair(op)
    with pytest.raises(ShapeError) as caught:
        forward(np.ones((3, 1)), np.ones(3))
    assert str(caught.value) == f"{op}_forward: x{STRETCHED}"


@pytest.mark.parametrize(
    ("op", "arrays", "message"),
    [
        (
            "nll_loss",
            (X, LABELS[:3], W),
            "nll_loss_forward: N is 5 in x but 3 in target.\n  x (N, C) = (5, 4)\n  target (N,) = (3,)\n  w (C,) = (4,)",
        ),
        (
            "nll_loss",
            (X, LABELS.astype(float)),
            "nll_loss_forward: target holds float64, not whole numbers; try target.astype(np.int64)",
        ),
        ("cross_entropy", (X, LABELS + 1), "cross_entropy_forward: target[2] is 4, but C is 4: give 0 to 3"),
        (
            "cross_entropy",
            (X[:, :0], LABELS),
            "cross_entropy_forward: C is 0, there are no classes to choose from.\n  x (N, C) = (5, 0)\n  target (N,) = (5,)",
        ),
        (
            "cross_entropy",
            (X, LABELS.astype(float)),
            "cross_entropy_forward: x and target must have one shape.\n  x = (5, 4)\n  target = (5,)\n"
            "This target holds probabilities; for labels, try target.astype(np.int64).",
        ),
        (
            "cross_entropy",
            (np.ones((2, 4, 5, 3)), np.ones((2, 3, 5), int)),
            "cross_entropy_forward: d1 is 5 in x but 3 in target.\n"
            "  x (N, C, d1, d2) = (2, 4, 5, 3)\n  target (N, d1, d2) = (2, 3, 5)",
        ),
        (
            "binary_cross_entropy",
            (X, np.ones((5, 4))),
            f"binary_cross_entropy_forward: x[0, 1] is {X[0, 1]:g}, not a probability: give 0 to 1; "
            "for scores before the sigmoid, try binary_cross_entropy_with_logits",
        ),
        (
            "binary_cross_entropy",
            (np.array([0.5, 0.5]), np.array([1.0, 2.0])),
            "binary_cross_entropy_forward: target[1] is 2, not a probability: give 0 to 1",
        ),
        (
            "binary_cross_entropy_with_logits",
            (X, X, None, np.ones(5)),
            "binary_cross_entropy_with_logits_forward: pos_weight does not stretch to the shape of x; give one number a class, "
            "lined up with x's axes from the last.\n  x = (5, 4)\n  pos_weight = (5,)",
        ),
        ("dice_loss", (X, X), "dice_loss_forward: x and target need axes (N, K, …) and pixels behind them.\n  x = (5, 4)"),
    ],
)
def test_the_whole_message(op, arrays, message):
    with pytest.raises((ShapeError, ValueError, TypeError)) as caught:
        pair(op)[0](*arrays)
    assert str(caught.value) == message


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    ("op", "options"),
    [
        *[(op, {"reduction": "average"}) for op in ("mse_loss", "l1_loss", "smooth_l1_loss", "nll_loss", "cross_entropy")],
        *[(op, {"reduction": "batchmean"}) for op in ("mse_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits")],
        ("kl_div", {"reduction": "average"}),
        ("dice_loss", {"reduction": "average"}),
        ("smooth_l1_loss", {"beta": -0.5}),
        ("smooth_l1_loss", {"beta": "1"}),
        ("cross_entropy", {"label_smoothing": 1.5}),
        ("cross_entropy", {"ignore_index": 1.5}),
        ("nll_loss", {"ignore_index": None}),
    ],
)
def test_both_refuse_the_same_options(op, options):
    arrays = CASES[op][0].arrays(np.random.default_rng(0))
    with pytest.raises((ValueError, TypeError), match=f"^{op}_forward: {next(iter(options))} is "):
        pair(op)[0](*arrays, **options)
    with pytest.raises((ValueError, TypeError, RuntimeError, AttributeError)):
        twin(op)[0](*to_torch(*arrays), **options)


def test_both_refuse_an_ignored_label_beside_probabilities():
    with pytest.raises(ValueError, match="ignore_index is 1, but target holds probabilities: there is no label to ignore"):
        cross_entropy_forward(X, soft(X), ignore_index=1)
    with pytest.raises(RuntimeError, match="ignore_index"):
        twin("cross_entropy")[0](*to_torch(X, soft(X)), ignore_index=1)


@pytest.mark.parametrize("value", [np.nan, -0.1, 1.1])
def test_both_refuse_what_is_no_probability(value):
    bad, good = np.array([0.5, value]), np.array([0.5, 0.5])
    for arrays in ((bad, good), (good, bad)):
        with pytest.raises(ValueError, match=f"is {value:g}, not a probability"):
            binary_cross_entropy_forward(*arrays)
        with pytest.raises(RuntimeError, match="between 0 and 1"):
            twin("binary_cross_entropy")[0](*to_torch(*arrays))


def test_worked_numbers():
    x, target = np.array([1.0, 2.0, 4.0]), np.array([1.0, 4.0, 1.0])  # off by 0, −2 and 3
    assert mse_loss_forward(x, target)[0] == pytest.approx(13 / 3)
    assert l1_loss_forward(x, target)[0] == pytest.approx(5 / 3)
    assert smooth_l1_loss_forward(x, target, reduction="none")[0].tolist() == [0, 1.5, 2.5]
    assert mse_loss_backward(1, mse_loss_forward(x, target, reduction="sum")[1])[0].tolist() == [0, -4, 6]
    p, t = np.array([[[0.5, 1.0]]]), np.array([[[0.0, 1.0]]])
    assert dice_loss_forward(p, t, smooth=0)[0] == pytest.approx(1 - 2 / 2.25)
    assert kl_div_forward(np.log([0.25, 0.75]), np.array([0.5, 0.5]), reduction="sum")[0] == pytest.approx(np.log(4 / 3) / 2)


def test_a_loss_is_a_number_and_its_gradient_starts_from_one():
    y, cache = cross_entropy_forward(X.astype(np.float32), LABELS)
    assert isinstance(y, np.float32)
    dx, none, nothing = cross_entropy_backward(1.0, cache)
    np.testing.assert_allclose(dx, (soft(X) - np.eye(4)[LABELS]) / 5, atol=1e-6)
    assert none is nothing is None


def test_equal_scores_cost_the_logarithm_of_the_number_of_classes():
    assert cross_entropy_forward(np.full((5, 4), 7.0), LABELS)[0] == pytest.approx(np.log(4))


def test_cross_entropy_is_the_likelihood_of_softmax():
    log_p = np.log(soft(X))
    for reduction in ("none", "sum", "mean"):
        together, cache = cross_entropy_forward(X, LABELS, W, reduction=reduction)
        apart, apart_cache = nll_loss_forward(log_p, LABELS, W, reduction=reduction)
        np.testing.assert_allclose(together, apart)
        dy = np.ones(np.shape(together))
        d_log_p = nll_loss_backward(dy, apart_cache)[0]
        through = d_log_p - soft(X) * d_log_p.sum(axis=1, keepdims=True)  # log-softmax's own backward
        np.testing.assert_allclose(cross_entropy_backward(dy, cache)[0], through, atol=1e-15)


def test_smoothing_is_a_softer_target():
    softer = 0.7 * np.eye(4)[LABELS] + 0.3 / 4
    np.testing.assert_allclose(
        cross_entropy_forward(X, LABELS, W, label_smoothing=0.3, reduction="sum")[0],
        cross_entropy_forward(X, softer, W, reduction="sum")[0],
    )


def test_cross_entropy_is_entropy_and_divergence():
    q, log_p = soft(RNG.standard_normal((5, 4))), np.log(soft(X))
    entropy = -(q * np.log(q)).sum() / 5
    divergence = kl_div_forward(log_p, q, reduction="batchmean")[0]
    assert cross_entropy_forward(X, q)[0] == pytest.approx(entropy + divergence)


def test_two_classes_are_one_yes_or_no():
    x, t = X[:, :2], LABELS % 2
    score, yes = x[:, 1] - x[:, 0], t.astype(float)
    wanted = cross_entropy_forward(x, t)[0]
    assert binary_cross_entropy_with_logits_forward(score, yes)[0] == pytest.approx(wanted)
    assert binary_cross_entropy_forward(1 / (1 + np.exp(-score)), yes)[0] == pytest.approx(wanted)


def test_a_confident_mistake_keeps_its_loss_and_its_gradient():
    x, t = np.array([1000.0, -1000.0], np.float32), np.array([0.0, 1.0], np.float32)
    y, cache = binary_cross_entropy_with_logits_forward(x, t, reduction="none")
    assert y.tolist() == [1000, 1000]
    assert binary_cross_entropy_with_logits_backward(np.ones_like(y), cache)[0].tolist() == [1, -1]
    assert cross_entropy_forward(np.array([[-1e4, 1e4]]), np.array([0]))[0] == 2e4


def test_a_mean_of_nothing_is_nan_and_pulls_at_nothing():
    y, cache = cross_entropy_forward(X, np.full(5, -100), W)
    assert np.isnan(y)
    assert not cross_entropy_backward(1.0, cache)[0].any()


def test_dice_is_0_on_the_target_and_1_beside_it():
    left, right = np.zeros((1, 1, 4, 4)), np.zeros((1, 1, 4, 4))
    left[..., :2], right[..., 2:] = 0.5, 1
    assert dice_loss_forward(left, left)[0] == 0
    assert dice_loss_forward(left, right, smooth=0)[0] == 1
    assert dice_loss_forward(0 * left, 0 * left)[0] == 0


def test_the_package_offers_every_loss():
    assert {name.removesuffix("_forward") for name in losses.__all__ if name.endswith("_forward")} <= set(CASES)


@pytest.mark.parametrize("odd", [-np.inf, np.nan])
def test_an_ignored_row_may_hold_anything(odd):
    x = np.array([[odd, odd], [1.0, 2.0]])
    assert cross_entropy_forward(x, np.array([-100, 0]))[0] == pytest.approx(np.log(1 + np.e))
