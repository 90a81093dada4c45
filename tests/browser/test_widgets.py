"""The live pictures in a real JupyterLab: every control by mouse and by keyboard, their numbers beside dlkit's."""

import re
import statistics

import numpy as np
import pytest

from dlkit.svg import number
from dlkit.widgets.convolution import ArithmeticExplorer, SlidingWindow
from dlkit.widgets.welcome import BroadcastingExplorer

from .jupyterlab import run_all, screenshot
from .pictures import (
    ARITHMETIC,
    BINARY,
    BINARY_5,
    BROADCAST,
    CELLS,
    CORNERS,
    CROSS,
    FRACTIONS,
    INTEGERS,
    PHOTO,
    RAMP,
    RANDOM,
    SOBEL,
    TWIN_1,
    TWIN_2,
    WORKED,
    convolve,
    photograph,
    picture,
    says,
    set_field,
    write_notebook,
)  # fmt: skip


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    return write_notebook(tmp_path_factory.mktemp("notebook"), CELLS)


@pytest.fixture(scope="module")
def page(open_notebook, notebook):
    """The pictures in one page, in the light theme, without animation."""
    page = open_notebook(notebook, reduced_motion="reduce")
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    run_all(page)
    page.locator(".dl-widget").nth(TWIN_2).wait_for()
    yield page
    assert page.faults == []


def written_outputs(found):
    return found.locator("figure").last.locator(".dl-number").all_text_contents()


def selected_cell(page):
    return page.evaluate("""() => {
      const cells = [...document.querySelectorAll('.jp-Notebook > * .jp-Cell, .jp-Notebook > .jp-Cell')];
      return [cells.length, cells.findIndex((cell) => cell.classList.contains('jp-mod-active'))];
    }""")


# What JupyterLab shows.


def test_the_live_face_is_shown_and_not_the_still(page):
    assert page.locator(".dl-widget").count() == 9
    assert page.locator('.jp-OutputArea-output[data-mime-type="image/svg+xml"]').count() == 0
    screenshot(page, "widgets_light")


@pytest.mark.parametrize("k", range(TWIN_1))
def test_every_control_has_a_name_and_a_visible_focus(page, k):
    found = picture(page, k)
    for control in found.locator("button:not([tabindex='-1']), input, select, [tabindex='0']").all():
        name = control.evaluate("c => c.ariaLabel || [...(c.labels ?? [])].map((l) => l.innerText).join() || c.innerText")
        assert name.strip()
        control.focus()
        page.keyboard.press("Shift")  # focus counts as the keyboard's
        assert control.evaluate("c => parseFloat(getComputedStyle(c).outlineWidth)") >= 2, name
    assert found.locator("[role=status][aria-live=polite]").count() == 1


# The sliding window.


@pytest.mark.parametrize(
    ("k", "image", "kernel", "options"),
    [
        (WORKED, RAMP, CORNERS, {}),
        (BINARY_5, BINARY, CROSS, {}),
        (INTEGERS, *RANDOM[0], {"stride": 2, "padding": 1}),
        (FRACTIONS, *RANDOM[1], {"stride": 2, "padding": 1}),
    ],
)
def test_the_arrows_walk_through_dlkits_outputs(page, k, image, kernel, options):
    found, y = picture(page, k), convolve(image, kernel, **options)
    twin = SlidingWindow(image, kernel, **options)
    found.get_by_role("application").focus()
    before = selected_cell(page)
    page.keyboard.press("Home")
    assert [text for text in written_outputs(found) if text] == [number(y[0, 0])], "only the first output is filled in"
    for p in range(y.shape[0]):
        for q in range(y.shape[1]):
            twin.position = (p, q)
            assert twin.sentence().endswith(says(found))
            total = re.split("[=≈] ", found.locator(".dl-equation").inner_text())[-1]
            assert total == number(y[p, q])
            page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        for _ in range(y.shape[1] - 1):
            page.keyboard.press("ArrowLeft")
    assert written_outputs(found) == [number(v) for v in y.ravel()]
    assert selected_cell(page) == before, "the arrows moved the notebook too"
    screenshot(page, f"widgets_walked_{k}")


