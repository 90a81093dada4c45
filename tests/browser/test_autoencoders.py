"""The live pictures of lesson 17 in a real JupyterLab, by mouse and by keyboard, beside what Python says."""

import numpy as np
import pytest

from dlkit.data import load
from dlkit.widgets.autoencoders import Bottleneck, LatentPlane

from .jupyterlab import run_all, screenshot
from .pictures import picture, says, write_notebook

COPIES, PLANE = range(2)
SETUP = """
import numpy as np
from dlkit.data import load
from dlkit.widgets.autoencoders import Bottleneck, LatentPlane
digits = load("digits")
x, y = digits.x_test[:30].reshape(30, 64), digits.y_test[:30]
mean = digits.x_train.reshape(-1, 64).mean(axis=0)
v = np.linalg.svd(digits.x_train.reshape(-1, 64) - mean, full_matrices=False)[2]
v *= np.sign(v[:, 20:21])
pca = {k: [(v[:k], -v[:k] @ mean, "linear"), (v[:k].T, mean, "linear")] for k in (1, 2, 4, 8)}
bent = {k: [(v[:k], -v[:k] @ mean, "tanh"), (v[:k].T, mean, "sigmoid")] for k in (2, 4)}
"""
CELLS = [
    SETUP.strip(),
    'Bottleneck(x.reshape(-1, 8, 8), y, {"PCA": pca, "bent": bent}, width=4)',
    "plane = LatentPlane(pca[2][1:], (x - mean) @ v[:2].T, y, x.reshape(-1, 8, 8))\nplane",
    "plane.z = [0.5, -0.25]",
]


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request, open_notebook, tmp_path_factory):
    page = open_notebook(write_notebook(tmp_path_factory.mktemp("autoencoders"), CELLS), theme=request.param, width=1000)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    run_all(page)
    page.locator(".dl-widget").nth(PLANE).wait_for()
    yield page
    assert page.faults == []


@pytest.fixture(scope="module")
def twins():
    scope = {}
    exec(SETUP, scope)
    x, y, images = scope["x"], scope["y"], load("digits").x_test[:30].reshape(-1, 8, 8)
    copies = Bottleneck(images, y, {"PCA": scope["pca"], "bent": scope["bent"]}, width=4)
    return copies, LatentPlane(scope["pca"][2][1:], (x - scope["mean"]) @ scope["v"][:2].T, y, images, z=(0.5, -0.25))


@pytest.mark.parametrize("k", [COPIES, PLANE])
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


def grey(found, k):
    """The grey levels of the k-th canvas."""
    levels = found.locator("canvas").nth(k).evaluate(
        "c => Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).filter((_, i) => i % 4 === 0)"
    )
    return np.reshape(levels, (8, 8))


def levels(image):
    return 255 * np.clip(image, 0, 1)


def test_the_bottleneck_by_choice_slider_field_and_key(page, twins):
    found, twin = picture(page, COPIES), twins[0]
    stage = found.get_by_role("application")
    stage.focus()
    page.keyboard.press("ArrowRight")
    twin.width = 8
    assert says(found) == twin.sentence()
    page.keyboard.press("ArrowRight")
    assert says(found) == twin.sentence(), "the widest stays"
    page.keyboard.press("Shift+ArrowUp")
    twin.index = 10
    assert says(found) == twin.sentence()
    np.testing.assert_allclose(grey(found, 0), levels(twin._images[10]), atol=1)
    np.testing.assert_allclose(grey(found, 1), levels(twin.copies()[10]), atol=1)
    screenshot(page, "bottleneck")
    found.get_by_label("Network").select_option("bent")
    twin.method, twin.width = "bent", 4
    assert says(found) == twin.sentence(), "the nearest width that there is"
    found.get_by_role("slider").fill("0")
    twin.width = 2
    assert says(found) == twin.sentence()
    found.get_by_role("spinbutton", name="Picture").fill("3")
    twin.index = 3
    assert says(found) == twin.sentence()
    found.get_by_label("Network").select_option("PCA")
    found.get_by_role("slider").fill("2")
    stage.focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    twin.method, twin.width, twin.index = "PCA", 4, 0
    assert says(found) == twin.sentence()


def test_the_plane_by_slider_key_and_pointer(page, twins):
    found, twin = picture(page, PLANE), twins[1]
    found.get_by_role("slider", name="z₁").evaluate(
        "s => { s.value = 0.5; s.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    found.get_by_role("slider", name="z₂").evaluate(
        "s => { s.value = -0.25; s.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    twin.z = [0.5, -0.25]
    assert says(found) == twin.sentence()
    np.testing.assert_allclose(grey(found, 0), levels(twin.decoded()), atol=1)
    np.testing.assert_allclose(grey(found, 1), levels(twin._images[twin.nearest()[0]]), atol=1)
    screenshot(page, "latent_plane")
    stage = found.get_by_role("application")
    stage.focus()
    before = says(found)
    for key in ("Shift+ArrowRight", "ArrowUp", "Shift+ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
        assert says(found).startswith("At z = (")
    assert says(found) == before, "there and back"
    frame = found.locator(".dl-plane-frame").bounding_box()
    page.mouse.click(frame["x"] + 3, frame["y"] + 3)
    assert "No picture has its code near here" in says(found)
