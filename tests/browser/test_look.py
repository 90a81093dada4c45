"""How the live pictures look: both widths, the dark theme, contrast, a message instead of an empty place."""

import pytest

from .jupyterlab import run_all, screenshot
from .pictures import ARITHMETIC, BROADCAST, CELLS, CROSS, INTEGERS, PHOTO, WORKED, picture, says, set_field, write_notebook

# The WCAG contrast of an element's text with the nearest ground behind it.
LUMINANCE = """const light = (colour) => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d');
  canvas.fillStyle = colour, canvas.fillRect(0, 0, 1, 1);
  const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => linear(v / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);"""
CONTRAST = f"""(words) => {{ {LUMINANCE}
  let ground = words;
  while (getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
  return contrast(getComputedStyle(words).color, getComputedStyle(ground).backgroundColor); }}"""
CELL_CONTRAST = f"""(widget) => {{ {LUMINANCE}
  const boxes = widget.querySelectorAll('svg.dl-grid .dl-cell'), texts = widget.querySelectorAll('svg.dl-grid .dl-number');
  const found = [...boxes].map((box, k) => contrast(getComputedStyle(box).fill, getComputedStyle(texts[k]).fill));
  return Math.min(...found.filter((_, k) => texts[k].textContent)); }}"""


@pytest.mark.parametrize("width", [900, 1400])
def test_the_dark_theme(open_notebook, tmp_path, width):
    page = open_notebook(write_notebook(tmp_path, CELLS), theme="dark", width=width)
    run_all(page)
    for k in (WORKED, INTEGERS, PHOTO, ARITHMETIC, BROADCAST):
        found = picture(page, k)
        screenshot(page, f"widgets_dark_{width}_{k}")
        assert found.evaluate("w => w.scrollWidth <= w.clientWidth"), "nothing sticks out"
        for words in (".dl-status", ".dl-note"):
            assert found.locator(words).last.evaluate(CONTRAST) > 4.5
        if k != ARITHMETIC:
            assert found.evaluate(CELL_CONTRAST) > 4.5


def test_a_kernel_too_large_is_told(open_notebook, tmp_path):
    code = f"from dlkit.widgets.convolution import SlidingWindow\nSlidingWindow([[1, 2], [3, 4]], {CROSS}, padding=1)"
    page = open_notebook(write_notebook(tmp_path, [code]), width=900)
    run_all(page)
    found = picture(page, 0)
    set_field(found, "Padding", 0)
    assert "No place fits: the kernel is 3×3, the padded image only 2×2. PyTorch and dlkit raise" in says(found)
    found.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    screenshot(page, "widgets_too_large")
    set_field(found, "Padding", 1)
    assert says(found).startswith("y[0, 0] = 5")
    assert found.locator(".dl-frame").first.evaluate("f => getComputedStyle(f).transitionDuration") == "0.11s"
