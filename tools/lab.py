"""Open JupyterLab at the first lesson and print its address; ``make lab`` calls this inside .venv."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIRST = "lessons/00_welcome.ipynb"


def options(arguments: list[str]) -> list[str]:
    """Return JupyterLab's command line.

    Parameters
    ----------
    arguments : list of str
        What the user adds, such as ``--no-browser`` or ``--port 9000``.
    """
    line = [f"--ServerApp.root_dir={ROOT}", f"--LabApp.default_url=/lab/tree/{FIRST}"]
    line.append("--Application.log_level=WARN")  # the address is printed all the same
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        line.append("--allow-root")  # in a container there is often no other user
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        line.append("--no-browser")  # else a text browser would take over the terminal
    return line + arguments


def main() -> None:
    """Run JupyterLab until it is stopped."""
    os.chdir(ROOT)
    from jupyterlab.labapp import main as jupyterlab

    # NumPy's threads must not spin on the cores that PyTorch's are about to use; the kernels inherit this.
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
    print("Opening JupyterLab. To stop it, press Control-C here twice.", flush=True)
    sys.argv = ["jupyter-lab", *options(sys.argv[1:])]
    jupyterlab()


if __name__ == "__main__":
    main()
