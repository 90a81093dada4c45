"""The live pictures without a browser: stills, sentences and, where there is node, their JavaScript's arithmetic."""

import itertools
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from dlkit import svg
from dlkit.errors import ShapeError
from dlkit.numpy_ops.convolution import conv2d_forward, output_size
from dlkit.widgets.base import LivePicture, javascript
from dlkit.widgets.convolution import ArithmeticExplorer, SlidingWindow
from dlkit.widgets.welcome import BroadcastingExplorer

RAMP = [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [5, 4, 3, 2, 1], [10, 9, 8, 7, 6]]
CORNERS = [[1, 0, -1], [0, 1, -1], [2, 0, 1]]
BINARY = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
CROSS = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
NODE = shutil.which("node") or shutil.which("nodejs")

rng = np.random.default_rng(5)
PHOTO = rng.integers(0, 256, (40, 33, 3), dtype=np.uint8)
EVERY_PICTURE = {
    "worked": lambda: SlidingWindow(RAMP, CORNERS),
    "padded": lambda: SlidingWindow(BINARY, CROSS, stride=2, padding=1),
    "fractions": lambda: SlidingWindow(rng.normal(size=(6, 5)), rng.normal(size=(2, 3))),
    "one": lambda: SlidingWindow([[3.0]], [[-2.0]]),
    "grey": lambda: SlidingWindow(PHOTO[..., 0], np.full((7, 7), 1 / 49)),
    "colour": lambda: SlidingWindow(PHOTO, CROSS, padding=1),
    "shares": lambda: SlidingWindow(PHOTO / 255, CORNERS, stride=3),
    "fits": ArithmeticExplorer,
    "misfit": lambda: ArithmeticExplorer(7, 3, 3, 1, 2),
    "too large": lambda: ArithmeticExplorer(3, 5),
    "many": lambda: ArithmeticExplorer(227, 11, 4),
    "stretched": BroadcastingExplorer,
    "clash": lambda: BroadcastingExplorer((3, 2), (4,)),
    "scalars": lambda: BroadcastingExplorer((), ()),
}
ARITHMETIC = [  # N, F, S, P, D
    list(case) for case in itertools.product((1, 2, 7, 8, 12, 33), (1, 2, 3, 5), (1, 2, 3, 4, 6), (0, 1, 3), (1, 2, 3))
]
SHAPES = [(), (1,), (3,), (4,), (0,), (3, 1), (1, 4), (3, 4), (2, 3, 4), (2, 1, 1), (1, 1, 1, 4), (5, 2, 3, 4)]


def run_in_node(tmp_path, program, given, *stems):
    """Run JavaScript after a widget's own text, with ``given`` in scope; it calls ``answer(…)``."""
    if NODE is None:
        pytest.skip("node is not installed; the browser tests run the same arithmetic")
    file = tmp_path / "widget.mjs"
    frame = f"const given = {json.dumps(given)};\nconst answer = (value) => console.log(JSON.stringify(value));\n"
    file.write_text(f"{javascript(*stems)}\n{frame}{program}", encoding="utf-8")
    done = subprocess.run([NODE, str(file)], capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def reference(image, kernel, stride, padding):
    x, w = (np.asarray(a, dtype=float)[None, None] for a in (image, kernel))  # (1, 1, H, W), (1, 1, KH, KW)
    return conv2d_forward(x, w, stride=stride, padding=padding)[0][0, 0]


# The stills and the sentences.


@pytest.mark.parametrize("make", EVERY_PICTURE.values(), ids=EVERY_PICTURE)
def test_every_picture_has_a_live_face_a_still_and_a_sentence(make):
    picture = make()
    data, _ = picture._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "image/svg+xml", "text/plain"}
    root = ET.fromstring(data["image/svg+xml"])  # well-formed
    assert root.get("role") == "img"
    assert root.get("aria-label") == data["text/plain"] == repr(picture) == picture.sentence()
    assert data["text/plain"].endswith(".")
    assert "0x" not in data["text/plain"]


@pytest.mark.parametrize("make", EVERY_PICTURE.values(), ids=EVERY_PICTURE)
def test_the_still_repeats_to_the_byte(make):
    picture = make()
    assert picture.still() == picture.still()
    assert isinstance(picture, LivePicture)
    assert "export default" in picture._esm


def test_a_still_stays_small():
    photo = rng.integers(0, 256, (600, 512), dtype=np.uint8)
    assert len(SlidingWindow(photo, CORNERS).still()) < 80_000


def test_the_still_shows_the_sum_and_every_output():
    still = SlidingWindow(RAMP, CORNERS).still()
    written = " ".join(re.findall(r">([^<>]+)</text>", still))
    assert "1·1 + 2·0 + 3·(−1)" in written
    assert "+ 5·2 + 4·0 + 3·1 = 10" in written
    for value in reference(RAMP, CORNERS, 1, 0).ravel():
        assert f">{svg.number(value)}</text>" in still


