"""Interpolation and pixel shuffling: worked examples, PyTorch's rounding, what is refused."""

import numpy as np
import pytest
from operations import pair, twin

from dlkit.device import to_numpy, to_torch
from dlkit.numpy_ops.segmentation import (
    interpolate_backward,
    interpolate_forward,
    pixel_shuffle_backward,
    pixel_shuffle_forward,
)


def test_worked_resizing():
    x = np.array([[1.0, 2], [3, 4]])[None, None]
    y, cache = interpolate_forward(x, scale_factor=2)
    assert y[0, 0].tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
    assert interpolate_backward(np.ones_like(y), cache)[0, 0].tolist() == [[4, 4], [4, 4]]
    row = np.array([0.0, 3])[None, None, None]
    assert interpolate_forward(row, size=(1, 4), mode="bilinear")[0].ravel().tolist() == [0, 0.75, 2.25, 3]
    aligned, _ = interpolate_forward(row, size=(1, 4), mode="bilinear", align_corners=True)
    np.testing.assert_allclose(aligned.ravel(), [0, 1, 2, 3])


def test_every_rounding_of_nearest_is_pytorchs():
    """Small sizes up to large ones, with either option: the pixel picked is the same."""
    theirs = twin("interpolate")[0]
    for n in range(1, 40):
        x = np.arange(float(n))[None, None, :, None]
        many = [{"size": (count, 1)} for count in range(1, 80)]
        for options in many + [{"scale_factor": (f, 1)} for f in (1 / 3, 0.7, 0.9, 1.1, 1.4, 1.6, 2.1, 2.7, 3.3) if n * f >= 1]:
            ours, _ = interpolate_forward(x, **options)
            assert np.array_equal(ours, to_numpy(theirs(to_torch(x), **options)[0])), (n, options)


def test_channels_become_pixels():
    x = np.array([1.0, 2, 3, 4])[None, :, None, None]
    y, cache = pixel_shuffle_forward(x, upscale_factor=2)
    assert y[0, 0].tolist() == [[1, 2], [3, 4]]
    assert np.array_equal(pixel_shuffle_backward(y, cache), x)


def test_the_whole_messages():
    with pytest.raises(ValueError, match="pixel_shuffle_forward") as caught:
        pixel_shuffle_forward(np.ones((2, 10, 3, 4)), upscale_factor=2)
    assert str(caught.value) == (
        "pixel_shuffle_forward: C_in is 10, which 2² = 4 does not divide.\n  x (N, C_in, H, W) = (2, 10, 3, 4)"
    )
    with pytest.raises(ValueError, match="interpolate_forward") as caught:
        interpolate_forward(np.ones((2, 3, 7, 6)), scale_factor=0.1)
    assert str(caught.value) == (
        "interpolate_forward: (3, 7, 6) cannot become (3, 0, 0), an axis is empty.\n  x (N, C, H, W) = (2, 3, 7, 6)"
    )


@pytest.mark.parametrize(
    ("op", "options", "message"),
    [
        ("interpolate", {}, "give one of size and scale_factor, not none"),
        ("interpolate", {"size": 3, "scale_factor": 2}, "give one of size and scale_factor, not both"),
        ("interpolate", {"size": 0}, "size is 0; the smallest allowed is 1"),
        ("interpolate", {"size": 2.5}, "size is 2.5; give a whole number"),
        ("interpolate", {"size": (3,)}, "size has 1 numbers"),
        ("interpolate", {"scale_factor": (1, 2, 3)}, "scale_factor has 3 numbers"),
        ("interpolate", {"scale_factor": -1.0}, "scale_factor is -1.0"),
        ("interpolate", {"scale_factor": 0}, r"\(3, 7, 6\) cannot become \(3, 0, 0\)"),
        ("interpolate", {"scale_factor": float("nan")}, "scale_factor is nan"),
        ("interpolate", {"scale_factor": float("inf")}, "scale_factor is inf"),
        ("interpolate", {"scale_factor": "2"}, "scale_factor is '2'; give a number"),
        ("interpolate", {"size": 3, "mode": "cubic"}, "mode is 'cubic'; give 'nearest' or 'bilinear'"),
        ("interpolate", {"size": 3, "align_corners": False}, "align_corners is False; it says something for mode="),
        ("pixel_shuffle", {"upscale_factor": 0}, "upscale_factor is 0"),
        ("pixel_shuffle", {"upscale_factor": 2.0}, "upscale_factor is 2.0; give a whole number"),
        ("pixel_shuffle", {"upscale_factor": 2}, "C_in is 3, which 2² = 4 does not divide"),
    ],
)
def test_both_refuse_the_same_options(op, options, message):
    x = np.random.default_rng(0).standard_normal((2, 3, 7, 6))
    with pytest.raises((ValueError, TypeError), match=f"^{op}_forward: {message}"):
        pair(op)[0](x, **options)
    with pytest.raises((ValueError, TypeError, RuntimeError, NotImplementedError)):
        twin(op)[0](to_torch(x), **options)


def test_a_shuffle_by_one_is_a_copy():
    x = np.ones((1, 1, 2, 2))
    y, cache = pixel_shuffle_forward(x, upscale_factor=1)
    assert not np.shares_memory(y, x)
    assert not np.shares_memory(pixel_shuffle_backward(y, cache), y)
