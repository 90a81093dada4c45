"""The live picture of lesson 19 in a real JupyterLab: it trains, pauses, steps, resets, and lets other cells run."""

import re

import pytest

from .jupyterlab import run_all, screenshot
from .pictures import picture, says, write_notebook

CELLS = [
    "from dlkit.widgets.gans import LiveRing",
    "ring = LiveRing(seed=3)\nring",
    "print('other cells', 'run')",
]


@pytest.fixture(scope="module")
def page(open_notebook, tmp_path_factory):
    page = open_notebook(write_notebook(tmp_path_factory.mktemp("gans"), CELLS), reduced_motion="reduce")
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    run_all(page)
    page.locator(".dl-widget").wait_for()
    yield page
    assert page.faults == []


def steps(found) -> int:
    return int(re.search(r"Step (\d+):", says(found))[1])


def button(found, name):
    return found.get_by_role("button", name=name, exact=True)


def wait_for_steps(page, found, least):
    for _ in range(300):
        if steps(found) >= least:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"only {steps(found)} steps")


def still_stands(page, found):
    page.wait_for_timeout(600)
    before = steps(found)
    page.wait_for_timeout(800)
    return steps(found) == before


def test_every_control_has_a_name_and_a_visible_focus(page):
    found = picture(page, 0)
    for control in found.locator("button:not([tabindex='-1']), input, select, [tabindex='0']").all():
        name = control.evaluate("c => c.ariaLabel || [...(c.labels ?? [])].map((l) => l.innerText).join() || c.innerText")
        assert name.strip()
        control.focus()
        page.keyboard.press("Shift")
        assert control.evaluate("c => parseFloat(getComputedStyle(c).outlineWidth)") >= 2, name


def test_step_and_reset_by_mouse_and_key(page):
    found = picture(page, 0)
    assert steps(found) == 0
    button(found, "Step").click()
    wait_for_steps(page, found, 1)
    assert steps(found) == 1
    found.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    wait_for_steps(page, found, 2)
    assert steps(found) == 2
    page.keyboard.press("Home")
    page.wait_for_timeout(500)
    assert steps(found) == 0


def test_it_trains_pauses_and_goes_on(page):
    found = picture(page, 0)
    button(found, "Play").click()
    wait_for_steps(page, found, 30)
    button(found, "Pause").click()
    assert still_stands(page, found)
    before = steps(found)
    found.get_by_role("application").focus()
    page.keyboard.press(" ")
    wait_for_steps(page, found, before + 30)
    screenshot(page, "gans_ring")
    page.keyboard.press(" ")
    assert still_stands(page, found)


def test_other_cells_run_while_it_trains(page):
    found = picture(page, 0)
    button(found, "Play").click()
    wait_for_steps(page, found, steps(found) + 10)
    cell = page.locator(".jp-CodeCell").nth(2)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(1500)
    assert "other cells run" in cell.locator(".jp-OutputArea").inner_text()
    before = steps(found)
    wait_for_steps(page, found, before + 10)
    button(found, "Pause").click()


def test_the_stop_button_of_the_kernel_pauses_it(page):
    found = picture(page, 0)
    button(found, "Play").click()
    wait_for_steps(page, found, steps(found) + 20)
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("Interrupt Kernel")).click()
    page.wait_for_timeout(800)
    if "Stopped from the kernel" not in says(found):  # it fell between two slices
        page.get_by_role("menuitem", name="Kernel", exact=True).click()
        page.get_by_role("menuitem", name=re.compile("Interrupt Kernel")).click()
        page.wait_for_timeout(800)
    assert "Stopped from the kernel; Play goes on." in says(found)
    assert still_stands(page, found)
    before = steps(found)
    button(found, "Play").click()
    wait_for_steps(page, found, before + 20)
    button(found, "Pause").click()


def test_seed_pace_and_loss(page):
    found = picture(page, 0)
    found.get_by_role("spinbutton", name="Seed").fill("5")
    page.wait_for_timeout(600)
    assert steps(found) == 0
    found.get_by_label("The discriminator learns").select_option("a quarter as fast")
    found.get_by_label("The generator's loss").select_option(index=1)
    cell = page.locator(".jp-CodeCell").nth(2)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("print(ring.seed, ring.game.form, round(ring.game.ratio, 3))")
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(1500)
    assert "5 minimax 0.25" in cell.locator(".jp-OutputArea").inner_text()


def test_it_stops_when_its_cell_is_gone(page):
    found = picture(page, 0)
    button(found, "Play").click()
    wait_for_steps(page, found, 20)
    page.locator(".jp-CodeCell").nth(1).locator(".cm-content").click()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.keyboard.press("d")
    page.locator(".dl-widget").wait_for(state="detached")
    cell = page.locator(".jp-CodeCell").nth(1)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("import asyncio; n = ring.steps; await asyncio.sleep(1); print('moved', ring.steps - n < 200)")
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(2500)
    assert "moved True" in cell.locator(".jp-OutputArea").inner_text()
