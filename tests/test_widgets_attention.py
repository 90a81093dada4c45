"""The live pictures of lesson 15 without a browser: stills, sentences and their JavaScript's arithmetic beside dlkit's."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from test_widgets import run_in_node

from dlkit.errors import ShapeError
from dlkit.numpy_ops.attention import scaled_dot_product_attention_forward
from dlkit.widgets.attention import AlignmentMap, QueryKeyPlayground

KEYS, VALUES = [(2, 1), (0, 2), (-2, -1)], (10, 20, 30)
rng = np.random.default_rng(15)


def look(text):
    """A model for the tests: each digit looks at its own word, and a little at the next."""
    if not (text.isdecimal() and len(text) <= 9):
        raise ValueError("Type a whole number of one to nine digits.")
    words, symbols = [f"<w{c}>" for c in text] + ["&"], [*text, "end"]
    weights = 0.8 * np.eye(len(symbols)) + 0.2 * np.roll(np.eye(len(symbols)), 1, axis=1)
    return words, symbols, weights


EVERY_PICTURE = {
    "playground": lambda: QueryKeyPlayground((1, 0.5), KEYS, VALUES),
    "unscaled": lambda: QueryKeyPlayground((4, -4), [*KEYS, (3.3, 0.05)], (*VALUES, -1.5), scaled=False),
    "at the origin": lambda: QueryKeyPlayground((0, 0), KEYS, VALUES),
    "map": lambda: AlignmentMap(look, "312"),
    "map of one": lambda: AlignmentMap(look, "7", row=1),
    "long map": lambda: AlignmentMap(look, "123456789", row=4, label="A <number>"),
}


@pytest.mark.parametrize("make", EVERY_PICTURE.values(), ids=EVERY_PICTURE)
def test_every_picture_has_a_live_face_a_still_and_a_sentence(make):
    picture = make()
    data, _ = picture._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "image/svg+xml", "text/plain"}
    root = ET.fromstring(data["image/svg+xml"])
    assert root.get("aria-label") == data["text/plain"] == picture.sentence()
    assert data["text/plain"].endswith(".")
    assert picture.still() == picture.still()


def test_the_playground_computes_attention():
    picture = QueryKeyPlayground((1, 0.5), KEYS, VALUES)
    q, k, v = np.array([picture.query]), np.array(KEYS, dtype=float), np.array(VALUES, dtype=float)[:, None]
    y, _ = scaled_dot_product_attention_forward(q, k, v)
    assert np.isclose(picture.output(), y.item())
    assert picture.sentence() == (
        "Query (1, 0.50). Scores divided by √2: 1.77, 0.71, −1.77. Weights: 0.73, 0.25, 0.02. Key 1 is heard most. "
        "Output: 12.94."
    )
    picture.scaled = False
    np.testing.assert_allclose(picture.scores(), [2.5, 1, -2.5])
    picture.query = [0, 0]
    assert "Weights: 0.33, 0.33, 0.33. All keys are heard alike. Output: 20." in picture.sentence()


def test_points_stay_in_the_plane():
    picture = QueryKeyPlayground((9, -9), [(5, 0), (0, -7)], (1, 2))
    assert picture.query == [4, -4]
    assert picture.points == [[4, 0], [0, -4]]


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: QueryKeyPlayground(keys=[(1, 2)], values=[1]), ShapeError, "S from 2 to 6"),
        (lambda: QueryKeyPlayground(keys=np.ones((3, 3))), ShapeError, r"keys has shape \(3, 3\)"),
        (lambda: QueryKeyPlayground(keys=KEYS, values=[1, 2]), ShapeError, "one for each of 3 keys"),
        (lambda: AlignmentMap(look, "three"), ValueError, "whole number"),
        (lambda: AlignmentMap(lambda text: (["a"], ["b"], np.ones((2, 1))), "1"), ShapeError, r"\(L, S\) = \(1, 1\)"),
    ],
)
def test_what_is_refused(make, error, says):
    with pytest.raises(error, match=says):
        make()


def test_a_model_may_remark_on_its_output():
    picture = AlignmentMap(lambda text: (*look(text), "✓ right" if text == "40" else "✗ wrong: should be 40"), "40")
    assert picture.sentence().endswith("0.20. ✓ right.")
    assert "✓ right" in picture.still()
    picture.text = "400"
    assert picture.sentence().endswith(" ✗ wrong: should be 40.")


def test_another_text_runs_the_model():
    picture = AlignmentMap(look, "312", row=3)
    assert picture.sentence() == "Output 4 of 4, “end”, looked most at word 4 of 4, “&”: weight 0.80; then “<w3>” 0.20."
    picture.text = "7"
    assert picture.row == 1
    np.testing.assert_allclose(picture.weights(), [[0.8, 0.2], [0.2, 0.8]])
    picture.text = "seven"
    assert picture.sentence() == "Type a whole number of one to nine digits."
    assert "whole number" in picture.still()
    picture.text = "40"
    assert picture.sentence().startswith("Output 2 of 3, “0”, looked most at word 2 of 3")


# The JavaScript, under node.


def test_the_playground_in_the_browser(tmp_path):
    cases = [
        {
            "query": rng.uniform(-4, 4, 2).round(2).tolist(),
            "keys": rng.uniform(-4, 4, (s, 2)).round(2).tolist(),
            "values": rng.uniform(-50, 50, s).round(1).tolist(),
            "scaled": bool(s % 2),
        }
        for s in rng.integers(2, 7, 60).tolist()
    ]
    cases += [{"query": [0, 0], "keys": [[1, 2], [3, 4]], "values": [1, 2], "scaled": True}]
    cases += [{"query": [4, 4], "keys": [[4, 4], [-4, -4], [4, 4]], "values": [1, 2, 3], "scaled": False}]
    program = "answer(given.map((s) => [describe(s), softmax(scoresOf(s))]));"
    for case, (sentence, weights) in zip(cases, run_in_node(tmp_path, program, cases, "plane", "query_keys"), strict=True):
        picture = QueryKeyPlayground(case["query"], case["keys"], case["values"], scaled=case["scaled"])
        np.testing.assert_allclose(weights, picture.weights(), rtol=1e-9, atol=1e-300)
        assert sentence == picture.sentence()


def test_the_map_in_the_browser(tmp_path):
    pictures = [AlignmentMap(look, text, row=row) for text in ("7", "312", "123456789") for row in range(len(text) + 1)]
    pictures += [AlignmentMap(lambda text: (*look(text), "✗ wrong: should be 4"), "312", row=2)]
    cases = [
        {"inputs": p._inputs, "outputs": p._outputs, "weights": p._weights, "row": p.row, "remark": p._remark, "problem": ""}
        for p in pictures
    ]
    found = run_in_node(tmp_path, "answer(given.map(describe));", cases, "alignment_map")
    assert found == [picture.sentence() for picture in pictures]