def test_the_photograph_is_stored_as_a_png_that_others_can_read():
    import base64
    import io

    import matplotlib.pyplot as plt

    still = SlidingWindow(PHOTO[..., 0], [[1.0]]).still()
    first, second = (plt.imread(io.BytesIO(base64.b64decode(png))) for png in re.findall(r"base64,([^\"]+)", still))
    np.testing.assert_array_equal(np.rint(first * 255), PHOTO[..., 0])
    assert first.shape == second.shape


def test_the_sentence_follows_the_window():
    picture = SlidingWindow(RAMP, CORNERS, padding=1)
    picture.position = (1, 1)
    assert "y[1, 1] = 10, output 7 of 20." in picture.sentence()
    assert "rows 0 to 2 and columns 0 to 2" in picture.sentence()
    picture.position = (99, 0)  # set from a cell; the picture stays inside
    assert "y[3, 0] = −3" in picture.sentence()


def test_padding_taken_away_is_told():
    picture = SlidingWindow([[1.0, 2.0]], CORNERS, padding=1)
    picture.padding = 0
    assert "No place fits: the kernel is 3×3, the padded image only 1×2" in picture.sentence()
    assert "No place fits" in picture.still()


def test_the_worked_outputs():
    assert SlidingWindow(RAMP, CORNERS).output()[0, 0] == 10
    np.testing.assert_array_equal(SlidingWindow(BINARY, CROSS).output(), [[4, 3, 4], [2, 4, 3], [2, 3, 4]])


def test_the_brightness_of_a_colour_photograph():
    mean = np.rint(PHOTO.astype(float).mean(axis=2))
    np.testing.assert_array_equal(SlidingWindow(PHOTO, CROSS).output(), reference(mean, CROSS, 1, 0))


@pytest.mark.parametrize(
    ("image", "kernel", "options", "error", "says"),
    [
        (np.ones((2, 3, 4)), CROSS, {}, ShapeError, r"image has shape \(2, 3, 4\); give \(H, W\)"),
        (np.ones(3), CROSS, {}, ShapeError, r"image has shape \(3,\)"),
        (RAMP, [1, 2], {}, ShapeError, r"kernel has shape \(2,\); give \(KH, KW\)"),
        (np.ones((0, 3)), CROSS, {}, ShapeError, "nothing to slide"),
        (np.ones((2, 2)), CROSS, {}, ShapeError, "Try more padding or a smaller"),
        (RAMP, CROSS, {"stride": 0}, ShapeError, "stride"),
        (RAMP, CROSS, {"padding": -1}, ShapeError, "padding"),
        (RAMP, CROSS, {"stride": 1.5}, TypeError, "stride"),
        ([["a", "b"]], [[1]], {}, TypeError, "not real numbers"),
        (np.ones((2, 2), dtype=complex), [[1]], {}, TypeError, "not real numbers"),
        (np.zeros((2001, 2000), np.uint8), [[1]], {}, ShapeError, r"try image\[::4, ::4\]"),
    ],
)
def test_the_window_refuses(image, kernel, options, error, says):
    with pytest.raises(error, match=says):
        SlidingWindow(image, kernel, **options)


def test_the_broadcasting_explorer_refuses():
    with pytest.raises(ShapeError, match="5 axes; the picture holds up to 4"):
        BroadcastingExplorer((1, 1, 1, 1, 1))
    with pytest.raises(ShapeError, match=r"a is \(3, -1\)"):
        BroadcastingExplorer((3, -1))


@pytest.mark.parametrize("a", SHAPES, ids=str)
def test_broadcasting_is_numpys(a):
    for b in SHAPES:
        sentence = BroadcastingExplorer(a, b).sentence()
        try:
            assert f"broadcast to {np.broadcast_shapes(a, b)}." in sentence
        except ValueError:
            assert f"{a} and {b} do not broadcast: at axis −" in sentence


def test_the_arithmetic_is_dlkits():
    for N, F, S, P, D in ARITHMETIC:
        sentence = ArithmeticExplorer(N, F, S, P, D).sentence()
        try:
            size = output_size(N, F, stride=S, padding=P, dilation=D)
        except ShapeError:
            assert "PyTorch and dlkit raise" in sentence
            continue
        assert f"fits at {size} place" in sentence or f"round down to {size}:" in sentence
        for n in map(int, re.findall(r"fit: N = (\d+)", sentence)):
            assert (n + 2 * P - D * (F - 1) - 1) % S == 0
        for p in map(int, re.findall(r"or P = (\d+)\.", sentence)):
            assert (N + 2 * p - D * (F - 1) - 1) % S == 0


def test_the_arithmetic_in_words():
    assert ArithmeticExplorer(7, 3, 3).sentence() == (
        "(7 − 3 + 2·0)/3 + 1 = 2.33 does not fit. Frameworks round down to 2: the last cell is never seen. "
        "The nearest that fit: N = 6 or P = 1."
    )
    assert ArithmeticExplorer(7, 3, 2).sentence() == (
        "(7 − 3 + 2·0)/2 + 1 = 3: the filter fits at 3 places and nothing is left over."
    )
    assert "The padding keeps the size." in ArithmeticExplorer(7, 3, 1, 1).sentence()
    assert "No place fits: the filter spans 5 cells, the padded input has 3." in ArithmeticExplorer(3, 5).sentence()
    assert "; no P does." in ArithmeticExplorer(6, 3, 2).sentence()