def test_the_worked_sum(page):
    found = picture(page, WORKED)
    found.get_by_role("application").focus()
    page.keyboard.press("Home")
    sum_in_words = "1·1 + 2·0 + 3·(−1) + 6·0 + 7·1 + 8·(−1) + 5·2 + 4·0 + 3·1 = 10"
    assert " ".join(found.locator(".dl-equation").inner_text().split()) == sum_in_words


def test_home_and_end_and_the_edges(page):
    found = picture(page, WORKED)
    found.get_by_role("application").focus()
    page.keyboard.press("End")
    assert says(found).startswith("y[1, 2] = ")
    page.keyboard.press("ArrowDown")
    assert says(found).startswith("y[1, 2] = ")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    assert says(found).startswith("y[0, 0] = 10, output 1 of 6.")


def test_the_window_goes_where_the_pointer_says(page):
    found = picture(page, WORKED)
    image, _, output = found.locator("svg.dl-grid").all()
    box = output.bounding_box()
    output.click(position={"x": box["width"] * 0.5, "y": box["height"] * 0.75})
    assert says(found).startswith("y[1, 1] = ")
    box = image.bounding_box()
    image.click(position={"x": box["width"] * 0.9, "y": box["height"] * 0.1})  # a corner: as far as the window can go
    assert says(found).startswith("y[0, 2] = ")
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.6, steps=3)
    page.mouse.up()
    assert says(found).startswith("y[1, 0] = ")


def test_back_next_play_and_pause(page):
    found = picture(page, BINARY_5)
    found.get_by_role("application").focus()
    page.keyboard.press("Home")
    found.get_by_role("button", name="Next").click()
    found.get_by_role("button", name="Next").press("Enter")
    assert says(found).startswith("y[0, 2] = 4, output 3 of 9.")
    found.get_by_role("button", name="Back").click()
    assert says(found).startswith("y[0, 1] = 3")
    found.get_by_role("button", name="Play").press(" ")
    pause = found.get_by_role("button", name="Pause")
    pause.wait_for()
    assert found.locator(".dl-status").get_attribute("aria-live") == "off"
    found.get_by_text("y[1, 0] = 2").wait_for(timeout=5000)
    pause.click()
    stopped = says(found)
    assert found.get_by_role("button", name="Play").is_visible()
    page.wait_for_timeout(900)
    assert says(found) == stopped
    assert found.locator(".dl-status").get_attribute("aria-live") == "polite"


def test_less_motion_means_no_transition(page):
    still = picture(page, WORKED).locator(".dl-frame").first
    assert still.evaluate("f => getComputedStyle(f).transitionDuration") == "0s"


def test_stride_and_padding(page):
    found = picture(page, WORKED)
    padding, stride = (found.get_by_role("spinbutton", name=name) for name in ("Padding", "Stride"))
    padding.focus()
    before = selected_cell(page)
    page.keyboard.press("ArrowUp")
    assert found.get_by_text("Output 4×5").is_visible()
    assert selected_cell(page) == before
    stride.fill("3")
    assert found.get_by_text("Output 2×2").is_visible()
    note = "Output: (4 − 3 + 2·1)/3 + 1 = 2 rows; (5 − 3 + 2·1)/3 + 1 = 2.33, rounded down to 2 columns."
    assert found.locator(".dl-note").inner_text().startswith(note)
    found.get_by_role("button", name="Next").click()
    found.get_by_label("Show every output").check()
    assert written_outputs(found) == [number(v) for v in convolve(RAMP, CORNERS, stride=3, padding=1).ravel()]
    screenshot(page, "widgets_stride")
    found.get_by_label("Show every output").uncheck()
    assert sum(map(bool, written_outputs(found))) == 2, "the two that the window has visited"
    stride.fill("0")  # refused: the last value comes back
    stride.blur()
    assert stride.input_value() == "1"
    for button in found.locator(".dl-stepper").nth(1).locator("button").all()[:1]:
        button.click()
    assert padding.input_value() == "0"
    assert found.get_by_text("Output 2×3").is_visible()


