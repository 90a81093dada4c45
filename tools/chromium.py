"""See to a Chromium for the browser tests: ``python -m tools.chromium``. Without one they are skipped, and say so."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Install Debian's Chromium where there is no browser, this is Debian or Ubuntu, and this user may."""
    sys.path.insert(0, str(ROOT / "tests" / "browser"))
    from jupyterlab import find_browser  # tests/browser/jupyterlab.py

    if find_browser():
        return
    if not (shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0):
        print("No Chromium, Chrome or Edge here: the browser tests will be skipped.")
        return
    print("Installing Chromium for the browser tests.", flush=True)
    quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
    subprocess.call(["apt-get", "update"], **quiet)
    if subprocess.call(["apt-get", "install", "-y", "--no-install-recommends", "chromium"], **quiet):
        print("Chromium could not be installed: the browser tests will be skipped.")


if __name__ == "__main__":
    main()
