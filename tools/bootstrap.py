"""Make the virtual environment .venv in the checkout and install the course into it, once.

``make`` calls this before every verb. When nothing has changed since the last install it ends at once, without a network.
It imports only the standard library, and Python 3.6 must be able to read it, if only to say that it is too old; hence no
newer syntax here than f-strings.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
NEEDED_DISK = 2e9  # bytes; PyTorch with CUDA takes several times that
OFFLINE = "NewConnectionError|NameResolution|name resolution|getaddrinfo|Timeout|Max retries|timed out|unreachable|ProxyError"


def stop(sentence):
    """End with one sentence for people."""
    sys.exit("\n" + sentence)


def main(arguments=None):
    """Bring .venv up to date."""
    parser = argparse.ArgumentParser(description="Install the course into .venv.")
    parser.add_argument("--dev", action="store_true", help="what the tests and the notebook builder need, too")
    parser.add_argument("--torch", choices=["", "cpu"], default="", help="cpu: PyTorch without gigabytes of CUDA packages")
    options = parser.parse_args(arguments)
    if sys.version_info < OLDEST:
        sys.exit(hand_over_to_a_newer_python())
    if fresh(options.dev):
        return
    with alone():
        if not fresh(options.dev):  # another install may have finished while this one waited
            install(options.dev, options.torch)


def hand_over_to_a_newer_python():
    """Run this file again with the first Python on the path that is new enough; return its exit status."""
    for name in NEWER:
        path = shutil.which(name)
        if path and version_of(path) >= OLDEST:
            return subprocess.call([path, os.path.abspath(__file__), *sys.argv[1:]])
    wanted, found = ".".join(map(str, OLDEST)), ".".join(map(str, sys.version_info[:3]))
    stop(
        f"The course needs Python {wanted} or newer, and {sys.executable} is {found}. "
        "Install a newer one from https://www.python.org/downloads/ and run the same command again; "
        "if you have one, name it: make lab PYTHON=/path/to/python3"
    )


def version_of(python):
    """Ask a Python for its version; (0,) when it does not run, as some shims do not."""
    try:
        answer = subprocess.check_output(
            [python, "-c", "import sys; print(*sys.version_info[:3])"], stderr=subprocess.DEVNULL, universal_newlines=True
        )
        return tuple(map(int, answer.split()))
    except (OSError, ValueError, subprocess.CalledProcessError):
        return (0,)


def venv_python():
    """Return the Python inside .venv."""
    return os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")


def digest(version):
    """Digest all that decides what is installed; the checkout's path is part of it, for .venv remembers it."""
    whole = hashlib.sha256(repr((version, ROOT)).encode())
    for name in ("pyproject.toml", "constraints.txt"):
        with open(os.path.join(ROOT, name), "rb") as file:
            whole.update(file.read())
    return whole.hexdigest()


def fresh(dev):
    """Tell whether the last install ended well and nothing it depends on has changed."""
    try:
        with open(os.path.join(VENV, "installed.json")) as file:
            stamp = json.load(file)
        return stamp["digest"] == digest(version_of(venv_python())) and (stamp["dev"] or not dev)
    except (OSError, ValueError, LookupError, TypeError):
        return False


def alone():
    """Let one install at a time into this checkout."""
    from contextlib import ExitStack
    from pathlib import Path

    sys.path.insert(0, ROOT)
    from dlkit.lock import held

    lock = Path(ROOT, "build", "install.lock")
    stack = ExitStack()
    try:
        lock.parent.mkdir(exist_ok=True)
    except OSError as error:
        stop(f"Nothing can be written into {ROOT}: {error.strerror}. Copy the course to a folder of your own.")
    if not stack.enter_context(held(lock, patience=0)):
        print("Another install seems to be running here; waiting for it.", flush=True)
        stack.enter_context(held(lock, patience=1800))
    return stack


