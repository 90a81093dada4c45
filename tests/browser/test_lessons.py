"""The lessons as a student meets them: opened in JupyterLab, run untouched, answered wrongly, then rightly."""

from pathlib import Path

import pytest

from .jupyterlab import run_all, screenshot

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))
FLIPPED = """def convolve1d(x, w):
    return np.array([x[p : p + len(w)] @ w[::-1] for p in range(len(x) - len(w) + 1)])"""
ENDLESS = """def convolve1d(x, w):
    while True:
        x = x + 1"""
RIGHT = FLIPPED.replace("[::-1]", "")


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_an_untouched_lesson(open_notebook, path):
    page = open_notebook(path)
    run_all(page)
    verdicts = page.locator("[role=status] strong").all_text_contents()
    blanks = [verdict for verdict in verdicts if "not attempted" in verdict]
    assert len(blanks) >= 2
    assert not any("passed" in verdict for verdict in verdicts)
    assert page.locator(".dl-widget").count() >= 1, "the live pictures are there"
    assert "Error displaying widget" not in page.content()
    hint = page.locator("summary", has_text="Hint 1").first
    hint.click()
    assert page.locator("summary", has_text="Hint 2").first.is_visible()
    screenshot(page, path.stem)
    page.context.close()  # a lesson in the background would go on computing


def answer(page, code):
    """Put code into the cell of exercise 5.1, run it and its check, and return what the check says."""
    cell = page.locator(".jp-CodeCell", has_text="def convolve1d").first
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")
    check = page.locator(".jp-CodeCell", has_text="check(exercises.convolve1d").first
    before = check.locator(".jp-InputPrompt").text_content()
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(
        "([cell, before]) => !['[*]:', before].includes(cell.querySelector('.jp-InputPrompt').textContent)",
        arg=[check.element_handle(), before],
        timeout=30_000,
    )
    verdict = check.locator("[role=status]")
    verdict.wait_for(timeout=30_000)
    return verdict.text_content()


def test_wrong_answers_are_named_and_right_ones_pass(open_notebook):
    page = open_notebook(next(path for path in LESSONS if "convolution" in path.stem))
    run_all(page)
    wrong = answer(page, FLIPPED)
    assert wrong.startswith("✗ convolve1d: not right yet")
    assert "This looks like: flipped filter." in wrong
    screenshot(page, "flipped-filter")
    assert "had not ended after 5 seconds" in answer(page, ENDLESS)
    assert answer(page, RIGHT).startswith("✓ convolve1d: passed")  # the kernel is still usable