# The JavaScript, under node.


def test_numbers_are_written_alike(tmp_path):
    whole = [0, -0.0, 1, -3, 12345, 99999, 1e5, 123456, 1e10]
    halves = [0.5, 0.125, 0.375, -0.625, 2.5, 100.5, 101.5, -250.5]
    others = [0.004, 0.005, 1 / 3, 2 / 3, 12.345, 99.996, 1234.5678, 1e-7, -1e-12]
    values = [*whole, *halves, *others, *rng.normal(scale=50, size=200)]
    written = run_in_node(tmp_path, "answer(given.map(number));", list(map(float, values)), "windows", "sliding_window")
    assert written == [svg.number(v) for v in values]
    assert run_in_node(tmp_path, "answer([NaN, 1/0, -1/0].map(number));", 0, "windows", "sliding_window") == ["NaN", "∞", "−∞"]


def window_cases():
    yield RAMP, CORNERS, 1, 0
    yield BINARY, CROSS, 1, 0
    for stride, padding in ((1, 1), (2, 0), (3, 2), (2, 1)):
        yield rng.integers(-9, 9, (7, 5)).tolist(), rng.normal(size=(3, 2)).tolist(), stride, padding
    yield rng.normal(size=(4, 6)).tolist(), rng.normal(size=(4, 6)).tolist(), 5, 0


def test_the_window_agrees_with_dlkit(tmp_path):
    cases = list(window_cases())
    program = """
      const matrix = (rows) => ({ rows: rows.length, columns: rows[0].length, values: Float64Array.from(rows.flat()) });
      answer(given.map(([image, kernel, stride, padding]) => {
        const x = matrix(image), w = matrix(kernel), how = { stride, padding }, y = correlate(x, w, how), at = [];
        for (let p = 0; p < y.rows; p++) for (let q = 0; q < y.columns; q++) {
          at.push([total(terms(x, w, how, p, q)), describe(x, w, y, how, p, q), equation(terms(x, w, how, p, q), w.columns)]);
        }
        return [y.rows, y.columns, Array.from(y.values), at];
      }));"""
    for case, (rows, columns, values, at) in zip(
        cases, run_in_node(tmp_path, program, cases, "windows", "sliding_window"), strict=True
    ):
        image, kernel, stride, padding = case
        y = reference(*case)
        assert (rows, columns) == y.shape
        np.testing.assert_allclose(np.reshape(values, y.shape), y, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose([total for total, *_ in at], y.ravel(), rtol=1e-12, atol=1e-12)
        picture = SlidingWindow(image, kernel, stride=stride, padding=padding)
        for k, (_, sentence, _) in enumerate(at):
            picture.position = divmod(k, columns)
            assert picture.sentence().endswith(sentence)
    worked = run_in_node(tmp_path, program, cases[:1], "windows", "sliding_window")[0][3][0][2]
    assert " ".join(worked) == "1·1 + 2·0 + 3·(−1) + 6·0 + 7·1 + 8·(−1) + 5·2 + 4·0 + 3·1 = 10"


def test_the_explorers_say_in_the_browser_what_python_says(tmp_path):
    program = "answer(given.map(([N, F, S, P, D]) => [describe({ N, F, S, P, D }), fit({ N, F, S, P, D }).outputs]));"
    answers = run_in_node(tmp_path, program, ARITHMETIC, "arithmetic_explorer")
    for case, (sentence, outputs) in zip(ARITHMETIC, answers, strict=True):
        picture = ArithmeticExplorer(*case)
        assert sentence == picture.sentence()
        if "No place" not in sentence:
            N, F, S, P, D = case
            assert outputs == output_size(N, F, stride=S, padding=P, dilation=D)
    pairs = [(a, b) for a in SHAPES for b in SHAPES]
    sentences = run_in_node(tmp_path, "answer(given.map(([a, b]) => describe(a, b)));", pairs, "broadcasting_explorer")
    assert sentences == [BroadcastingExplorer(a, b).sentence() for a, b in pairs]


def test_shapes_are_read_as_people_write_them(tmp_path):
    texts = ["3, 1", "(3,1)", " 3 1 ", "4,", "(4,)", "", "()", "3, x", "-1", "2.5", "1,1,1,1,1", "10000"]
    read = run_in_node(tmp_path, "answer(given.map(parse));", texts, "broadcasting_explorer")
    assert [r.get("sizes") for r in read] == [[3, 1], [3, 1], [3, 1], [4], [4], [], [], None, None, None, None, None]
    assert "“x” is no size" in read[7]["problem"]
    assert "5 axes" in read[10]["problem"]
