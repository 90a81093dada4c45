"""The live pictures of lesson 01 in a real JupyterLab, by mouse and by keyboard, beside what Python says."""

import numpy as np
import pytest

from dlkit.widgets.neurons import ActivationExplorer, NeuronLine, ReluFit

from .jupyterlab import run_all, screenshot
from .pictures import picture, says, write_notebook

CORNERS, AND = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]
LINE, BEND, FIT, TWIN = range(4)
CELLS = [
    "from dlkit.widgets.neurons import ActivationExplorer, NeuronLine, ReluFit",
    f"line = NeuronLine({CORNERS}, {AND}, w=(1, 0), b=-0.5)\nline",
    "ActivationExplorer()",
    "fit = ReluFit()\nfit",
    "fit",
    "line.b = -1.0\nprint('moved')",
]


@pytest.fixture(scope="module")
def page(open_notebook, tmp_path_factory):
    page = open_notebook(write_notebook(tmp_path_factory.mktemp("neurons"), CELLS), reduced_motion="reduce")
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    run_all(page)
    page.locator(".dl-widget").nth(TWIN).wait_for()
    yield page
    assert page.faults == []


def slide(found, label, value):
    found.get_by_role("slider", name=label).evaluate(
        "(s, v) => { s.value = v; s.dispatchEvent(new Event('input', { bubbles: true })); }", str(value)
    )


def test_every_control_has_a_name_and_a_visible_focus(page):
    for k in (LINE, BEND, FIT):
        found = picture(page, k)
        for control in found.locator("button:not([tabindex='-1']), input, select, [tabindex='0']").all():
            name = control.evaluate("c => c.ariaLabel || [...(c.labels ?? [])].map((l) => l.innerText).join() || c.innerText")
            assert name.strip()
            control.focus()
            page.keyboard.press("Shift")  # focus counts as the keyboard's
            assert control.evaluate("c => parseFloat(getComputedStyle(c).outlineWidth)") >= 2, name
        assert found.locator("[role=status][aria-live=polite]").count() == 1


def test_the_line_by_slider_key_and_pointer(page):
    found = picture(page, LINE)
    twin = NeuronLine(CORNERS, AND, w=(1, 0), b=-1)
    assert says(found) == twin.sentence(), "the kernel's own change arrived"
    for label, value, field in (("w₁", 1.5, 0), ("w₂", 1.5, 1), ("b, offset", -2, 2)):
        slide(found, label, value)
        if field < 2:
            twin.w = [value if k == field else w for k, w in enumerate(twin.w)]
        else:
            twin.b = value
        assert says(found) == twin.sentence()
    assert "All 4 points are on their own side." in says(found)
    screenshot(page, "neurons_line")
    stage = found.get_by_role("application")
    stage.focus()
    page.keyboard.press("ArrowUp")
    twin.b = -1.99
    assert says(found) == twin.sentence()
    page.keyboard.press("Shift+ArrowDown")
    twin.b = -2.09
    assert says(found) == twin.sentence()
    for _ in range(9):
        page.keyboard.press("Shift+ArrowRight")  # half a turn: the other side is positive now
    assert "1 of 1 “class 1” and 0 of 3" not in says(found)
    for _ in range(9):
        page.keyboard.press("Shift+ArrowLeft")
    assert "All 4 points are on their own side." in says(found)
    frame = found.locator(".dl-plane-frame").bounding_box()
    x, y = frame["x"] + frame["width"] * 0.9, frame["y"] + frame["height"] * 0.1  # beyond (1, 1)
    page.mouse.click(x, y)
    assert "On the positive side: 0 of 1 “class 1” and 0 of 3 “class 0”. 3 of 4" in says(found)
    page.mouse.click(frame["x"] + frame["width"] * 0.6, frame["y"] + frame["height"] * 0.4)
    handle = found.locator(".dl-arrow-tip").bounding_box()
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    page.mouse.move(frame["x"] + frame["width"] * 0.4, frame["y"] + frame["height"] * 0.6, steps=4)  # the arrow turned round
    page.mouse.up()
    assert "On the positive side: 0 of 1 “class 1” and 3 of 3 “class 0”. 0 of 4" in says(found)


@pytest.mark.parametrize("kind", ["sigmoid", "tanh", "ReLU", "leaky ReLU", "ELU", "GELU", "maxout of three"])
def test_activations_by_key_and_pointer(page, kind):
    found = picture(page, BEND)
    found.get_by_label("Activation").select_option(kind)
    stage = found.get_by_role("application")
    stage.focus()
    page.keyboard.press("Home")
    assert says(found) == ActivationExplorer(kind, -5).sentence()
    for _ in range(5):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowRight")
    assert says(found) == ActivationExplorer(kind, 0.1).sentence()
    slide(found, "x", 2.5)
    assert says(found) == ActivationExplorer(kind, 2.5).sentence()
    frame = found.locator(".dl-plane-frame").bounding_box()
    page.mouse.click(frame["x"] + frame["width"] * 0.2, frame["y"] + frame["height"] * 0.5)
    assert says(found) == ActivationExplorer(kind, -3).sentence()
    screenshot(page, f"neurons_{kind.replace(' ', '_')}")


def test_the_fit_by_field_key_and_choice(page):
    found, twin = picture(page, FIT), ReluFit()
    assert says(found) == twin.sentence()
    found.get_by_role("spinbutton", name="k, neurons").fill("8")
    assert says(found) == ReluFit(8).sentence() == says(picture(page, TWIN)), "two views stay together"
    picture(page, FIT).get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    assert says(found) == ReluFit(9).sentence()
    page.keyboard.press("End")
    assert says(found) == ReluFit(64).sentence()
    page.keyboard.press("Home")
    assert says(found) == ReluFit(1).sentence()
    found.get_by_label("Curve", exact=True).select_option("a step")
    found.get_by_role("spinbutton", name="k, neurons").fill("6")
    assert says(found) == ReluFit(6, "a step").sentence()
    assert found.locator(".dl-layer-fit circle").count() == 6
    assert found.locator(".dl-layer-units path").count() == 0
    found.get_by_label("Show each neuron's share").check()
    assert found.locator(".dl-layer-units path").count() == 6
    screenshot(page, "neurons_fit")


def test_a_step_takes_few_milliseconds(page):
    found = picture(page, LINE)
    found.get_by_role("application").focus()
    times = page.evaluate("""(k) => {
      const stage = document.querySelectorAll('.dl-widget')[k].querySelector('[role=application]'), times = [];
      for (let n = 0; n < 40; n++) {
        const started = performance.now();
        stage.dispatchEvent(new KeyboardEvent('keydown', { key: n % 2 ? 'ArrowUp' : 'ArrowDown', bubbles: true }));
        stage.getBoundingClientRect(); // the browser lays out
        times.push(performance.now() - started);
      }
      return times;
    }""", LINE)  # fmt: skip
    assert np.median(times) < 100
