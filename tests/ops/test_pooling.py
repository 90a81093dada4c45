"""Pooling: worked examples, what is refused, the fast form against the loops."""

import numpy as np
import pytest
from operations import pair, twin

from dlkit.cases import RANDOM
from dlkit.device import to_torch
from dlkit.numpy_ops import pooling as ops
from dlkit.numpy_ops.pooling import cells

IMAGE = np.array([[1.0, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])[None, None]


def test_worked_maxima_and_means():
    y, cache = ops.max_pool2d_forward(IMAGE, kernel_size=2, stride=2)
    assert y[0, 0].tolist() == [[6, 8], [3, 4]]
    dx = ops.max_pool2d_backward(np.array([[[[1.0, 2], [3, 4]]]]), cache)
    assert dx[0, 0].tolist() == [[0, 0, 0, 0], [0, 1, 0, 2], [3, 0, 0, 0], [0, 0, 0, 4]]
    y, cache = ops.avg_pool2d_forward(IMAGE, kernel_size=2)
    assert y[0, 0].tolist() == [[3.25, 5.25], [2, 2]]
    assert ops.avg_pool2d_backward(4 * np.ones_like(y), cache).tolist() == np.ones_like(IMAGE).tolist()


def test_a_pixel_that_wins_several_windows_gets_all_their_gradients():
    x = np.zeros((1, 1, 5, 5))
    x[0, 0, 2, 2] = 1
    y, cache = ops.max_pool2d_forward(x, kernel_size=3, stride=2)
    dx = ops.max_pool2d_backward(np.ones_like(y), cache)
    assert dx[0, 0, 2, 2] == dx.sum() == 4


def test_of_equal_numbers_the_first_in_reading_order_wins():
    y, cache = ops.max_pool2d_forward(np.ones((1, 1, 2, 2)), kernel_size=2)
    assert ops.max_pool2d_backward(y, cache)[0, 0].tolist() == [[1, 0], [0, 0]]


def test_global_pooling_is_adaptive_pooling_to_one_pixel_and_one_large_window():
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5))
    mean, _ = ops.global_avg_pool2d_forward(x)
    np.testing.assert_allclose(mean, ops.adaptive_avg_pool2d_forward(x, output_size=1)[0][..., 0, 0])
    np.testing.assert_allclose(mean, ops.avg_pool2d_forward(x, kernel_size=(4, 5))[0][..., 0, 0])
    largest, _ = ops.global_max_pool2d_forward(x)
    assert np.array_equal(largest, ops.max_pool2d_forward(x, kernel_size=(4, 5))[0][..., 0, 0])


@pytest.mark.parametrize("op", ["max_pool2d", "avg_pool2d"])
def test_chunks_do_not_show(op, monkeypatch):
    case = RANDOM[op](np.random.default_rng(2))
    x = np.random.default_rng(0).standard_normal((5, *case.shapes[0][1:]))
    forward, backward = pair(op)
    y, cache = forward(x, **case.options)
    dx = backward(y, cache)
    monkeypatch.setattr(cells, "_CHUNK_NUMBERS", 2 * x[0].size)
    y2, cache = forward(x, **case.options)
    assert np.array_equal(y, y2)
    assert np.array_equal(dx, backward(y, cache))


def test_the_whole_message():
    with pytest.raises(ValueError, match="max_pool2d_forward") as caught:
        ops.max_pool2d_forward(np.ones((2, 3, 4, 6)), kernel_size=5)
    assert str(caught.value) == (
        "max_pool2d_forward: the kernel spans 5 cells along the height, the padded input has 4 (4 + 0).\n"
        "  x (N, C, H, W) = (2, 3, 4, 6)\n"
        "  Try more padding or a smaller kernel."
    )


def test_a_window_on_padding_alone_is_refused():
    with pytest.raises(ValueError, match="max_pool1d_forward: a window sees nothing but padding along the length"):
        ops.max_pool1d_forward(np.ones((1, 1, 1)), kernel_size=2, padding=1, dilation=2)


@pytest.mark.parametrize(
    ("op", "options", "message"),
    [
        ("max_pool2d", {"kernel_size": 0}, "kernel_size is 0; the smallest allowed is 1"),
        ("max_pool2d", {"kernel_size": (2, 2, 2)}, "kernel_size has 3 numbers"),
        ("max_pool2d", {"kernel_size": 2, "stride": 0}, "stride is 0"),
        ("max_pool2d", {"kernel_size": 3, "padding": 2}, "padding is 2 along the height, more than half"),
        ("max_pool2d", {"kernel_size": 3, "padding": 2, "dilation": 2}, "padding is 2"),
        ("max_pool2d", {"kernel_size": 3, "padding": "same"}, "padding is 'same'; give a whole number"),
        ("max_pool2d", {"kernel_size": 2, "dilation": 0}, "dilation is 0"),
        ("max_pool2d", {"kernel_size": 9, "stride": 2, "ceil_mode": True}, "the kernel spans 9 cells along the height"),
        ("max_pool2d", {"kernel_size": 2, "ceil_mode": "yes"}, "ceil_mode is 'yes'; give True or False"),
        ("avg_pool2d", {"kernel_size": 2, "divisor_override": 0}, "divisor_override is 0"),
        ("avg_pool2d", {"kernel_size": 2, "divisor_override": 2.5}, "divisor_override is 2.5; give a whole number"),
        ("avg_pool2d", {"kernel_size": 2, "count_include_pad": "yes"}, "count_include_pad is 'yes'"),
        ("adaptive_avg_pool2d", {"output_size": -1}, "output_size is -1"),
        ("adaptive_avg_pool2d", {"output_size": (3,)}, "output_size has 1 numbers"),
        ("adaptive_avg_pool2d", {"output_size": None}, "output_size is None"),
    ],
)  # fmt: skip
def test_both_refuse_the_same_options(op, options, message):
    x = np.random.default_rng(0).standard_normal((2, 3, 7, 6))
    with pytest.raises((ValueError, TypeError), match=f"^{op}_forward: {message}"):
        pair(op)[0](x, **options)
    with pytest.raises((ValueError, TypeError, RuntimeError)):
        twin(op)[0](to_torch(x), **options)
