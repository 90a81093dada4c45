"""Running a student's function: errors, endless loops and hostile code are caught, and the kernel stays usable."""

import signal
import sys
import threading
import time

import numpy as np
import pytest
from verdicts import failed, right, verdict_on

from dlkit.attempt import attempt
from dlkit.check import judge
from dlkit.exercises import convolution as ex


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


def endless_in_an_operation(x, w, b, stride=1, padding=0):  # the alarm mostly rings inside dlkit
    while True:
        try:  # noqa: SIM105
            right(x, w, b, stride, padding)
        except:  # noqa: E722
            pass


@pytest.mark.parametrize("function", [endless, endless_swallowing, endless_finally, endless_sleep, endless_in_an_operation])
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


def test_prints_are_shown_once_and_only_on_failure(capsys):
    def conv2d(x, w, b, stride=1, padding=0):
        print("here", x.shape)
        return right(x, w, None, stride, padding)

    assert repr(verdict_on(conv2d)).count("here (") == 1
    verdict_on(lambda x, w, b, stride=1, padding=0: print("quiet") or right(x, w, b, stride, padding))
    assert capsys.readouterr().out == ""


def test_warnings_do_not_clutter():
    def f(x):
        return np.array([1.0]) / 0

    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert attempt(f, (np.ones(1),), {}, seconds=1).kind == "returned"


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
        (lambda x: x + np.ones((2, 3, 4)), "Line the shapes up from the right"),
    ],
)
def test_tips_for_common_errors(line, tip):
    failed(lambda x, w, b, stride=1, padding=0: line(x), "raised", tip)


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
