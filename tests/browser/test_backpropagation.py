"""The live pictures of lesson 02 in a real JupyterLab: every control by mouse and by keyboard."""

import pytest

from dlkit.widgets.backpropagation import Descent, GraphStepper

from .jupyterlab import run_all, screenshot
from .pictures import picture, says, write_notebook

NEURON, NETWORK, VALLEY = range(3)
CELLS = [
    "from dlkit.widgets.backpropagation import Descent, GraphStepper",
    'GraphStepper("neuron")',
    'GraphStepper("network")',
    'walk = Descent("valley", eta=0.15)\nwalk',
]


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request, open_notebook, tmp_path_factory):
    page = open_notebook(write_notebook(tmp_path_factory.mktemp("notebook"), CELLS), theme=request.param, width=1000)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    run_all(page)
    page.locator(".dl-widget").nth(VALLEY).wait_for()
    yield page
    assert page.faults == []


@pytest.mark.parametrize("k", range(3))
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


@pytest.mark.parametrize(("k", "graph"), [(NEURON, "neuron"), (NETWORK, "network")])
def test_the_arrows_step_through_the_graph(page, k, graph):
    found, twin = picture(page, k), GraphStepper(graph)
    found.get_by_role("application").focus()
    page.keyboard.press("Home")
    for step in range(twin.last_step + 1):
        twin.step = step
        assert says(found) == twin.sentence()
        page.keyboard.press("ArrowRight")
    assert says(found) == twin.sentence(), "the last step stays"
    screenshot(page, f"graph_{graph}")
    page.keyboard.press("ArrowLeft")
    twin.step -= 1
    assert says(found) == twin.sentence()
    found.get_by_role("button", name="Next").click()
    twin.step += 1
    assert says(found) == twin.sentence()


def test_numbers_are_typed_at_any_step(page):
    found, twin = picture(page, NEURON), GraphStepper(step=7, w=-1.5, t=0)
    found.get_by_role("application").focus()
    page.keyboard.press("Home")
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    found.get_by_label("w", exact=True).fill("-1.5")
    found.get_by_label("t", exact=True).fill("0")
    assert says(found) == twin.sentence()
    for bad in ("", "x", "101", "1e9"):
        found.get_by_label("w", exact=True).fill(bad)
        assert found.get_by_label("w", exact=True).get_attribute("aria-invalid") == "true"
        assert says(found) == twin.sentence(), "what is no number is not taken"
    found.get_by_label("w", exact=True).fill("20")
    assert found.get_by_label("w", exact=True).get_attribute("aria-invalid") == "false"
    twin.numbers = twin.numbers | {"w": 20.0}
    assert says(found) == twin.sentence()


def test_the_walk_by_slider_key_and_mouse(page):
    found, twin = picture(page, VALLEY), Descent(eta=0.15)
    stage = found.get_by_role("application")
    stage.focus()
    page.keyboard.press("Home")
    assert says(found) == twin.sentence()
    for _ in range(3):
        found.get_by_role("button", name="Next").click()
    twin.steps = 3
    assert says(found) == twin.sentence()
    slider = found.get_by_role("slider")
    slider.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    twin.eta = 0.152
    assert says(found) == twin.sentence()
    slider.fill("210")
    twin.eta = 0.21
    assert says(found) == twin.sentence()
    assert "diverges" in says(found)
    screenshot(page, "descent_diverges")
    stage.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    twin.start = (-3.4, 0.5)
    assert says(found) == twin.sentence()
    box = found.locator(".dl-surface").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25)
    start = found.locator(".dl-surface rect.dl-begin")
    x, y = start.evaluate("r => [+r.getAttribute('x'), +r.getAttribute('y')]")
    assert ((x + 7) / 80 - 4, 2 - (y + 7) / 80) == pytest.approx((2, 1), abs=0.05)
    found.get_by_label("Surface", exact=True).select_option("bowl: a = b = 1")
    assert "after" not in says(found)
    found.get_by_label("Surface", exact=True).select_option("valley: a = 1, b = 10")
    found.get_by_role("button", name="Play").click()
    found.get_by_text("at the start: w").wait_for(state="hidden", timeout=10_000)
    found.get_by_role("button", name="Pause").click()
    assert ", after " in says(found)
    found.get_by_role("button", name="Restart").click()
    assert "at the start: w" in says(found)
    slider.fill("150")
    found.get_by_role("button", name="Restart").click()