def test_the_photograph(page):
    found, grey = picture(page, PHOTO), photograph()
    y = convolve(grey, SOBEL, padding=1)
    assert says(found).startswith(f"y[300, 256] = {number(y[300, 256])}, ")
    found.get_by_role("application").focus()
    page.keyboard.press("Home")
    for key, p, q in (
        ("ArrowRight", 0, 1), ("Shift+ArrowRight", 0, 11), ("ArrowDown", 1, 11),
        ("PageDown", 11, 11), ("Shift+ArrowDown", 21, 11), ("ArrowLeft", 21, 10), ("ArrowUp", 20, 10), ("End", 599, 511),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert says(found).startswith(f"y[{p}, {q}] = {number(y[p, q])}, ")
    image, output = found.locator("canvas").all()
    for surface, share in ((output, 0.31), (image, 0.62), (output, 0.87)):
        box = surface.bounding_box()
        surface.click(position={"x": box["width"] * share, "y": box["height"] * share}, force=True)
        p, q = map(int, re.match(r"y\[(\d+), (\d+)\]", says(found)).groups())
        assert abs(p - 600 * share) < 4
        assert abs(q - 512 * share) < 4
        assert f"= {number(y[p, q])}, output {p * 512 + q + 1} of 307200" in says(found)
    window = np.array([int(text) for text in found.locator(".dl-lens figure").first.locator(".dl-number").all_text_contents()])
    np.testing.assert_array_equal(window.reshape(3, 3), grey[p - 1 : p + 2, q - 1 : q + 2])
    screenshot(page, "widgets_photograph")


def test_the_output_picture_is_dlkits(page):
    canvas = picture(page, PHOTO).locator("canvas").nth(1)
    levels = canvas.evaluate("""c => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data, out = [];
      for (let k = 0; k < d.length; k += 4 * 101) out.push(d[k]); return out; }""")
    y = convolve(photograph(), SOBEL, padding=1)
    limit = np.abs(y).max()
    np.testing.assert_allclose(levels, (255 * (y + limit) / (2 * limit)).ravel()[::101], atol=0.51)


@pytest.mark.parametrize(("k", "name"), [(WORKED, "worked matrix"), (PHOTO, "photograph")])
def test_the_time_of_a_step(page, k, name, record_property):
    found = picture(page, k)
    found.get_by_role("application").focus()
    page.keyboard.press("Home")
    steps, frames = page.evaluate(
        """async (k) => {
          const root = document.querySelectorAll('.dl-widget')[k], stage = root.querySelector('[role=application]');
          const steps = [], frames = [], frame = () => new Promise(requestAnimationFrame);
          for (let n = 0; n < 60; n++) {
            const key = k ? ['ArrowRight', 'ArrowDown'][n % 2] : ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp'][n % 4];
            await frame();
            const started = performance.now();
            stage.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
            steps.push(Number(root.dataset.stepMs));
            root.getBoundingClientRect(), stage.getBoundingClientRect(); // the browser lays out
            frames.push(performance.now() - started);
          }
          return [steps, frames];
        }""",
        k,
    )
    for what, times in (("state and drawing", steps), ("with layout", frames)):
        text = f"median {statistics.median(times):.2f} ms, worst {max(times):.2f} ms of {len(times)}"
        record_property(f"step of the sliding window, {name}, {what}", text)
    assert len(steps) == 60
    assert all(t > 0 for t in steps)


def test_the_photograph_plays(page):
    found = picture(page, PHOTO)
    found.get_by_role("application").focus()
    page.keyboard.press("Home")
    found.get_by_text("y[0, 0] = ").wait_for(timeout=5000)
    page.keyboard.press(" ")
    found.get_by_text("y[0, 0] = ").wait_for(state="hidden", timeout=10_000)
    page.keyboard.press(" ")
    assert found.get_by_role("button", name="Play").is_visible()


# The arithmetic explorer.


def test_the_arithmetic_by_field_slider_and_example(page):
    found, twin = picture(page, ARITHMETIC), ArithmeticExplorer()
    assert says(found) == twin.sentence()
    for label, value in (("S, stride", 3), ("P, padding", 1), ("N, input", 8), ("D, dilation", 2), ("F, filter", 7)):
        set_field(found, label, value)
        setattr(twin, label[0], value)
        assert says(found) == twin.sentence()
    assert "No place fits" in says(found)
    screenshot(page, "widgets_arithmetic_no_place")
    slider = found.get_by_role("slider", name="F, filter")
    slider.focus()
    before = selected_cell(page)
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    twin.F = 3
    assert says(found) == twin.sentence()
    assert selected_cell(page) == before
    assert found.get_by_role("spinbutton", name="F, filter").input_value() == "3"
    screenshot(page, "widgets_arithmetic_dilated")
    box = slider.bounding_box()
    slider.click(position={"x": box["width"] - 2, "y": box["height"] / 2})
    assert found.get_by_role("spinbutton", name="F, filter").input_value() == "12"
    found.get_by_label("Example").select_option("stride 3 does not fit")
    assert says(found) == ArithmeticExplorer(7, 3, 3).sentence()
    assert found.locator(".dl-outcome").inner_text() == "2.33 → 2"
    assert found.get_by_text("1 left over").is_visible()
    found.get_by_label("Example").select_option("AlexNet, first layer")
    assert says(found) == ArithmeticExplorer(227, 11, 4).sentence()
    assert found.get_by_role("slider", name="N, input").input_value() == "227"
    screenshot(page, "widgets_arithmetic_alexnet")
    found.get_by_role("spinbutton", name="S, stride").press("ArrowUp")
    assert found.get_by_label("Example").input_value() == "your own"


# The broadcasting explorer.


@pytest.mark.parametrize(
    ("a", "b"), [((2, 3), (3,)), ((8, 1, 6, 1), (7, 1, 5)), ((3, 2), (4,)), ((), (1, 4)), ((5,), (5, 1)), ((4, 3), (4, 1))]
)
def test_broadcasting_as_typed(page, a, b):
    found = picture(page, BROADCAST)
    for name, shape in (("a", a), ("b", b)):
        found.get_by_label(f"Shape of {name}").fill(", ".join(map(str, shape)))
    assert says(found) == BroadcastingExplorer(a, b).sentence()
    screenshot(page, f"widgets_broadcast_{len(a)}_{len(b)}")
    result = [text.split("\n")[0] for text in found.locator("tr.dl-result td").all_inner_texts()]
    try:
        shape = np.broadcast_shapes(a, b)
    except ValueError:
        assert "✗" in result
        return
    assert result == [str(n) for n in shape]
    if len(shape) <= 2 and max(shape) <= 6:
        cells = [int(t) for t in found.locator(".dl-stage figure").last.locator(".dl-number").all_text_contents()]
        total = 10 * np.arange(int(np.prod(a))).reshape(a) + np.arange(int(np.prod(b))).reshape(b)
        np.testing.assert_array_equal(np.reshape(cells, shape), total)


def test_broadcasting_says_what_is_no_shape(page):
    found = picture(page, BROADCAST)
    field = found.get_by_label("Shape of a")
    field.fill("3, x")
    assert "“x” is no size" in says(found)
    assert field.get_attribute("aria-invalid") == "true"
    before = selected_cell(page)
    field.press("Backspace")
    field.type("1 d d a b")  # the notebook's own keys for deleting and inserting cells
    assert selected_cell(page) == before
    field.fill("(3, 1)")
    found.get_by_label("Shape of b").fill("4")
    assert says(found) == BroadcastingExplorer().sentence()
    found.get_by_role("button", name="Swap a and b").press("Enter")
    assert says(found) == BroadcastingExplorer((4,), (3, 1)).sentence()
    assert field.input_value() == "(4,)"


# Several views, the kernel, the end.


def test_two_views_and_the_kernel_stay_together(page):
    first, second = picture(page, TWIN_1), picture(page, TWIN_2)
    assert says(first) == says(second) == ArithmeticExplorer(7, 3, 3).sentence(), "the kernel's own change arrived"
    set_field(second, "N, input", 9)
    assert says(first) == ArithmeticExplorer(9, 3, 3).sentence()
    page.locator(".jp-CodeCell").last.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("print(f'N is {twin.N}')")
    page.keyboard.press("Control+Enter")
    page.locator(".jp-OutputArea-output", has_text="N is 9").wait_for()


def test_a_cleared_view_leaves_the_others_working(page):
    count = page.locator(".dl-widget").count()
    page.locator(".jp-CodeCell").nth(TWIN_2 + 1).locator(".jp-InputPrompt").click()
    page.keyboard.press("Escape")
    page.get_by_role("menuitem", name="Edit", exact=True).click()
    page.get_by_role("menuitem", name="Clear Cell Output", exact=True).click()
    page.wait_for_function(f"() => document.querySelectorAll('.dl-widget').length === {count - 1}")
    first = picture(page, TWIN_1)
    set_field(first, "N, input", 11)
    assert says(first) == ArithmeticExplorer(11, 3, 3).sentence()
