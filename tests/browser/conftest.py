"""One JupyterLab and one Chromium for the whole run; ``open_notebook`` gives a page."""

import contextlib

import pytest

from .jupyterlab import CHROMIUM_OPTIONS, find_browser, open_in_lab, start_lab, stop_lab


@pytest.fixture(scope="session")
def chromium():
    """A Chromium that is on the machine already; nothing is downloaded."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
    path = find_browser()
    if path is None:
        pytest.skip("no browser found: install Chromium, Chrome or Edge, or name one in DLKIT_BROWSER")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(chromium, tmp_path_factory):
    """A running JupyterLab; asked for after the browser, so that nothing starts where there is none."""
    lab, server = start_lab(tmp_path_factory.mktemp("jupyterlab"))
    yield lab
    stop_lab(server)


@pytest.fixture(scope="module")
def open_notebook(chromium, lab):
    """``open_notebook(path, theme="light", width=1280, …)`` opens a copy in a fresh workspace and gives the page."""
    with contextlib.ExitStack() as pages:

        def opened(path, **options):
            page = open_in_lab(chromium, lab, path, **options)
            pages.callback(page.context.close)
            return page

        yield opened
