"""The judge on every way an answer can be wrong: each is caught, explained, and leaves the kernel usable."""

import numpy as np
import pytest
from verdicts import failed, right, verdict_on

from dlkit.check import Call, Exercise, Mistake, check, judge
from dlkit.errors import CheckFailed, ShapeError
from dlkit.exercises import convolution as ex
from dlkit.exercises import welcome
from dlkit.exercises.attention import dot, masks


def test_passed():
    verdict = verdict_on(right)
    assert verdict.passed
    assert repr(verdict) == "✓ conv2d: passed\n  Right on all 6 inputs, drawn at random."


def blank_with_docstring(x, w, b, stride=1, padding=0):
    """Convolve."""


def blank_ellipsis(x, w, b, stride=1, padding=0): ...


def blank_raises(x, w, b, stride=1, padding=0):
    raise NotImplementedError


def blank_returns_ellipsis(x, w, b, stride=1, padding=0):
    return ...


@pytest.mark.parametrize("blank", [blank_with_docstring, blank_ellipsis, blank_raises, blank_returns_ellipsis])
def test_blank(blank):
    assert repr(verdict_on(blank)).startswith("– conv2d: not attempted yet")


def test_forgotten_return():
    def conv2d(x, w, b, stride=1, padding=0):
        y = right(x, w, b, stride, padding)  # noqa: F841

    failed(conv2d, "nothing returned", "conv2d returned nothing", "return …")


def test_wrong_type():
    failed(
        lambda x, w, b, stride=1, padding=0: "y", "type", "y should be an array of numbers, (N, C_out, H_out, W_out) =", "a str"
    )
    failed(lambda x, w, b, stride=1, padding=0: [[1, 2], [3]], "type", "a list that does not read as one")


def test_wrong_count():
    failed(lambda dy, x, w, stride=1, padding=0: x, "count", "3 results are expected, (dx, dw, db); yours returned one array",
           exercise=ex.conv2d_backward)  # fmt: skip
    failed(lambda dy, x, w, stride=1, padding=0: (x, w), "count", "yours returned a tuple of 2", exercise=ex.conv2d_backward)
    failed(lambda x, w, b, stride=1, padding=0: (right(x, w, b, stride, padding), None, None), "count",
           "One result is expected, y; yours returned a tuple of 3")  # fmt: skip


def test_wrong_shape_by_letter():
    def conv2d(x, w, b, stride=1, padding=0):
        return right(x, w, b, stride, padding)[:, :, :, 1:]

    failed(conv2d, "shape", "y (N, C_out, H_out, W_out) should have shape (", "W_out is ", " instead of ")
    failed(lambda x, w, b, stride=1, padding=0: x[0], "shape", "3 axes instead of 4")
    failed(lambda n, f, stride=1, padding=0: np.ones(n), "shape", "size should be one number", exercise=ex.output_size)


