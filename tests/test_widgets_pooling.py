"""The live pictures of lesson 06 without a browser: stills, sentences, and their JavaScript's arithmetic under node."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from test_widgets import run_in_node

from dlkit.errors import ShapeError
from dlkit.numpy_ops.pooling import avg_pool2d_backward, avg_pool2d_forward, max_pool2d_backward, max_pool2d_forward
from dlkit.widgets.pooling import PoolingWindow, ShiftedPooling

FOUR = [[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]
rng = np.random.default_rng(6)
TIES = rng.integers(0, 3, (5, 7)).tolist()
SMOOTH = rng.normal(size=(7, 6)).tolist()
DIGIT = np.pad(rng.integers(0, 17, (8, 6)), ((0, 0), (3, 3))).tolist()
WINDOWS = [
    (image, kernel, stride, mode, way)
    for image in (FOUR, TIES, SMOOTH)
    for kernel, stride in ((2, 2), (3, 2), (2, 1), (3, 1), (1, 2), (4, 3))
    for mode in ("max", "average")
    for way in ("forward", "backward")
]
SHIFTS = [(mode, k, by) for mode in ("none", "max", "average", "stride") for k in (1, 2, 3, 4) for by in (-4, -1, 0, 1, 2, 4)]
EVERY_PICTURE = {
    "worked": lambda: PoolingWindow(FOUR),
    "back": lambda: PoolingWindow(TIES, kernel_size=3, stride=2, way="backward"),
    "average": lambda: PoolingWindow(SMOOTH, kernel_size=3, mode="average", way="backward"),
    "one": lambda: PoolingWindow([[2.5]], kernel_size=1),
    "shift": lambda: ShiftedPooling(DIGIT, shift=1),
    "none": lambda: ShiftedPooling(DIGIT, mode="none", shift=-2),
    "stride": lambda: ShiftedPooling(DIGIT, mode="stride", kernel_size=3, shift=2),
}


def window(image, kernel, stride, mode, way):
    return PoolingWindow(image, kernel_size=kernel, stride=stride, mode=mode, way=way)


@pytest.mark.parametrize("make", EVERY_PICTURE.values(), ids=EVERY_PICTURE)
def test_every_picture_has_a_live_face_a_still_and_a_sentence(make):
    picture = make()
    data, _ = picture._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "image/svg+xml", "text/plain"}
    root = ET.fromstring(data["image/svg+xml"])
    assert root.get("aria-label") == data["text/plain"] == picture.sentence()
    assert data["text/plain"].endswith(".")
    assert picture.still() == picture.still()


def test_the_worked_example():
    picture = PoolingWindow(FOUR)
    np.testing.assert_array_equal(picture.output(), [[6, 8], [3, 4]])
    assert picture.equation() == "max(1, 1, 5, 6) = 6"
    picture.way, picture.position = "backward", (1, 1)
    np.testing.assert_array_equal(picture.gradient(), [[0, 0, 0, 0], [0, 1, 0, 2], [3, 0, 0, 0], [0, 0, 0, 4]])
    assert "dy[1, 1] = 4 goes whole to x[3, 3]" in picture.sentence()
    average = PoolingWindow(FOUR, mode="average")
    assert average.equation() == "(1 + 1 + 5 + 6) / 4 = 3.25"


def test_ties_are_told():
    tied = PoolingWindow([[5, 5], [1, 5]], way="backward")
    assert tied.sentence().endswith("3 cells tie: the first in reading order wins.")
    np.testing.assert_array_equal(tied.gradient(), [[1, 0], [0, 0]])


def test_overlapping_windows_add_up():
    picture = PoolingWindow([[1, 2, 0, 1, 3], [0, 5, 9, 4, 2], [2, 1, 0, 0, 1]], kernel_size=3, stride=2, way="backward")
    assert picture.equation() == "dx[1, 2] = 1"
    picture.position = (0, 1)
    assert picture.equation() == "dx[1, 2] = 1 + 2 = 3"


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: PoolingWindow(np.ones((2, 3, 4))), ShapeError, r"image has shape \(2, 3, 4\); give \(H, W\)"),
        (lambda: PoolingWindow(np.ones((13, 3))), ShapeError, "up to 12×12"),
        (lambda: PoolingWindow(np.ones((0, 3))), ShapeError, "image has shape"),
        (lambda: PoolingWindow(FOUR, kernel_size=5), ShapeError, "the kernel spans"),
        (lambda: PoolingWindow([["a"]]), TypeError, "not real numbers"),
        (lambda: ShiftedPooling(-np.ones((3, 3))), ValueError, "below zero"),
        (lambda: ShiftedPooling(np.ones((3, 3)), kernel_size=4), ShapeError, "the kernel spans"),
    ],
)
def test_what_is_refused(make, error, says):
    with pytest.raises(error, match=says):
        make()


def test_a_window_that_no_longer_fits_is_told():
    picture = PoolingWindow(FOUR)
    picture.kernel_size = 5
    assert picture.sentence() == "No place fits: the window is 5×5, the image only 4×4."
    assert "No place fits" in picture.still()


def test_the_shift_says_how_much_changed():
    image = [[0, 0, 4, 4, 0, 0], [0, 0, 4, 4, 0, 0]]
    still = ShiftedPooling(image)
    assert "not shifted: 0 of 3 numbers changed (0 %)" in still.sentence()
    still.shift = 1
    assert "shifted 1 column to the right: 1 of 3 numbers changed (33 %)" in still.sentence()
    still.mode = "average"
    assert "2 of 3 numbers changed (67 %). The change is 71 % as long" in still.sentence()
    still.shift = 99
    assert still.shift == 4


# The JavaScript, under node.


def test_the_window_agrees_with_dlkit(tmp_path):
    program = """
      answer(given.map(([rows, kernel, stride, mode, way]) => {
        const image = { rows: rows.length, columns: rows[0].length, values: Float64Array.from(rows.flat()) };
        const how = { kernel, stride, mode }, size = output(image, how), n = size.rows * size.columns;
        return Array.from({ length: n }, (_, k) => [pooled(image, how, k, size), describe(image, how, way, k, size),
          equation(image, how, way, k, size), Array.from(handedBack(image, how, k, size))]);
      }));"""
    for case, answers in zip(WINDOWS, run_in_node(tmp_path, program, WINDOWS, "windows", "pooling_window"), strict=True):
        picture = window(*case)
        y = picture.output()
        forward, backward = {
            "max": (max_pool2d_forward, max_pool2d_backward),
            "average": (avg_pool2d_forward, avg_pool2d_backward),
        }[case[3]]
        direct, cache = forward(np.array(case[0], dtype=float)[None, None], kernel_size=case[1], stride=case[2])
        np.testing.assert_array_equal(y, direct[0, 0])
        np.testing.assert_allclose([a[0] for a in answers], y.ravel(), rtol=1e-12)
        whole = backward(np.arange(1.0, y.size + 1).reshape(direct.shape), cache)[0, 0]
        np.testing.assert_allclose(answers[-1][3], whole.ravel(), atol=1e-9)
        for k, (_, sentence, line, _) in enumerate(answers):
            picture.position = divmod(k, y.shape[1])
            assert (sentence, line) == (picture.sentence(), picture.equation())


def test_the_shift_agrees_with_python(tmp_path):
    program = """
      const image = { rows: given.digit.length, columns: given.digit[0].length, values: Float64Array.from(given.digit.flat()) };
      answer(given.cases.map(([mode, kernel, by]) => [describe(image, mode, kernel, by),
        Array.from(reduced(shifted(image, by), mode, kernel).values)]));"""
    given = {"digit": DIGIT, "cases": SHIFTS}
    for (mode, k, by), (sentence, values) in zip(
        SHIFTS, run_in_node(tmp_path, program, given, "windows", "shifted_pooling"), strict=True
    ):
        picture = ShiftedPooling(DIGIT, mode=mode, kernel_size=k, shift=by)
        assert sentence == picture.sentence()
        np.testing.assert_allclose(values, picture.reduced(picture.shifted()).ravel())
