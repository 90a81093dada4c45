"""Messages about shapes, whole."""

import numpy as np
import pytest

from dlkit.errors import ShapeError
from dlkit.shapes import (
    expect_below,
    expect_floats,
    expect_same_shape,
    expect_shapes,
    expect_upstream,
    expect_whole_numbers,
    flag,
    label,
    number,
    one_of,
    parse,
    per_axis,
    whole,
)

SPEC = "x[N C_in H W] w[C_out C_in KH KW] b[C_out]?"


def arrays(*shapes):
    return [None if s is None else np.ones(s) for s in shapes]


def test_sizes_come_back_by_letter():
    sizes = expect_shapes("f", SPEC, *arrays((2, 3, 5, 4), (6, 3, 2, 1), None))
    assert sizes == {"N": 2, "C_in": 3, "H": 5, "W": 4, "C_out": 6, "KH": 2, "KW": 1}


@pytest.mark.parametrize(("shapes", "message"), [
    (((2, 3, 5, 4), (6, 1, 2, 1), (6,)), """f: C_in is 3 in x but 1 in w.
  x (N, C_in, H, W) = (2, 3, 5, 4)
  w (C_out, C_in, KH, KW) = (6, 1, 2, 1)
  b (C_out,) = (6,)"""),
    (((2, 3, 5, 4), (6, 3, 2, 1), (7,)), """f: C_out is 6 in w but 7 in b.
  x (N, C_in, H, W) = (2, 3, 5, 4)
  w (C_out, C_in, KH, KW) = (6, 3, 2, 1)
  b (C_out,) = (7,)"""),
    (((5, 4), (6, 3, 2, 1), None), """f: x has 2 axes, 4 expected.
  x (N, C_in, H, W) = (5, 4)
  w (C_out, C_in, KH, KW) = (6, 3, 2, 1)"""),
    (((3, 5, 4), (6, 3, 2, 1), None), """f: x has 3 axes, 4 expected. For a missing N axis of one, try x[None].
  x (N, C_in, H, W) = (3, 5, 4)
  w (C_out, C_in, KH, KW) = (6, 3, 2, 1)"""),
    (((2, 3, 5, 4), (6, 3, 2, 1), (6, 1)), """f: b has 2 axes, 1 expected. To drop the axis of size 1, try b.squeeze(1).
  x (N, C_in, H, W) = (2, 3, 5, 4)
  w (C_out, C_in, KH, KW) = (6, 3, 2, 1)
  b (C_out,) = (6, 1)"""),
])  # fmt: skip
def test_messages(shapes, message):
    with pytest.raises(ShapeError) as caught:
        expect_shapes("f", SPEC, *arrays(*shapes))
    assert str(caught.value) == message


def test_sizes_fixed_beforehand():
    with pytest.raises(ShapeError, match="N is 3 in the options but 2 in dy"):
        expect_shapes("f", "dy[N D]", np.ones((2, 5)), N=3)


def test_what_is_no_array():
    with pytest.raises(TypeError, match=r"f: w is a list, not an array; try np.asarray\(w, dtype=float\)"):
        expect_shapes("f", "w[N]", [1, 2])
    with pytest.raises(TypeError, match="f: w is a NoneType"):
        expect_shapes("f", "w[N]", None)
    with pytest.raises(TypeError, match="names 1 arrays, 2 came"):
        expect_shapes("f", "w[N]", np.ones(1), np.ones(1))


def test_options():
    assert per_axis("f", "stride", 2, least=1) == per_axis("f", "stride", [2, 2], least=1) == (2, 2)
    assert per_axis("f", "stride", np.int64(3), least=1, sides=("length",)) == (3,)
    with pytest.raises(TypeError, match=r"f: stride is 1.5; give a whole number$"):
        per_axis("f", "stride", 1.5, least=1)
    with pytest.raises(ShapeError, match="f: stride is 0; the smallest allowed is 1"):
        per_axis("f", "stride", 0, least=1)
    with pytest.raises(ShapeError, match=r"f: stride has 3 numbers, .*; give one, or one for each of height and width"):
        per_axis("f", "stride", (1, 2, 3), least=1)
    with pytest.raises(TypeError, match="f: groups is True; give a whole number"):
        whole("f", "groups", True, least=1)


