"""The live pictures of lesson 14 without a browser: their arithmetic beside dlkit's, and JavaScript beside Python."""

import itertools
import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from test_widgets import run_in_node

from dlkit.numpy_ops.lstm import lstm_forward
from dlkit.widgets.lstm import CellByHand, MemoryTape
from dlkit.widgets.lstm.cell import Step, two

HANDS = [
    dict(zip(("before", "f", "i", "g", "o"), numbers, strict=True))
    for numbers in itertools.product(
        (-5.0, -0.35, 0.0, 0.8, 5.0), (0.0, 0.1, 0.55, 0.9, 1.0), (0.0, 0.45, 1.0), (-1.0, 0.3), (0.05, 0.5, 1.0)
    )
]
TAPES = [
    {"text": text, "strength": strength, "adds": adds}
    for text in ("7....?", "2..3..?", "7....?..2.?", "-", "?", "9", "0-9-?", "1234567890.-?5?.")
    for strength in (0.5, 3.0, 7.5, 10.0)
    for adds in (False, True)
]
NUMBERS = [0.0, -0.0, 0.004, -0.004, 0.125, 0.375, -0.125, 0.995, 1.0, -1.0, 4.999, 5.0, 1 / 3, 0.7 * 0.9999546]


def pictures():
    for hand in HANDS[::37]:
        yield CellByHand(**hand)
    for tape in TAPES[::5]:
        for step in (0, 1, 5, 16):
            yield MemoryTape(**tape, step=step)


@pytest.mark.parametrize("picture", list(pictures()), ids=repr)
def test_every_picture_has_a_live_face_a_still_and_a_sentence(picture):
    data, _ = picture._repr_mimebundle_()
    root = ET.fromstring(data["image/svg+xml"])
    assert root.get("aria-label") == data["text/plain"] == picture.sentence()
    assert data["text/plain"].endswith(".")
    assert picture.still() == picture.still()
    assert "export default" in picture._esm


def test_the_worked_cell():
    step = CellByHand(1, f=0.75, i=0.25, g=0.8, o=0.5).now()
    assert step.c == pytest.approx(0.95)
    assert step.h == pytest.approx(0.5 * math.tanh(0.95))


@pytest.mark.parametrize(("f", "i", "o", "says"), [
    (1, 0, 1, "It holds: the old value stays. The cell is shown."),
    (0, 1, 0, "It overwrites: the old value goes, the candidate comes. The cell is hidden."),
    (1, 1, 1, "It adds the candidate to the old value."), (0, 0, 1, "It forgets: the old value goes and nothing comes."),
    (0.5, 1, 0.5, "It mixes: 0.50 of the old value and 1.00 of the candidate. 0.50 of it is shown."),
])  # fmt: skip
def test_what_the_gates_do_is_said(f, i, o, says):
    assert says in CellByHand(f=f, i=i, o=o).sentence()


@pytest.mark.parametrize("tape", TAPES, ids=str)
def test_the_tape_is_read_as_dlkit_reads_it(tape):
    picture = MemoryTape(**tape)
    u, v, b = picture.weights()
    (y, _, c), _ = lstm_forward(picture.inputs()[None], None, None, None, u, v, b, None)
    steps = picture.steps()
    np.testing.assert_allclose([step.h for step in steps], y[0, :, 0], rtol=1e-12, atol=1e-15)
    assert steps[-1].c == pytest.approx(c.item(), abs=1e-15)
    for before, after in itertools.pairwise(steps):
        assert after.before == before.c
        assert Step.of(*after[:5]) == pytest.approx(after, abs=1e-12)


def test_the_cell_remembers_what_the_lesson_says():
    steps = MemoryTape("7....?..2.?").steps()
    assert [two(steps[t].h) for t in (5, 10)] == ["0.60", "0.20"]
    assert two(MemoryTape("2..3..?", adds=True).steps()[-1].c) == "0.50"
    leaky = MemoryTape("7....?", strength=3).steps()
    assert leaky[-1].c < 0.6


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match=r"f is 1\.5; give a number from 0 to 1"):
        CellByHand(f=1.5)
    with pytest.raises(ValueError, match="before is nan; give a number from −5 to 5"):
        CellByHand(math.nan)
    for text in ("", "7x", "7 .", "1" * 17, "½"):
        with pytest.raises(ValueError, match="give 1 to 16 of the symbols"):
            MemoryTape(text)
    with pytest.raises(ValueError, match=r"strength is 11; give a number from 0\.5 to 10"):
        MemoryTape(strength=11)


# JavaScript beside Python.


def test_numbers_are_written_alike(tmp_path):
    assert run_in_node(tmp_path, "answer(given.map(two));", NUMBERS, "lstm_cell", "cell_by_hand") == [two(v) for v in NUMBERS]


def test_the_cell_says_in_the_browser_what_python_says(tmp_path):
    said = run_in_node(tmp_path, "answer(given.map(describe));", HANDS, "lstm_cell", "cell_by_hand")
    assert said == [CellByHand(**hand).sentence() for hand in HANDS]


def test_the_tape_is_read_alike_in_the_browser(tmp_path):
    program = """answer(given.map((state) => [stepsOf(state),
      Array.from({ length: state.text.length + 1 }, (_, step) => describe({ ...state, step }))]));"""
    found = run_in_node(tmp_path, program, TAPES, "decimals", "lstm_cell", "memory_tape")
    for tape, (steps, said) in zip(TAPES, found, strict=True):
        picture = MemoryTape(**tape)
        for mine, theirs in zip(picture.steps(), steps, strict=True):
            assert theirs == pytest.approx(mine._asdict(), abs=1e-12)
        for step, sentence in enumerate(said):
            picture.step = step
            assert sentence == picture.sentence()