def test_wrong_dtype():
    failed(
        lambda x, w, b, stride=1, padding=0: right(x, w, b, stride, padding).astype(int),
        "dtype",
        "whole numbers (int64)",
        "float dtype",
    )
    failed(lambda x, w, b, stride=1, padding=0: right(x, w, b, stride, padding) + 0j, "dtype", "complex", ".real")
    failed(
        lambda labels, classes: welcome.one_hot.reference(labels, classes) > 0,
        "dtype",
        "True and False",
        exercise=welcome.one_hot,
    )
    failed(
        lambda n, f, stride=1, padding=0: float((n - f + 2 * padding) // stride + 1),
        "dtype",
        "float",
        "//",
        exercise=ex.output_size,
    )


def test_wrong_values_with_the_first_index_and_pictures():
    def conv2d(x, w, b, stride=1, padding=0):
        y = right(x, w, b, stride, padding)
        y[1, 0, 1, 2] += 7
        return y

    verdict = failed(conv2d, "value", "y[1, 0, 1, 2] (N 1, C_out 0, H_out 1, W_out 2): yours ", ", expected ", "1 of ")
    assert verdict.mistakes == ()
    assert verdict.picture.count("<text") > 20
    assert "yours" in verdict.picture
    assert verdict.picture in verdict._repr_html_()


def test_nan():
    def conv2d(x, w, b, stride=1, padding=0):
        y = right(x, w, b, stride, padding)
        return y * np.log(np.where(y == y.max(), 0, np.nan))

    failed(conv2d, "nan", "y[0, 0, 0, 0]", "NaN (not a number)", "values are not finite")


def test_changed_input():
    def conv2d(x, w, b, stride=1, padding=0):
        w *= 2
        return right(x, w / 2, b, stride, padding)

    failed(conv2d, "input changed", "conv2d changes its input w in place", "w = w.copy()")


def test_an_input_changed_and_restored_is_no_fault():
    def conv2d(x, w, b, stride=1, padding=0):
        before = w[0, 0, 0, 0]
        w[0, 0, 0, 0] = 99
        w[0, 0, 0, 0] = before
        return right(x, w, b, stride, padding)

    assert verdict_on(conv2d).passed


def test_a_signature_that_does_not_fit():
    def conv2d(x, w, b):
        return right(x, w, b)

    failed(conv2d, "raised", "Right on 2 of 6", "conv2d is called as conv2d(…, …, …, stride=…)", "def conv2d(x, w, b)")


def test_right_on_one_shape_only():
    def conv2d(x, w, b, stride=1, padding=0):
        y = np.zeros_like(right(x, w, b, stride, padding))
        for p in range(1):  # only the first row of windows
            y[:, :, p] = right(x, w, b, stride, padding)[:, :, p]
        return right(x, w, b) if stride == 1 and padding == 0 else y

    failed(conv2d, "value", "Right on 2 of 6 inputs; wrong with x (N, C_in, H, W) = (", "stride = 2")


def test_a_size_written_into_the_code():
    def convolve1d(x, w):
        return np.array([sum(x[p + k] * w[k] for k in range(3)) for p in range(len(x) - 2)])

    failed(convolve1d, "raised", "IndexError", "Right on 2 of 5 inputs", exercise=ex.convolve1d)


def test_hard_coded():
    table = np.array([[4.0, 3, 4], [2, 4, 3], [2, 3, 4]])
    failed(lambda image: table, "hard-coded", exercise=ex.sobel_magnitude)
    failed(
        lambda n, f, stride=1, padding=0: 5,
        "hard-coded",
        "The same numbers came back for different inputs",
        exercise=ex.output_size,
    )


def test_general_slips_are_recognised():
    failed(lambda x, w, b, stride=1, padding=0: -right(x, w, b, stride, padding), "value", "y has the wrong sign")
    failed(lambda x, w, b, stride=1, padding=0: 3 * right(x, w, b, stride, padding), "value", "y is 3 times what it should be")
    failed(lambda image: ex.sobel_magnitude.reference(image).T, "shape", "exchanged", exercise=ex.sobel_magnitude)
    backward = ex.conv2d_backward.reference

    def swapped(dy, x, w, stride=1, padding=0):
        dx, dw, db = backward(dy, x, w, stride, padding)
        return dw, dx, db

    failed(swapped, "shape", "in another order: return (dx, dw, db)", exercise=ex.conv2d_backward)


def test_a_result_instead_of_a_function():
    verdict = judge(ex.output_size, 5)
    assert verdict.kind == "not a function"
    assert "without parentheses" in repr(verdict)


def test_mistakes_that_coincide_on_one_input_are_told_apart():
    """At stride 1 'stride ignored' is right; with a symmetric kernel 'flipped kernel' is."""
    rng = np.random.default_rng(0)
    x, b = rng.standard_normal((2, 2, 6, 5)), rng.standard_normal(3)
    symmetric = np.ones((3, 2, 3, 3))
    for mistake in ex.conv2d.mistakes:
        if mistake.name in ("stride ignored", "flipped kernel", "padding ignored", "transposed kernel"):
            np.testing.assert_allclose(mistake.wrong(x, symmetric, b), right(x, symmetric, b))
            assert verdict_on(mistake.wrong).mistakes == (mistake.name,)


def test_strict_raises_and_records(tmp_path, monkeypatch):
    from dlkit import progress

    monkeypatch.setenv("DLKIT_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.delenv("DLKIT_STRICT", raising=False)
    assert not check(ex.output_size, lambda n, f, stride=1, padding=0: 0).passed
    monkeypatch.setenv("DLKIT_STRICT", "1")
    with pytest.raises(CheckFailed, match="✗ output_size: not right yet"):
        check(ex.output_size, lambda n, f, stride=1, padding=0: 0)
    check(ex.output_size, ex.output_size.reference)
    assert "passed" in str(progress.load())


def test_html_escapes_what_students_write():
    def conv2d(x, w, b, stride=1, padding=0):
        raise ValueError("<script>alert(1)</script>")

    assert "<script>" not in verdict_on(conv2d)._repr_html_()


def test_whole_numbers_are_exact():
    count = ex.count_conv_parameters
    failed(lambda c_in, c_out, f, bias=True: count.reference(c_in, c_out, f, bias) + (c_in > 3), "value", exercise=count)
    failed(lambda c_in, c_out, f, bias=True: count.reference(1000 * c_in, c_out, f, bias), "value", "expected ", exercise=count)
    assert "e+" not in repr(verdict_on(lambda c_in, c_out, f, bias=True: 10**9 + c_in, count))


def test_a_trailing_comma_is_seen():
    failed(lambda n, f, stride=1, padding=0: ((n - f + 2 * padding) // stride + 1,), "count", "comma", exercise=ex.output_size)


def test_numbers_that_look_alike_get_more_digits():
    def standardize(x):
        z = welcome.standardize.reference(x)
        return z + 3e-4 * np.abs(z).max()

    verdict = failed(standardize, "value", exercise=welcome.standardize)
    mine, expected = verdict.says[-2].split("yours ")[1].split(". ")[0].split(", expected ")
    assert mine != expected


def test_lists_of_tensors_that_require_gradients():
    torch = pytest.importorskip("torch")

    def standardize(x):
        return [torch.tensor(row, requires_grad=True) for row in welcome.standardize.reference(x)]

    assert verdict_on(standardize, welcome.standardize).passed


def test_the_failing_input_can_be_had():
    verdict = verdict_on(ex.conv2d.mistakes[0].wrong)
    y = right(*verdict.call.args, **verdict.call.options)
    assert not np.allclose(y, ex.conv2d.mistakes[0].wrong(*verdict.call.args, **verdict.call.options))


def test_exchanged_arguments():
    with pytest.raises(TypeError, match="the exercise comes first"):
        check(right, ex.conv2d)


def test_an_exercise_with_a_finer_tolerance_still_names_its_mistakes():
    from dataclasses import replace

    def slightly_off(x):
        return welcome.standardize.reference(x) * (1 + 1e-6)

    mistake = replace(welcome.standardize.mistakes[0], name="slightly off", wrong=slightly_off)
    fine = replace(welcome.standardize, tolerance=1e-8, mistakes=(mistake,))
    assert judge(welcome.standardize, slightly_off).passed
    assert judge(fine, slightly_off).mistakes == ("slightly off",)


def test_answers_of_which_many_are_right_are_put_through():
    def through(result, x):
        if np.shape(result) != (2,):
            raise ShapeError("Two numbers are expected.")
        return np.array([result[0] + x, result[1] + x])

    exercise = Exercise(
        name="pair",
        lesson="05_convolution",
        reference=lambda x: (1.0, 2.0),
        inputs=lambda rng: [Call((x,)) for x in (1.0, 5.0)],
        takes="",
        returns="y[N]",
        through=through,
        mistakes=(Mistake("three", lambda x: (3.0, 3.0), "Both are three."),),
    )
    assert judge(exercise, lambda x: [1, 2]).passed
    assert judge(exercise, lambda x: np.full(2, 3)).mistakes == ("three",)
    refused = judge(exercise, lambda x: 7)
    assert (refused.kind, refused.says[0]) == ("shape", "Two numbers are expected.")


def test_a_mistake_that_explains_every_part_goes_before_one_that_explains_a_part():
    exercise = Exercise(
        name="both", lesson="00_welcome", reference=lambda x: (x, 2 * x), inputs=lambda rng: [Call((rng.random(3),))],
        takes="x[N]", returns="a[N] b[N]",
        mistakes=(
            Mistake("both are off", lambda x: (x + 1, x), "Both."),
            Mistake("only b is off", lambda x: (x, x), "b."),
        ),
    )  # fmt: skip
    assert judge(exercise, lambda x: (x, x)).mistakes == ("only b is off",)
    assert judge(exercise, lambda x: (x + 1, x)).mistakes == ("both are off",)
    assert judge(exercise, lambda x: (x * x, x)).mistakes == ("both are off",)


def test_an_exercise_may_advise_where_no_mistake_fits():
    exercise = Exercise(
        name="same", lesson="00_welcome", reference=lambda x: x, inputs=lambda rng: [Call((rng.random(3),))],
        takes="x[N]", returns="y[N]", mistakes=(Mistake("doubled", lambda x: 2 * x, "Twice."),),
        advice=lambda mine, right: "" if mine[0][0] == right[0][0] else "The first is wrong already.",
    )  # fmt: skip
    assert "The first is wrong already." in judge(exercise, lambda x: x + x * x + 1).says
    assert "The first is wrong already." not in judge(exercise, lambda x: np.array([x[0], 9, 9])).says
    assert "The first is wrong already." not in judge(exercise, lambda x: 2 * x).says
    assert judge(exercise, lambda x: x[:2]).kind == "shape"


def test_numbers_are_no_mask():
    for kind, zero in ((float, "0.0 and 1.0"), (int, "0 and 1")):
        verdict = judge(masks.causal_mask, lambda length, kind=kind: np.tri(length, dtype=kind))
        assert verdict.kind == "dtype"
        assert f"mask holds {zero} (" in verdict.says[0]
    assert judge(masks.causal_mask, lambda length: np.tri(length, dtype=bool).tolist()).passed
    verdict = judge(masks.causal_mask, lambda length: np.tri(length, dtype=bool) ^ (np.arange(length) == 0))
    assert "yours False, expected True" in repr(verdict)


def test_axes_of_size_one_are_called_so():
    def answer(lengths, size):
        return np.repeat(masks.padding_mask.reference(lengths, size), 4, axis=1)

    assert "the axis of size 1 is 4 instead of 1." in repr(judge(masks.padding_mask, answer))


def test_three_axes_do_not_need_t():
    verdict = judge(dot.dot_product_attention, lambda q, k, v, mask=None: q @ k.T)
    assert "exchanges the last two" in verdict.says[0]
    assert "need .T" not in verdict.says[0]