def refused(error, function, *arguments, **keywords):
    """The whole message of the error that a call raises."""
    with pytest.raises(error) as caught:
        function("f", *arguments, **keywords)
    assert type(caught.value) is error
    return str(caught.value)


@pytest.mark.parametrize("value", [0.5, 2, np.float32(0.5), np.int64(2), -3])
def test_a_number_comes_back_as_a_float(value):
    assert type(number("f", "p", value)) is float
    assert number("f", "p", value) == value


@pytest.mark.parametrize(("value", "bounds", "error", "message"), [
    (-0.1, {"least": 0}, ValueError, "f: p is -0.1; at least 0 is allowed"),
    (1.5, {"most": 1}, ValueError, "f: p is 1.5; at most 1 is allowed"),
    (2, {"least": 0, "most": 1}, ValueError, "f: p is 2; 0 to 1 is allowed"),
    (np.nan, {"least": 0, "most": 0.5}, ValueError, "f: p is nan; 0 to 0.5 is allowed"),
    (np.inf, {}, ValueError, "f: p is inf; any finite number is allowed"),
    (np.inf, {"least": 0}, ValueError, "f: p is inf; at least 0 is allowed"),
    ("0.5", {}, TypeError, "f: p is '0.5'; give a number"),
    (True, {}, TypeError, "f: p is True; give a number"),
    (None, {}, TypeError, "f: p is None; give a number"),
    ((1, 2), {}, TypeError, "f: p is (1, 2); give a number"),
    (1j, {}, TypeError, "f: p is 1j; give a number"),
])  # fmt: skip
def test_numbers_refused(value, bounds, error, message):
    assert refused(error, number, "p", value, **bounds) == message


def test_both_bounds_of_a_number_are_allowed():
    assert number("f", "p", 0, least=0, most=1) == 0
    assert number("f", "p", 1, least=0, most=1) == 1
    assert number("f", "p", np.inf, least=0, most=np.inf) == np.inf


def test_a_flag_is_true_or_false():
    assert flag("f", "training", True) is True
    assert flag("f", "training", np.False_) is False
    assert refused(TypeError, flag, "training", "no") == "f: training is 'no'; give True or False"
    assert refused(TypeError, flag, "training", 1) == "f: training is 1; give True or False"


def test_one_word_of_a_few():
    assert one_of("f", "reduction", "sum", "mean", "sum", "none") == "sum"
    message = "f: reduction is 'avg'; give 'mean' or 'sum' or 'none'"
    assert refused(ValueError, one_of, "reduction", "avg", "mean", "sum", "none") == message
    assert refused(ValueError, one_of, "mode", None, "zeros") == "f: mode is None; give 'zeros'"


def test_arrays_of_one_shape():
    expect_same_shape("f", x=np.ones((2, 3)), weight=None, target=np.ones((2, 3)))
    expect_same_shape("f", x=np.ones(()), target=np.float64(1))
    message = "f: x and target must have one shape.\n  x = (2, 1)\n  target = (2,)"
    assert refused(ShapeError, expect_same_shape, x=np.ones((2, 1)), weight=None, target=np.ones(2)) == message
    message = "f: target is a list, not an array; try np.asarray(target, dtype=float)"
    assert refused(TypeError, expect_same_shape, x=np.ones(2), target=[1, 2]) == message


