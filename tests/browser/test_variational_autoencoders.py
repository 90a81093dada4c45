"""The live pictures of lesson 18 in a real JupyterLab, by mouse and by keyboard, beside what Python says."""

import numpy as np
import pytest

from dlkit.layers import Linear, ReLU, Sequential, Sigmoid
from dlkit.widgets.variational_autoencoders import BellDivergence, LatentSliders

from .jupyterlab import run_all, screenshot
from .pictures import picture, says, write_notebook

BELL, SLIDERS, TWIN = range(3)
MAKE = """rng = np.random.default_rng(18)
net = Sequential(Linear(4, 9, rng=rng), ReLU(), Linear(9, 16, rng=rng), Sigmoid())
sliders = LatentSliders(net, [0.5, -1, 2, 0], kl=[0.5, 0.1, 0.25, 0], averages=rng.uniform(0, 1, (3, 16)))"""
CELLS = [
    "import numpy as np\nfrom dlkit.layers import Linear, ReLU, Sequential, Sigmoid\n"
    "from dlkit.widgets.variational_autoencoders import BellDivergence, LatentSliders",
    "bell = BellDivergence(2, -1.4)\nbell",
    f"{MAKE}\nsliders",
    "sliders",
    "bell.mean = 1.5\nprint('moved')",
]


@pytest.fixture(scope="module")
def page(open_notebook, tmp_path_factory):
    page = open_notebook(write_notebook(tmp_path_factory.mktemp("vae"), CELLS), reduced_motion="reduce")
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


def beside():
    """The same picture in Python."""
    here = {"np": np, "Linear": Linear, "ReLU": ReLU, "Sequential": Sequential, "Sigmoid": Sigmoid}
    exec(MAKE, here | {"LatentSliders": LatentSliders}, here)
    return here["sliders"]


def test_every_control_has_a_name_and_a_visible_focus(page):
    for k in (BELL, SLIDERS):
        found = picture(page, k)
        for control in found.locator("button:not([tabindex='-1']), input, select, [tabindex='0']").all():
            name = control.evaluate("c => c.ariaLabel || [...(c.labels ?? [])].map((l) => l.innerText).join() || c.innerText")
            assert name.strip()
            control.focus()
            page.keyboard.press("Shift")  # focus counts as the keyboard's
            assert control.evaluate("c => parseFloat(getComputedStyle(c).outlineWidth)") >= 2, name
        assert found.locator("[role=status][aria-live=polite]").count() == 1


def test_the_bell_by_slider_key_pointer_and_step(page):
    found = picture(page, BELL)
    assert says(found) == BellDivergence(1.5, -1.4).sentence(), "the kernel's own change arrived"
    stage = found.get_by_role("application")
    stage.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowUp")
    assert says(found) == BellDivergence(1.4, -0.4).sentence()
    slide(found, "ln σ², log_var", 1)
    slide(found, "μ, mean", -2)
    assert says(found) == BellDivergence(-2, 1).sentence()
    screenshot(page, "vae_bell")
    found.get_by_role("button", name="One step downhill").click()
    assert says(found) == BellDivergence(-1.4, 0.74).sentence()
    stage.focus()
    page.keyboard.press("Home")
    assert says(found) == BellDivergence(0, 0).sentence()
    frame = found.locator(".dl-plane-frame").bounding_box()
    page.mouse.click(frame["x"] + 0.7 * frame["width"], frame["y"] + frame["height"] * (1 - 0.4 / 1.9))
    assert says(found) == BellDivergence(2, 0).sentence()


def test_sliders_decode_by_key_and_pointer(page):
    found, twin = picture(page, SLIDERS), beside()
    twin.unit = 3  # the last one that was given the focus above
    assert says(found) == twin.sentence()
    dial = found.get_by_role("slider", name="unit 1, KL 0.10")
    dial.focus()
    page.keyboard.press("ArrowRight")
    twin.z, twin.unit = [0.5, -0.9, 2, 0], 1
    assert says(found) == twin.sentence() == says(picture(page, TWIN)), "two views stay together"
    page.keyboard.press("End")
    twin.z = [0.5, 3, 2, 0]
    assert says(found) == twin.sentence()
    dial.click()  # in its middle
    twin.z = [0.5, 0, 2, 0]
    assert says(found) == twin.sentence()
    shown = found.locator("canvas").first.evaluate("c => Array.from(c.getContext('2d').getImageData(0, 0, 4, 4).data)")
    np.testing.assert_allclose(np.array(shown).reshape(16, 4)[:, 0], 255 * twin.picture().ravel(), atol=0.51)
    screenshot(page, "vae_sliders")
    found.get_by_role("button", name="Draw a code").click()
    drawn = found.locator("output").all_inner_texts()
    twin.z = [float(value.replace("−", "-")) for value in drawn]
    assert says(found) == twin.sentence()
    found.get_by_role("button", name="All to 0").click()
    twin.z = [0, 0, 0, 0]
    assert says(found) == twin.sentence()
    assert found.locator("canvas").count() == 8


def test_a_step_takes_few_milliseconds(page):
    picture(page, SLIDERS)
    times = page.evaluate("""(k) => {
      const range = document.querySelectorAll('.dl-widget')[k].querySelector('input[type=range]'), times = [];
      for (let n = 0; n < 40; n++) {
        const started = performance.now();
        range.value = n % 2 ? 1 : -1;
        range.dispatchEvent(new Event('input', { bubbles: true }));
        range.getBoundingClientRect(); // the browser lays out
        times.push(performance.now() - started);
      }
      return times;
    }""", SLIDERS)  # fmt: skip
    assert np.median(times) < 100
    print(f"median {np.median(times):.1f} ms")
