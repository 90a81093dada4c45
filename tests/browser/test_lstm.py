"""The live pictures of lesson 14 in a real JupyterLab: every control by mouse and by keyboard."""

import pytest

from dlkit.widgets.lstm import CellByHand, MemoryTape

from .jupyterlab import run_all, screenshot
from .pictures import picture, says, write_notebook

HAND, TAPE = range(2)
CELLS = [
    "from dlkit.widgets.lstm import CellByHand, MemoryTape",
    "CellByHand(1, f=0.75, i=0.25, g=0.8, o=0.5)",
    'tape = MemoryTape("7....?..2.?")\ntape',
]


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request, open_notebook, tmp_path_factory):
    page = open_notebook(write_notebook(tmp_path_factory.mktemp("notebook"), CELLS), theme=request.param, width=1000)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    run_all(page)
    page.locator(".dl-widget").nth(TAPE).wait_for()
    yield page
    assert page.faults == []


@pytest.mark.parametrize("k", range(2))
def test_every_control_has_a_name_and_a_visible_focus(page, k):
    found = picture(page, k)
    for control in found.locator("button:not([tabindex='-1']), input, select, [tabindex='0']").all():
        name = control.evaluate("c => c.ariaLabel || [...(c.labels ?? [])].map((l) => l.innerText).join() || c.innerText")
        assert name.strip()
        control.focus()
        page.keyboard.press("Shift")  # focus counts as the keyboard's
        assert control.evaluate("c => parseFloat(getComputedStyle(c).outlineWidth)") >= 2, name
    assert found.locator("[role=status][aria-live=polite]").count() == 1
    assert found.evaluate("w => w.scrollWidth <= w.clientWidth"), "nothing sticks out"


def test_the_gates_are_set_by_keyboard_and_mouse(page):
    found, twin = picture(page, HAND), CellByHand(1, f=0.75, i=0.25, g=0.8, o=0.5)
    assert says(found) == twin.sentence()
    for label, name, value in (("forget f", "f", 1), ("input i", "i", 0), ("output o", "o", 0.05), ("new C̃", "g", -0.35)):
        found.get_by_label(label).fill(str(value))
        setattr(twin, name, value)
        assert says(found) == twin.sentence()
    screenshot(page, "cell_by_hand")
    found.get_by_label("forget f").focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    twin.f = 0.5
    assert says(found) == twin.sentence()
    for _ in range(3):
        found.get_by_role("button", name="Next step").click()
        twin.before = twin.now().c
        assert says(found) == twin.sentence()
    found.get_by_label("C before").fill("5")
    found.get_by_label("forget f").fill("1")
    found.get_by_label("input i").fill("1")
    found.get_by_label("new C̃").fill("1")
    found.get_by_role("button", name="Next step").click()
    assert "1.00·5.00" in says(found), "six is out of range and not handed on"


def test_the_tape_is_stepped_typed_and_leaks(page):
    found, twin = picture(page, TAPE), MemoryTape("7....?..2.?")
    stage = found.get_by_role("application")
    stage.focus()
    page.keyboard.press("Home")
    for step in range(12):
        twin.step = step
        assert says(found) == twin.sentence()
        page.keyboard.press("ArrowRight")
    assert says(found) == twin.sentence(), "the last step stays"
    screenshot(page, "memory_tape")
    found.get_by_role("button", name="Back").click()
    twin.step = 10
    assert says(found) == twin.sentence()
    found.get_by_label("Strength of the gates").fill("3")
    twin.strength = 3.0
    assert says(found) == twin.sentence()
    found.get_by_label("digits add").check()
    twin.adds = True
    assert says(found) == twin.sentence()
    field = found.get_by_label("Tape", exact=True)
    for bad in ("", "7x", "1" * 17):
        field.fill(bad)
        assert field.get_attribute("aria-invalid") == "true"
        assert "only 0–9 . ? -" in says(found)
        assert says(found).endswith(f"still {twin.text}."), "what is no tape is not taken"
    field.fill("2..3..?")
    twin.text, twin.step = "2..3..?", 7
    assert field.get_attribute("aria-invalid") == "false"
    assert says(found) == twin.sentence()
    found.get_by_role("button", name="Play").click()
    found.get_by_text("Step 2 of 7").wait_for(timeout=10_000)
    found.get_by_role("button", name="Pause").click()
    found.get_by_label("digits add").uncheck()
    found.get_by_label("Strength of the gates").fill("10")
    field.fill("7....?..2.?")
