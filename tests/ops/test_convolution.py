"""Convolution: what does not fit is refused by letter, worked examples, the fast form against the loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from operations import pair, twin

from dlkit.cases import CASES
from dlkit.device import to_torch
from dlkit.errors import ShapeError
from dlkit.numpy_ops.convolution import (
    conv1d_forward,
    conv2d_backward,
    conv2d_forward,
    conv_transpose2d_forward,
    im2col,
    output_size,
)
from dlkit.numpy_ops.convolution_loops import conv2d_loops_backward, conv2d_loops_forward


def images(**changes):
    """A convolution that fits, with some shapes changed."""
    shapes = {"x": (2, 3, 7, 6), "w": (4, 3, 3, 2), "b": (4,)} | changes
    return [np.ones(shapes[name]) for name in "xwb"]


@pytest.mark.parametrize("forward", [conv2d_forward, conv2d_loops_forward])
@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        ({"x": (2, 1, 7, 6)}, {}, "C_in is 1 in x but 3 in w"),
        ({"b": (3,)}, {}, "C_out is 4 in w but 3 in b"),
        ({"x": (3, 7, 6)}, {}, r"x has 3 axes, 4 expected. For a missing N axis of one, try x\[None\]"),
        ({"x": (2, 3, 2, 6)}, {}, "the kernel spans 3 cells along the height, the padded input has 2"),
        ({"x": (2, 3, 7, 0)}, {}, "the kernel spans 2 cells along the width, the padded input has 0"),
        ({}, {"dilation": 4}, "the kernel spans 9 cells along the height"),
        ({}, {"stride": 0}, "stride is 0; the smallest allowed is 1"),
        ({}, {"stride": (1, -1)}, "the smallest allowed is 1"),
        ({}, {"stride": (1, 1, 1)}, "stride has 3 numbers"),
        ({}, {"padding": -1}, "padding is -1; the smallest allowed is 0"),
        ({}, {"padding": "full"}, 'padding is \'full\'; give a whole number, "same" or "valid"'),
        ({}, {"padding": "same", "stride": 2}, "needs stride 1"),
        ({}, {"groups": 2}, "C_in is 3, which groups=2 does not divide"),
        ({"w": (4, 1, 3, 2)}, {"groups": 3}, "C_out is 4, which groups=3 does not divide"),
        ({}, {"groups": 3}, "C_in/groups is 1 in the options but 3 in w"),
        ({}, {"groups": 0}, "groups is 0"),
        ({"w": (4, 3, 0, 2)}, {}, "an axis of the filters has no cells"),
    ],
)
def test_what_does_not_fit_is_refused_by_letter(forward, changes, options, message):
    with pytest.raises(ShapeError, match=message) as caught:
        forward(*images(**changes), **options)
    assert str(caught.value).startswith(f"{forward.__name__}: ")


@pytest.mark.parametrize("options", [{"stride": 1.5}, {"padding": "1"}, {"dilation": (1, None)}, {"stride": True}])
def test_options_that_are_no_numbers_are_refused(options):
    with pytest.raises((TypeError, ShapeError), match=next(iter(options))):
        conv2d_forward(*images(), **options)


def test_the_whole_message():
    with pytest.raises(ShapeError) as caught:
        conv2d_forward(np.ones((8, 1, 28, 28)), np.ones((16, 3, 3, 3)))
    assert str(caught.value) == (
        "conv2d_forward: C_in is 1 in x but 3 in w.\n"
        "  x (N, C_in, H, W) = (8, 1, 28, 28)\n"
        "  w (C_out, C_in, KH, KW) = (16, 3, 3, 3)"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stride": 0}, "stride is 0; the smallest allowed is 1"),
        ({"stride": 1.5}, "stride is 1.5; give a whole number"),
        ({"stride": (1, 2)}, r"stride has 2 numbers, \(1, 2\); give one$"),
        ({"dilation": 9}, "spans 37 cells along the length"),
        ({"padding": "same", "stride": 2}, 'padding="same" needs stride 1'),
        ({"groups": (2, 2)}, r"groups is \(2, 2\); give a whole number"),
    ],
)
def test_signals_speak_of_signals(options, message):
    with pytest.raises((ShapeError, TypeError), match=message) as caught:
        conv1d_forward(np.ones((2, 3, 6)), np.ones((1, 3, 5)), **options)
    assert "height" not in str(caught.value)
    with pytest.raises(ShapeError, match=r"x \(N, C_in, L\) = \(2, 3, 4\)"):
        conv1d_forward(np.ones((2, 3, 4)), np.ones((1, 3, 5)))


@pytest.mark.parametrize(
    ("x", "kernel", "message"),
    [
        (np.ones(3), (2, 2), "x has 1 axis, 4 expected"),
        ([1.0], (2, 2), "x is a list"),
        (np.ones((1, 1, 4, 4)), (2, 2, 2), "kernel has 3 numbers"),
        (np.ones((1, 1, 4, 4)), (5, 2), "the kernel spans 5 cells along the height"),
    ],
)
def test_im2col_refuses_what_does_not_fit(x, kernel, message):
    with pytest.raises((ShapeError, TypeError), match=message):
        im2col(x, kernel)


@pytest.mark.parametrize(("n", "f", "options"), [(7.5, 3, {}), (7, 3, {"stride": (1, 2)}), (7, 0, {}), (7, 3, {"padding": -1})])
def test_output_size_refuses_what_is_no_size(n, f, options):
    with pytest.raises((ShapeError, TypeError), match="output_size: "):
        output_size(n, f, **options)


def test_a_tensor_is_told_how_to_become_an_array():
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match=r"x is a torch.Tensor, not a NumPy array; try to_numpy\(x\)"):
        conv2d_forward(torch.ones(1, 1, 3, 3), np.ones((1, 1, 2, 2)))


sizes = st.integers(1, 4)


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(0, 3), c=sizes, k=sizes, groups=st.integers(1, 3), kernel=st.tuples(sizes, sizes),
    extra=st.tuples(st.integers(0, 5), st.integers(0, 5)), stride=st.tuples(sizes, sizes),
    padding=st.tuples(st.integers(0, 3), st.integers(0, 3)), dilation=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    seed=st.integers(0, 2**16),
)  # fmt: skip
def test_fast_and_readable_convolution_agree(n, c, k, groups, kernel, extra, stride, padding, dilation, seed):
    rng = np.random.default_rng(seed)
    h, w = (d * (f - 1) + 1 + e for d, f, e in zip(dilation, kernel, extra, strict=True))
    arrays = [rng.standard_normal(s) for s in ((n, c * groups, h, w), (k * groups, c, *kernel), (k * groups,))]
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    fast, fast_cache = conv2d_forward(*arrays, **options)
    plain, plain_cache = conv2d_loops_forward(*arrays, **options)
    np.testing.assert_allclose(fast, plain, rtol=1e-10, atol=1e-10)
    dy = rng.standard_normal(fast.shape)
    for a, b in zip(conv2d_backward(dy, fast_cache), conv2d_loops_backward(dy, plain_cache), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10)
    expected = [output_size(s, f, stride=t, padding=p, dilation=d)
                for s, f, t, p, d in zip((h, w), kernel, stride, padding, dilation, strict=True)]  # fmt: skip
    assert list(fast.shape[2:]) == expected


def test_chunks_do_not_show(monkeypatch):
    from dlkit.numpy_ops.convolution import columns

    x, w, b = CASES["conv2d"][0].arrays(np.random.default_rng(0))
    x = np.concatenate([x] * 3)
    whole, _ = conv2d_forward(x, w, b, padding=1)
    monkeypatch.setattr(columns, "_CHUNK_BYTES", 8000)  # two images at a time, and a last chunk of its own size
    parts, _ = conv2d_forward(x, w, b, padding=1)
    np.testing.assert_allclose(parts, whole, rtol=1e-12)


def test_columns_times_filters_is_convolution():
    x, w, b = CASES["conv2d"][0].arrays(np.random.default_rng(0))
    y, _ = conv2d_forward(x, w, b, stride=2, padding=1)
    columns = im2col(x, w.shape[2:], stride=2, padding=1)
    np.testing.assert_allclose((w.reshape(len(w), -1) @ columns + b[:, None]).reshape(y.shape), y, rtol=1e-12)


@pytest.mark.parametrize(("n", "f", "options", "size"), [
    (7, 3, {}, 5), (7, 3, {"stride": 2}, 3), (7, 3, {"stride": 3}, 2), (32, 5, {"padding": 2}, 32), (7, 3, {"dilation": 3}, 1),
])  # fmt: skip
def test_output_size_of_worked_examples(n, f, options, size):
    assert output_size(n, f, **options) == size


def test_output_size_refuses_a_filter_that_does_not_fit():
    with pytest.raises(ShapeError, match="the kernel spans 5 cells along the length, the padded input has 4"):
        output_size(2, 5, padding=1)


def test_worked_matrices():
    x = np.array([[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]], float)
    w = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], float)
    y, _ = conv2d_forward(x[None, None], w[None, None])
    assert y[0, 0].tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]


@pytest.mark.parametrize("options", [
    {"stride": 0}, {"padding": -1}, {"groups": 2}, {"groups": 0}, {"dilation": 0}, {"dilation": 9},
    {"padding": "same", "stride": 2}, {"padding": "full"}, {"stride": 1.5}, {"stride": (1, 1, 1)},
])  # fmt: skip
def test_both_refuse_the_same_options(options):
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(s) for s in ((2, 3, 7, 6), (4, 3, 3, 2), (4,))]
    with pytest.raises((ValueError, TypeError)):
        pair("conv2d")[0](*arrays, **options)
    with pytest.raises((ValueError, TypeError, RuntimeError)):
        twin("conv2d")[0](*to_torch(*arrays), **options)


def test_a_pixel_becomes_the_kernel():
    x, w = np.array([[1.0, 2], [3, 4]]), np.array([[1.0, 10], [100, 1000]])
    apart, _ = conv_transpose2d_forward(x[None, None], w[None, None], stride=2)
    assert apart[0, 0].tolist() == np.kron(x, w).tolist()
    overlapping, _ = conv_transpose2d_forward(x[None, None], w[None, None])
    assert overlapping[0, 0].tolist() == [[1, 12, 20], [103, 1234, 2040], [300, 3400, 4000]]


def test_conv_transpose2d_is_the_transpose_of_conv2d():
    """⟨conv(y), x⟩ = ⟨y, conv_transpose(x)⟩."""
    rng, options = np.random.default_rng(0), {"stride": 2, "padding": 1, "groups": 2}
    y, w = rng.standard_normal((2, 4, 7, 9)), rng.standard_normal((6, 2, 3, 5))
    small, _ = conv2d_forward(y, w, **options)
    x = rng.standard_normal(small.shape)
    large, _ = conv_transpose2d_forward(x, w, **options)
    assert large.shape == y.shape
    np.testing.assert_allclose((small * x).sum(), (y * large).sum(), rtol=1e-12)


@pytest.mark.parametrize(
    ("shapes", "options", "message"),
    [
        ({"x": (2, 4, 5, 4)}, {}, "C_in is 4 in x but 3 in w"),
        ({"b": (3,)}, {}, "C_out is 6 in w but 3 in b"),
        ({"b": (6,)}, {"groups": 3}, "C_out is 18 in w but 6 in b"),
        ({"b": (12,)}, {"groups": 2}, "C_in is 3, which groups=2 does not divide"),
        ({"w": (3, 6, 0, 2)}, {}, "an axis of the filters has no cells"),
        (
            {},
            {"output_padding": 1},
            r"output_padding is 1 along the height; give less than the stride \(1\) or the dilation \(1\)",
        ),
        ({}, {"padding": 4}, "nothing is left along the height: 5 cells spread over 7, padding cuts 8 away"),
        ({"x": (2, 3, 5, 0)}, {}, "nothing is left along the width"),
        ({}, {"padding": "same"}, "padding is 'same'; give a whole number"),
        ({}, {"stride": 0}, "stride is 0"),
        ({}, {"dilation": 0}, "dilation is 0"),
        ({}, {"output_padding": -1}, "output_padding is -1"),
        ({}, {"stride": (1, 2, 3)}, "stride has 3 numbers"),
    ],
)
def test_transposed_convolution_refuses_what_pytorch_does(shapes, options, message):
    shapes = {"x": (2, 3, 5, 4), "w": (3, 6, 3, 2), "b": (6,)} | shapes
    arrays = [np.ones(shapes[name]) for name in "xwb"]
    with pytest.raises((ShapeError, TypeError), match=f"^conv_transpose2d_forward: .*{message}"):
        conv_transpose2d_forward(*arrays, **options)
    with pytest.raises((ValueError, TypeError, RuntimeError)):
        twin("conv_transpose2d")[0](*to_torch(*arrays), **options)