def test_upstream_is_of_the_shape_and_dtype_of_the_result():
    dy = np.ones((2, 3), np.float32)
    assert expect_upstream("f", dy, (2, 3), np.float32) is dy
    assert refused(ShapeError, expect_upstream, dy, (3, 2), dy.dtype) == "f: dy has shape (2, 3), y had (3, 2)"
    message = "f: dh has shape (2, 3), h had (2,)"
    assert refused(ShapeError, expect_upstream, dy, (2,), dy.dtype, name="dh", of="h") == message
    message = "f: y is float64 but dy is float32; try dy.astype(np.float64)"
    assert refused(TypeError, expect_upstream, dy, (2, 3), np.float64) == message
    message = "f: dy holds int64, not floating-point numbers; try dy.astype(np.float32)"
    assert refused(TypeError, expect_upstream, np.ones(2, np.int64), (2,), np.float32) == message
    message = "f: dy is a list, not a NumPy array; try np.asarray(dy, dtype=float)"
    assert refused(TypeError, expect_upstream, [1.0], (1,), np.float64) == message


def test_upstream_of_one_number_may_be_a_python_number():
    dy = expect_upstream("f", 1, (), np.float32)
    assert (dy.shape, dy.dtype, dy) == ((), np.float32, 1)
    assert expect_upstream("f", np.float32(0.5), (), np.float32) == 0.5
    message = "f: dy is a float, not a NumPy array; try np.asarray(dy, dtype=float)"
    assert refused(TypeError, expect_upstream, 1.0, (1,), np.float32) == message


@pytest.mark.parametrize(("labels", "message"), [
    ([0, 1], "f: target is a list, not a NumPy array; try np.asarray(target)"),
    (np.ones(2), "f: target holds float64, not whole numbers; try target.astype(np.int64)"),
    (np.ones(2, bool), "f: target holds bool, not whole numbers; try target.astype(np.int64)"),
])  # fmt: skip
def test_whole_numbers(labels, message):
    expect_whole_numbers("f", target=np.ones(2, np.uint8), positions=None, labels=np.int64(3))
    assert refused(TypeError, expect_whole_numbers, target=labels) == message


def test_a_tensor_of_whole_numbers_is_told_how_to_become_an_array():
    torch = pytest.importorskip("torch")
    message = "f: target is a torch.Tensor, not a NumPy array; try to_numpy(target)"
    assert refused(TypeError, expect_whole_numbers, target=torch.ones(2, dtype=torch.int64)) == message


@pytest.mark.parametrize(("labels", "message"), [
    ([[0, 2], [4, 5]], "f: target[1, 0] is 4, but K is 3: give 0 to 2"),
    ([0, 3, -1], "f: target[1] is 3, but K is 3: give 0 to 2"),
    ([0, -1], "f: target[1] is -1, but K is 3: give 0 to 2"),
    (3, "f: target is 3, but K is 3: give 0 to 2"),
])  # fmt: skip
def test_positions_along_an_axis(labels, message):
    expect_below("f", "target", np.array([[0, 1], [2, 0]]), 3, "K")
    expect_below("f", "target", np.zeros((0, 2), int), 3, "K")
    assert refused(ShapeError, expect_below, "target", np.array(labels), 3, "K") == message


def test_any_number_of_leading_axes():
    sizes = expect_shapes("f", "x[... D] w[K D]", np.ones((2, 3, 5)), np.ones((4, 5)))
    assert sizes == {"D": 5, "K": 4}
    expect_shapes("f", "x[... D]", np.ones(5))
    with pytest.raises(ShapeError, match=r"D is 5 in x but 6 in w.*\n  x \(..., D\) = \(2, 5\)"):
        expect_shapes("f", "x[... D] w[K D]", np.ones((2, 5)), np.ones((4, 6)))


def test_floats():
    expect_floats("f", x=np.ones(2), w=None)
    with pytest.raises(TypeError, match=r"f: x is float64 but w is float32; try w.astype\(np.float64\)"):
        expect_floats("f", x=np.ones(2), w=np.ones(2, np.float32))
    with pytest.raises(TypeError, match="f: x holds bool"):
        expect_floats("f", x=np.ones(2, bool))


def test_parse_and_label():
    assert parse("x[N D] b[D]? n[]") == [("x", ("N", "D"), False), ("b", ("D",), True), ("n", (), False)]
    assert label(("N", "D")) == "(N, D)"
    assert label(("N",)) == "(N,)"
