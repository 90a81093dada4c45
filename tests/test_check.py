"""The judge on every way an answer can be wrong: each is caught, explained, and leaves the kernel usable."""

import signal
import sys
import threading
import time

import numpy as np
import pytest

from dlkit.attempt import attempt
from dlkit.check import check, judge
from dlkit.errors import CheckFailed
from dlkit.exercises import convolution as ex
from dlkit.exercises import welcome

right = ex.conv2d.reference


def verdict_on(function, exercise=ex.conv2d, seed=0):
    return judge(exercise, function, np.random.default_rng(seed))


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


def failed(function, kind, *fragments, exercise=ex.conv2d):
    verdict = verdict_on(function, exercise)
    text = repr(verdict)
    assert text.startswith(f"✗ {exercise.name}: not right yet"), text
    assert verdict.kind == kind, text
    for fragment in fragments:
        assert fragment in text, text
    return verdict


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


def test_an_exception_shows_the_students_own_line():
    def conv2d(x, w, b, stride=1, padding=0):
        y = np.zeros((2, 2))
        return y + np.zeros((3, 3))  # the line to show

    verdict = failed(conv2d, "raised", "conv2d stopped with ValueError: operands could not be broadcast", "the line to show")
    assert "dlkit" not in repr(verdict).replace("test_check", "")

    def deep(x, w, b, stride=1, padding=0):
        return np.linalg.inv(np.zeros((2, 2)))  # inside NumPy

    failed(deep, "raised", "LinAlgError: Singular matrix", "# inside NumPy")


def test_endless_recursion_and_exit():
    def conv2d(x, w, b, stride=1, padding=0):
        return conv2d(x, w, b, stride, padding)

    failed(conv2d, "raised", "RecursionError: the function calls itself without end")
    failed(lambda x, w, b, stride=1, padding=0: sys.exit(), "raised", "SystemExit")


def test_a_signature_that_does_not_fit():
    def conv2d(x, w, b):
        return right(x, w, b)

    failed(conv2d, "raised", "Right on 2 of 6", "conv2d is called as conv2d(…, …, …, stride=…)", "def conv2d(x, w, b)")


def short(exercise, seconds=0.2):
    from dataclasses import replace

    return replace(exercise, seconds=seconds)


def endless(x, w, b, stride=1, padding=0):
    while True:
        pass


def endless_swallowing(x, w, b, stride=1, padding=0):
    while True:
        try:  # noqa: SIM105
            x = x + 0
        except:  # noqa: E722
            pass


def endless_finally(x, w, b, stride=1, padding=0):
    while True:
        try:
            x = x + 0
        except BaseException:
            continue


def endless_sleep(x, w, b, stride=1, padding=0):
    time.sleep(60)


@pytest.mark.parametrize("function", [endless, endless_swallowing, endless_finally, endless_sleep])
def test_endless_loop(function):
    start = time.perf_counter()
    old = signal.getsignal(signal.SIGALRM) if hasattr(signal, "SIGALRM") else None
    verdict = judge(short(ex.conv2d), function)
    assert verdict.kind == "out of time"
    assert f"{function.__name__} had not ended after 0.2 seconds" in repr(verdict)
    assert time.perf_counter() - start < 10
    if old is not None:
        assert signal.getsignal(signal.SIGALRM) is old
    assert sys.gettrace() is None or "coverage" in str(sys.gettrace())
    time.sleep(0.6)  # no alarm is left to ring
    assert verdict_on(right).passed


def test_endless_loop_outside_the_main_thread():
    """As on Windows, where there is no alarm signal."""
    found = []
    thread = threading.Thread(target=lambda: found.append(judge(short(ex.conv2d), endless)))
    thread.start()
    thread.join(10)
    assert found[0].kind == "out of time"


def test_the_stop_button_still_stops():
    def conv2d(x, w, b, stride=1, padding=0):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verdict_on(conv2d)


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


def test_prints_are_shown_once_and_only_on_failure(capsys):
    def conv2d(x, w, b, stride=1, padding=0):
        print("here", x.shape)
        return right(x, w, None, stride, padding)

    assert repr(verdict_on(conv2d)).count("here (") == 1
    verdict_on(lambda x, w, b, stride=1, padding=0: print("quiet") or right(x, w, b, stride, padding))
    assert capsys.readouterr().out == ""


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


def test_warnings_do_not_clutter():
    def f(x):
        return np.array([1.0]) / 0

    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert attempt(f, (np.ones(1),), {}, seconds=1).kind == "returned"


def test_html_escapes_what_students_write():
    def conv2d(x, w, b, stride=1, padding=0):
        raise ValueError("<script>alert(1)</script>")

    assert "<script>" not in verdict_on(conv2d)._repr_html_()


def test_an_error_inside_dlkit_shows_the_students_line():
    from dlkit.numpy_ops import convolution as ops

    def sobel_magnitude(image):
        return ops.conv2d_forward(image, np.ones((3, 3)))[0]  # mine

    failed(sobel_magnitude, "raised", "ShapeError: conv2d_forward: x has 2 axes", "# mine", exercise=ex.sobel_magnitude)


def unwritten(x, padding):
    raise NotImplementedError


def test_a_forgotten_not_implemented_is_no_blank():
    def conv2d(x, w, b, stride=1, padding=0):
        y = right(x, w, b, stride, padding)  # noqa: F841
        raise NotImplementedError

    failed(conv2d, "raised", "`raise NotImplementedError` is still in conv2d")
    failed(lambda x, w, b, stride=1, padding=0: unwritten(x, padding), "raised", "calls unwritten, which is not written yet")


@pytest.mark.parametrize(
    ("line", "tip"),
    [
        (lambda x: x ^ 2, "Powers are written **"),
        (lambda x: np.zeros(x.shape[0] / 2), "// a whole number"),
        (lambda x: x[:, :, 0, 10**6], "Indices run from 0"),
        (lambda x: x + np.ones((2, 3, 4)), "runs over the edge"),
    ],
)
def test_tips_for_common_errors(line, tip):
    failed(lambda x, w, b, stride=1, padding=0: line(x), "raised", tip)


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


def test_what_a_function_draws_or_is_meant_to_change_is_its_own():
    from dlkit.check import Call, Exercise

    def dropout(x, weights, rng, running):
        running += x.mean()
        return x * (rng.random(x.shape) > 0.5) * weights[0]

    def calls(rng):
        return [Call((rng.random(5), [np.ones(5), np.ones(2)], np.random.default_rng(1), np.zeros(1))) for _ in range(3)]

    allowed = Exercise("dropout", "00_welcome", dropout, calls, "x[D]", "y[D]", (), may_change=("running",))
    assert judge(allowed, dropout).passed
    strict = Exercise("dropout", "00_welcome", dropout, calls, "x[D]", "y[D]", ())
    assert judge(strict, dropout).kind == "input changed"


def test_hostile_answers_leave_the_kernel_as_it_was():
    class Rude(Exception):
        def __str__(self):
            raise ValueError

    def rude(x, w, b, stride=1, padding=0):
        raise Rude

    def closes(x, w, b, stride=1, padding=0):
        sys.stdout.close()
        np.seterr(all="raise")
        raise GeneratorExit

    def floods(x, w, b, stride=1, padding=0):
        for _ in range(100_000):
            print("x", end="")
        return x

    before = np.geterr()
    failed(rude, "raised", "stopped with Rude: no message")
    failed(closes, "raised", "GeneratorExit")
    assert len(repr(failed(floods, "shape", "It printed"))) < 3000
    assert np.geterr() == before
    print("still here")


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
