"""Messages about shapes, whole."""

import numpy as np
import pytest

from dlkit.errors import ShapeError
from dlkit.shapes import expect_floats, expect_shapes, label, parse, per_axis, whole

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
