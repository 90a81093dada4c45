"""The live pictures of lesson 13 in a real JupyterLab: every control by mouse and by keyboard."""

import pytest

from dlkit.widgets.recurrent_networks import GradientThroughTime, UnrolledStepper

from .jupyterlab import run_all, screenshot
from .pictures import picture, says, write_notebook

LAST, EVERY, GRADIENT = range(3)
CELLS = [
    "from dlkit.widgets.recurrent_networks import GradientThroughTime, UnrolledStepper",
    "UnrolledStepper((1, 0, 0), (0, 0, 1))",
    'UnrolledStepper((1, 0, -2, 0.5), (0, 1, 0, -1), U=0.8, V=-1.2, b=0.1, W=1.5, c=-0.2, h0=0.3, loss="every")',
    "GradientThroughTime(0.9)",
]


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request, open_notebook, tmp_path_factory):
    page = open_notebook(write_notebook(tmp_path_factory.mktemp("notebook"), CELLS), theme=request.param, width=1000)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    run_all(page)
    page.locator(".dl-widget").nth(GRADIENT).wait_for()
    yield page
    assert page.faults == []


def twins():
    numbers = {"U": 0.8, "V": -1.2, "b": 0.1, "W": 1.5, "c": -0.2, "h0": 0.3}
    return UnrolledStepper((1, 0, 0), (0, 0, 1)), UnrolledStepper((1, 0, -2, 0.5), (0, 1, 0, -1), **numbers, loss="every")


@pytest.mark.parametrize("k", range(3))
def test_every_control_has_a_name_and_a_visible_focus(page, k):
    found = picture(page, k)
    for control in found.locator("button:not([tabindex='-1']), input:visible, select, [tabindex='0']").all():
        name = control.evaluate("c => c.ariaLabel || [...(c.labels ?? [])].map((l) => l.innerText).join() || c.innerText")
        assert name.strip()
        control.focus()
        page.keyboard.press("Shift")  # focus counts as the keyboard's
        assert control.evaluate("c => parseFloat(getComputedStyle(c).outlineWidth)") >= 2, name
    assert found.locator("[role=status][aria-live=polite]").count() == 1
    assert found.evaluate("w => w.scrollWidth <= w.clientWidth"), "nothing sticks out"


@pytest.mark.parametrize("k", [LAST, EVERY])
def test_the_arrows_walk_forward_and_back_through_time(page, k):
    found, twin = picture(page, k), twins()[k]
    found.get_by_role("application").focus()
    page.keyboard.press("Home")
    for step in range(twin.last_step + 1):
        twin.step = step
        assert says(found) == twin.sentence()
        page.keyboard.press("ArrowRight")
    assert says(found) == twin.sentence(), "the last step stays"
    screenshot(page, f"unrolled_{k}")
    found.get_by_role("button", name="Back").click()
    twin.step -= 1
    assert says(found) == twin.sentence()
    found.get_by_role("button", name="Next").click()
    twin.step += 1
    assert says(found) == twin.sentence()


def test_numbers_and_the_loss_are_changed(page):
    found, twin = picture(page, LAST), twins()[LAST]
    found.get_by_role("application").focus()
    page.keyboard.press("End")
    twin.step = twin.last_step
    found.get_by_label("V", exact=True).fill("-1.5")
    twin.numbers = twin.numbers | {"V": -1.5}
    assert says(found) == twin.sentence()
    for bad in ("", "x", "101"):
        found.get_by_label("V", exact=True).fill(bad)
        assert found.get_by_label("V", exact=True).get_attribute("aria-invalid") == "true"
        assert says(found) == "V is not a number from −100 to 100; it is still −1.5.", "what is no number is not taken"
    found.get_by_label("V", exact=True).fill("-3/2")
    assert says(found) == twin.sentence()
    assert not found.get_by_label("y1", exact=True).is_visible(), "no loss, no target"
    found.get_by_label("Loss", exact=True).select_option("at every step")
    twin.loss, twin.step = "every", 0
    assert says(found) == twin.sentence()
    found.get_by_label("y1", exact=True).fill("0.5")
    twin.numbers = twin.numbers | {"y1": 0.5}
    assert says(found) == twin.sentence()
    found.get_by_role("button", name="Play").click()
    found.get_by_text("Step 2 of").wait_for(timeout=10_000)
    found.get_by_role("button", name="Pause").click()
    found.get_by_label("Loss", exact=True).select_option("after the last step")
    found.get_by_label("V", exact=True).fill("0.5")


def test_the_gradient_follows_slider_key_and_choice(page):
    found, twin = picture(page, GRADIENT), GradientThroughTime(0.9)
    stage, (sigma, drive) = found.get_by_role("application"), found.get_by_role("slider").all()
    sigma.fill("0.9")
    assert says(found) == twin.sentence()
    sigma.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    twin.sigma = 0.93
    assert says(found) == twin.sentence()
    drive.fill("1.5")
    twin.drive = 1.5
    assert says(found) == twin.sentence()
    stage.focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowLeft")
    twin.sigma = 1.02
    assert says(found) == twin.sentence()
    page.keyboard.press("End")
    twin.sigma = 2.0
    drive.fill("0")
    twin.drive = 0.0
    assert says(found) == twin.sentence()
    assert "explodes" in says(found)
    screenshot(page, "gradient_explodes")
    found.get_by_label("V", exact=True).select_option(index=1)
    twin.kind = "random"
    assert says(found) == twin.sentence()
    found.get_by_label("V", exact=True).select_option(index=0)
    drive.fill("0.3")
