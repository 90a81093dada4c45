"""Lesson 15's live pictures in a real JupyterLab: every control by mouse and by keyboard, their words beside Python's."""

import pytest

from dlkit.widgets.attention import AlignmentMap, QueryKeyPlayground

from .jupyterlab import run_all, screenshot
from .pictures import picture, says, write_notebook

LOOK = """
import numpy as np
from dlkit.data import spell_number
from dlkit.widgets.attention import AlignmentMap, QueryKeyPlayground
def look(text):
    if not (text.isdecimal() and len(text) <= 9):
        raise ValueError("Type a whole number of one to nine digits.")
    words, symbols = spell_number(int(text)).split(), [*text, "end"]
    places = np.arange(len(symbols))[:, None] * len(words) / len(symbols)
    weights = np.exp(-((np.arange(len(words)) - places) ** 2))
    return words, symbols, weights / weights.sum(axis=1, keepdims=True)
"""
PLAYGROUND, MAP = range(2)
CELLS = [LOOK, "QueryKeyPlayground()", "AlignmentMap(look, '905312468')"]
space: dict = {}
exec(LOOK, space)


@pytest.fixture(scope="module", params=["light", "dark"])
def page(open_notebook, tmp_path_factory, request):
    page = open_notebook(
        write_notebook(tmp_path_factory.mktemp("attention"), CELLS), theme=request.param, width=1000, reduced_motion="reduce"
    )
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    run_all(page)
    page.locator(".dl-widget").nth(MAP).wait_for()
    page.theme = request.param
    yield page
    assert page.faults == []


@pytest.mark.parametrize("k", [PLAYGROUND, MAP])
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


def test_the_query_and_keys_by_keyboard_and_mouse(page):
    found, twin = picture(page, PLAYGROUND), QueryKeyPlayground()
    assert says(found) == twin.sentence()
    stage = found.get_by_role("application")
    stage.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    twin.query = [1.05, 1.0]
    assert says(found) == twin.sentence()
    found.get_by_label("Move", exact=True).select_option("key 3")
    stage.focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowDown")
    twin.points = [[2, 1], [0, 2], [-1.5, -1.05]]
    assert says(found) == twin.sentence()
    found.get_by_label("divide scores").uncheck()
    twin.scaled = False
    assert says(found) == twin.sentence()
    screenshot(page, f"query_keys_{page.theme}")
    key = found.locator(".dl-key-point").nth(1).bounding_box()
    page.mouse.move(key["x"] + key["width"] / 2, key["y"] + key["height"] / 2)
    page.mouse.down()
    page.mouse.move(key["x"] + 80, key["y"] + 60, steps=4)
    page.mouse.up()
    assert found.get_by_label("Move", exact=True).evaluate("s => s.options[s.selectedIndex].text") == "key 2"
    assert says(found) != twin.sentence()
    found.get_by_label("divide scores").check()


def test_the_map_is_pointed_at_walked_and_typed_into(page):
    found, twin = picture(page, MAP), AlignmentMap(space["look"], "905312468")
    assert says(found) == twin.sentence()
    found.get_by_role("application").focus()
    for key, row in (("ArrowDown", 1), ("End", 9), ("ArrowUp", 8), ("Home", 0)):
        page.keyboard.press(key)
        twin.row = row
        assert says(found) == twin.sentence()
    found.locator(".dl-cell").nth(15 * 4 + 3).hover()
    twin.row = 4
    assert says(found) == twin.sentence()
    screenshot(page, f"alignment_{page.theme}")
    field = found.get_by_label("Number")
    field.fill("40007")
    twin.text = "40007"
    found.get_by_text("forty thousand and seven → 4 0 0 0 7 end").wait_for(timeout=5000)
    assert says(found) == twin.sentence()
    field.fill("forty")
    found.get_by_text("Type a whole number").wait_for(timeout=5000)
    assert field.get_attribute("aria-invalid") == "true"
    field.fill("905312468")
    found.get_by_text("nine hundred and five million").wait_for(timeout=5000)
    assert field.get_attribute("aria-invalid") == "false"
