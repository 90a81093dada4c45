"""A JupyterLab of its own for the tests, and the few things a student does in it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
INSTALLED = (  # where the installers of Windows and macOS leave them, off the path
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
CHROMIUM_OPTIONS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_SECONDS, RUN_SECONDS = 60, 300


def find_browser() -> str | None:
    """The Chromium to drive: ``DLKIT_BROWSER``, else the first one known on the path, else ``None``."""
    wished = os.environ.get("DLKIT_BROWSER")
    if wished:
        return shutil.which(wished)
    on_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    return on_path or next((path for path in INSTALLED if Path(path).exists()), None)


@dataclass
class Lab:
    """A running JupyterLab.

    Attributes
    ----------
    url : str
        Its address, without a slash at the end.
    root : Path
        The folder it shows; notebooks are copied here.
    settings : Path
        The folder of the user's settings.
    log : Path
        What the server printed.
    """

    url: str
    root: Path
    settings: Path
    log: Path

    def configure(self, plugin: str, **values) -> None:
        """Write a plugin's settings; the next page that is opened reads them."""
        file = self.settings / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), encoding="utf-8")


def start_lab(folder: Path) -> tuple[Lab, subprocess.Popen]:
    """Start a JupyterLab that shares nothing with the user's own: settings, workspaces, progress, port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    lab = Lab(f"http://127.0.0.1:{port}", folder / "root", folder / "settings", folder / "jupyterlab.log")
    for name in ("root", "settings", "config", "data", "runtime", "workspaces", "ipython"):
        (folder / name).mkdir()
    lab.configure("apputils-extension/notification", fetchNews="false", checkForUpdates=False)
    lab.configure("notebook-extension/tracker", windowingMode="none")  # every cell stands in the page
    lab.configure("docmanager-extension/plugin", autosave=False)
    own = {
        "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "DLKIT_PROGRESS": "progress.json",
    }  # fmt: skip
    environment = {k: v for k, v in os.environ.items() if k not in ("DLKIT_STRICT", "MPLBACKEND")}
    environment |= {name: str(folder / place) for name, place in own.items()} | {"OMP_NUM_THREADS": "1"}
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
        "--ServerApp.password=", "--IdentityProvider.token=",
        f"--ServerApp.root_dir={lab.root}",
    ]  # fmt: skip
    with lab.log.open("wb") as log:
        server = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{lab.url}/api/status", timeout=2):
                return lab, server
        except OSError:
            time.sleep(0.2)
    stop_lab(server)
    tail = lab.log.read_text(encoding="utf-8", errors="replace")[-3000:]
    raise RuntimeError(f"JupyterLab did not answer at {lab.url} within {START_SECONDS} s. Its last words:\n{tail}")


def stop_lab(server: subprocess.Popen) -> None:
    """Ask the server to end, its kernels with it, and insist when it does not."""
    server.terminate()
    try:
        server.wait(timeout=15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def open_in_lab(browser, lab: Lab, notebook: Path, *, theme: str = "light", width: int = 1280, height: int = 900, **context):
    """Open a copy of a notebook in a fresh workspace and wait until its kernel is idle.

    Parameters
    ----------
    browser : playwright Browser
    lab : Lab
    notebook : Path
        It is copied; the original is not touched.
    theme : str
        "light" or "dark".
    width, height : int
        Of the window, in pixels.
    **context
        Options of a playwright context, ``reduced_motion="reduce"`` for one.

    Returns
    -------
    playwright Page
        Its ``context`` is the caller's to close.
    """
    folder = lab.root / uuid.uuid4().hex[:8]
    folder.mkdir()
    shutil.copy(notebook, folder / notebook.name)
    lab.configure("apputils-extension/themes", theme=f"JupyterLab {theme.title()}")
    page = browser.new_context(viewport={"width": width, "height": height}, **context).new_page()
    page.goto(f"{lab.url}/lab/workspaces/{folder.name}/tree/{folder.name}/{notebook.name}")
    page.locator(".jp-NotebookPanel .jp-Notebook").wait_for(timeout=60_000)
    wait_until_idle(page)
    return page


def wait_until_idle(page, *, seconds: float = 60) -> None:
    """Wait until the kernel of the open notebook says that it is idle."""
    # The circle in the notebook's toolbar is empty before a kernel is connected too; the status bar says the word.
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for(timeout=seconds * 1000)


def run_all(page, *, seconds: float = RUN_SECONDS) -> None:
    """Choose *Run All Cells* and wait until every code cell carries its number.

    Raises
    ------
    AssertionError
        When a cell ends in an error that its tags do not allow, with the error's text.
    """
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    finished = """() => [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')].every((cell) =>
      !cell.querySelector('.cm-content')?.textContent.trim()
      || /^\\[\\d+\\]:$/.test(cell.querySelector('.jp-InputPrompt').textContent.trim()))"""
    # After an error that is allowed the other cells still wait, with a star; after one that is not, none does.
    waiting = "() => [...document.querySelectorAll('.jp-InputPrompt')].some((p) => p.textContent.trim() === '[*]:')"
    error_text = '.jp-Notebook .jp-RenderedText[data-mime-type="application/vnd.jupyter.stderr"] .ansi-red-fg'
    stopped = f"() => !({waiting})() && document.querySelector('{error_text}')"
    deadline = time.monotonic() + seconds
    while not page.evaluate(finished):
        page.wait_for_function(f"() => ({finished})() || ({stopped})()", timeout=max(deadline - time.monotonic(), 1) * 1000)
        page.wait_for_timeout(1500)  # between two cells there is a moment without a star
        if page.evaluate(f"() => !({finished})() && !!({stopped})()"):
            error = page.evaluate(f"() => ({stopped})().closest('.jp-OutputArea').textContent")
            raise AssertionError(f"a cell of the notebook failed:\n{error}")
    wait_until_idle(page, seconds=seconds)


def screenshot(page, name: str) -> None:
    """Keep a picture of the page as ``name``.png when ``DLKIT_SCREENSHOTS`` names a folder."""
    folder = os.environ.get("DLKIT_SCREENSHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))
