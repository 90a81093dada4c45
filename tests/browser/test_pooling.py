"""Lesson 06's live pictures in a real JupyterLab: every control by mouse and by keyboard, their words beside Python's."""

import numpy as np
import pytest

from dlkit.widgets.pooling import PoolingWindow, ShiftedPooling

from .jupyterlab import run_all, screenshot
from .pictures import picture, says, set_field, write_notebook

FIVE = [[1, 2, 0, 1, 3], [0, 5, 9, 4, 2], [2, 1, 0, 3, 1], [6, 0, 2, 7, 5], [1, 4, 0, 2, 3]]
TIES = [[2, 2, 0, 0], [1, 2, 0, 0], [0, 1, 3, 1], [1, 0, 1, 3]]
DIGIT = np.pad(np.random.default_rng(6).integers(0, 17, (8, 6)), ((0, 0), (3, 3))).tolist()
WINDOW, TIED, SHIFTED = range(3)
CELLS = [
    "from dlkit.widgets.pooling import PoolingWindow, ShiftedPooling",
    f"PoolingWindow({FIVE}, kernel_size=3, stride=2)",
    f"PoolingWindow({TIES}, way='backward')",
    f"ShiftedPooling({DIGIT})",
]


@pytest.fixture(scope="module", params=["light", "dark"])
def page(open_notebook, tmp_path_factory, request):
    page = open_notebook(
        write_notebook(tmp_path_factory.mktemp("pooling"), CELLS), theme=request.param, width=1200, reduced_motion="reduce"
    )
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    run_all(page)
    page.locator(".dl-widget").nth(SHIFTED).wait_for()
    page.theme = request.param
    yield page
    assert page.faults == []


@pytest.mark.parametrize("k", [WINDOW, TIED, SHIFTED])
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


def test_the_window_walks_forward_and_backward(page):
    found, twin = picture(page, WINDOW), PoolingWindow(FIVE, kernel_size=3, stride=2)
    for way in ("forward: x to y", "backward: dy to dx"):
        found.get_by_label("Pass").select_option(way)
        twin.way = way.split(":")[0]
        for mode in ("average", "max"):
            found.get_by_label("Pool by").select_option(mode)
            twin.mode = mode
            found.get_by_role("application").focus()
            page.keyboard.press("Home")
            for key, place in (
                ("", (0, 0)),
                ("ArrowRight", (0, 1)),
                ("ArrowDown", (1, 1)),
                ("ArrowLeft", (1, 0)),
                ("End", (1, 1)),
            ):
                if key:
                    page.keyboard.press(key)
                twin.position = place
                assert says(found) == twin.sentence()
                assert found.locator(".dl-equation").inner_text() == twin.equation()
        screenshot(page, f"pooling_{page.theme}_{twin.way}")
    dx = found.locator("figure").last.locator(".dl-number").all_text_contents()
    np.testing.assert_array_equal([int(text or 0) for text in dx], twin.gradient().ravel())
    found.get_by_label("Pass").select_option("forward: x to y")


def test_buttons_clicks_and_fields(page):
    found, twin = picture(page, WINDOW), PoolingWindow(FIVE, kernel_size=3, stride=2)
    found.get_by_role("button", name="Next").click()
    twin.position = (0, 1)
    assert says(found) == twin.sentence()
    found.get_by_role("button", name="Back").press("Enter")
    twin.position = (0, 0)
    assert says(found) == twin.sentence()
    box = found.locator("svg.dl-grid").last.bounding_box()
    found.locator("svg.dl-grid").last.click(position={"x": box["width"] * 0.75, "y": box["height"] * 0.75})
    twin.position = (1, 1)
    assert says(found) == twin.sentence()
    set_field(found, "Stride", 1)
    set_field(found, "Window", 2)
    twin = PoolingWindow(FIVE, kernel_size=2, stride=1)
    assert says(found) == twin.sentence()
    set_field(found, "Window", 6)
    assert says(found) == "No place fits: the window is 6×6, the image only 5×5."
    page.keyboard.press("ArrowRight")
    set_field(found, "Window", 3)
    set_field(found, "Stride", 2)
    found.get_by_role("button", name="Play").click()
    found.get_by_text("place 2 of 4").wait_for(timeout=5000)
    found.get_by_role("button", name="Pause").click()


def test_ties_are_framed_and_told(page):
    found = picture(page, TIED)
    found.get_by_role("application").focus()
    page.keyboard.press("Home")
    assert says(found) == PoolingWindow(TIES, way="backward").sentence()
    assert "3 cells tie" in says(found)
    frames = found.locator("figure").first.locator(".dl-light")
    assert frames.count() == 3
    assert found.locator("figure").first.locator(".dl-tied").count() == 2
    screenshot(page, f"pooling_ties_{page.theme}")


def test_the_shift_by_slider_and_fields(page):
    found, twin = picture(page, SHIFTED), ShiftedPooling(DIGIT)
    assert says(found) == twin.sentence()
    slider = found.get_by_label("Shift, columns")
    for mode in ("none", "average", "stride: keep one cell", "max"):
        found.get_by_label("Pool by").select_option(mode)
        twin.mode = mode.split(":")[0]
        slider.focus()
        for key in ("Home", "ArrowRight", "End", "ArrowLeft", "ArrowLeft", "ArrowLeft"):
            page.keyboard.press(key)
            twin.shift = int(slider.input_value())
            assert says(found) == twin.sentence()
        changed, _ = twin.changes()
        assert found.locator(".dl-light").count() == changed.sum()
        assert found.evaluate("w => w.scrollWidth <= w.clientWidth"), mode
        screenshot(page, f"pooling_shift_{page.theme}_{twin.mode}")
    set_field(found, "Window", 4)
    twin.kernel_size = 4
    assert says(found) == twin.sentence()
    set_field(found, "Window", 2)