def install(dev, torch):
    """Make or mend .venv and let pip install the course into it."""
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_DISK and not os.path.exists(venv_python()):
        stop(
            f"The disk of {ROOT} has {free / 1e9:.1f} GB free and the course needs at least {NEEDED_DISK / 1e9:.0f} GB. "
            "Free some space and run the same command again."
        )
    unfinished = os.path.join(VENV, "unfinished")
    killed = os.path.exists(unfinished)
    if killed:
        print("The last install was cut off; beginning afresh with what pip has kept.", flush=True)
    if killed or version_of(venv_python()) < OLDEST:
        make_venv()
    with open(unfinished, "w"):
        pass  # stays when the install is killed, whatever state that leaves
    pip_install(dev, torch)
    quiet_jupyterlab()
    with open(os.path.join(VENV, "installed.json"), "w") as file:
        json.dump({"digest": digest(version_of(venv_python())), "dev": dev}, file)
    os.remove(unfinished)


def make_venv():
    """Make .venv anew."""
    version = ".".join(map(str, sys.version_info[:2]))
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        stop(
            f"This Python ({sys.executable}) comes without its venv module. "
            f"On Debian and Ubuntu: sudo apt install python{version}-venv; then run the same command again."
        )
    print(f"Making .venv with Python {version}.", flush=True)
    line = [sys.executable, "-m", "venv", "--clear", VENV]
    done = subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        why = diagnosis(done.stdout) or "Python could not make it; it says:\n" + done.stdout.strip()
        stop(f"The virtual environment {VENV} could not be made. {why}")


def pip_install(dev, torch):
    """Install the course and what it needs, in the versions it was tested with."""
    line = [venv_python(), "-m", "pip", "install", "--disable-pip-version-check", "-c", "constraints.txt"]
    line += ["--extra-index-url", CPU_INDEX] if torch == "cpu" else []
    line += ["-e", ".[dev]" if dev else "."]
    print("Installing the course; the first time this takes some minutes.", flush=True)
    env = dict(os.environ, PIP_USER="0")  # a user's habit of --user would be an error here
    pip = subprocess.Popen(line, cwd=ROOT, env=env, stderr=subprocess.PIPE, universal_newlines=True, errors="replace")
    said = []
    for text in pip.stderr:
        sys.stderr.write(text)
        said.append(text)
    if pip.wait():
        os.remove(os.path.join(VENV, "unfinished"))  # pip ended by itself and has tidied up
        stop(diagnosis("".join(said)) or "pip failed; its last lines above say why. Mend that and run the same command again.")


def diagnosis(said):
    """Say in one sentence what pip or venv stumbled over; empty when it is not one of the usual things."""
    again = "run the same command again: what has been downloaded is kept."
    if re.search(r"Errno 28\b|Errno 122\b|No space left|WinError 112\b|quota", said):
        return "The disk is full. Free some space (2 GB; 8 GB for PyTorch with CUDA) and " + again
    if re.search(OFFLINE, said):
        return "There is no network, or the package index cannot be reached. Once there is one, " + again
    if re.search(r"Errno 13\b|Errno 30\b|WinError 5\b", said):
        return f"A file could not be written in {VENV}. Close programs that use it, see who owns it, and " + again
    missing = re.search(r"No matching distribution found for (\S+)", said)
    if missing:
        return (
            f"pip found no {missing.group(1)} that fits: either the package index cannot be reached from here, "
            "or this Python is too new or too old for it (then name another: make lab PYTHON=python3.13). " + again.capitalize()
        )
    return ""


def quiet_jupyterlab():
    """Turn off JupyterLab's question about news: the course runs without a network."""
    line = [venv_python(), "-m", "jupyter", "labextension", "disable", "--level=sys_prefix"]
    line.append("@jupyterlab/apputils-extension:announcements")
    subprocess.call(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # a comfort: its failure stops nobody


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        stop("Stopped. Run the same command again to go on: what has been downloaded is kept.")
