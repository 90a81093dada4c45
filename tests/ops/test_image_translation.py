"""Gram matrices forget places, total variation sees edges; what does not fit is refused."""

import numpy as np
import pytest
from operations import pair, twin

from dlkit.device import to_torch
from dlkit.errors import ShapeError
from dlkit.numpy_ops.image_translation import (
    gram_matrix_backward,
    gram_matrix_forward,
    total_variation_backward,
    total_variation_forward,
)


def test_a_gram_matrix_forgets_where_things_were():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 3, 5, 4))
    y, _ = gram_matrix_forward(x)
    shuffled = x.reshape(2, 3, 20)[:, :, rng.permutation(20)].reshape(x.shape)
    np.testing.assert_allclose(gram_matrix_forward(shuffled)[0], y)
    np.testing.assert_allclose(y, y.transpose(0, 2, 1))
    assert np.linalg.eigvalsh(y).min() > -1e-12


def test_worked_gram_matrix():
    x = np.array([[[[1.0, 2.0]], [[3.0, 4.0]]]])  # two channels of two pixels
    assert gram_matrix_forward(x, normalize=False)[0].tolist() == [[[5, 11], [11, 25]]]
    assert gram_matrix_forward(x)[0].tolist() == [[[1.25, 2.75], [2.75, 6.25]]]


def test_the_slope_of_a_style_loss_is_the_papers():
    """Equation 6 of Gatys and others, with their factor 1 / (4·C²·M²), where the activations are positive."""
    rng = np.random.default_rng(0)
    x, style = rng.random((1, 3, 5, 4)), rng.random((1, 3, 5, 4))
    difference = gram_matrix_forward(x, normalize=False)[0] - gram_matrix_forward(style, normalize=False)[0]
    dy = difference / (2 * 3**2 * 20**2)
    dx = gram_matrix_backward(dy, gram_matrix_forward(x, normalize=False)[1])
    np.testing.assert_allclose(dx.reshape(3, 20), difference[0] @ x.reshape(3, 20) / (3**2 * 20**2))


def test_worked_total_variation():
    x = np.array([[[[1.0, 4.0], [3.0, 3.0]]], [[[2.0, 2.0], [2.0, 2.0]]]])
    y, cache = total_variation_forward(x, reduction="none")
    assert y.tolist() == [6, 0]  # |3 − 1| + |3 − 4| down, |4 − 1| + 0 across
    dx = total_variation_backward(np.ones(2), cache)
    assert dx[0, 0].tolist() == [[-2, 2], [1, -1]]
    assert (dx[1] == 0).all()  # between equal pixels there is no slope
    assert total_variation_forward(x)[0] == 3


@pytest.mark.parametrize("op", ["gram_matrix", "total_variation"])
def test_the_whole_message(op):
    with pytest.raises(ShapeError) as caught:
        pair(op)[0](np.ones((3, 5, 4)))
    assert str(caught.value) == (
        f"{op}_forward: x has 3 axes, 4 expected. For a missing N axis of one, try x[None].\n  x (N, C, H, W) = (3, 5, 4)"
    )


def test_options_that_do_not_exist_are_refused():
    with pytest.raises(TypeError, match="gram_matrix_forward: normalize is 'pixels'; give True or False"):
        gram_matrix_forward(np.ones((1, 2, 3, 4)), normalize="pixels")
    with pytest.raises(ValueError, match="total_variation_forward: reduction is 'pixels'; give 'none' or 'sum' or 'mean'"):
        total_variation_forward(np.ones((1, 2, 3, 4)), reduction="pixels")
    with pytest.raises(KeyError):
        twin("total_variation")[0](to_torch(np.ones((1, 2, 3, 4))), reduction="pixels")
