"""Run a notebook in a fresh kernel, and take out of it what differs from run to run."""

import asyncio
import atexit
import os
import re
import signal
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import nbformat
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode

LONGEST_CELL = 120  # seconds
LARGEST_BUFFERS = 300_000  # characters of base64; a widget that carries more is stored as its static face
METADATA = {  # the kernel would add Python's patch version, which differs from machine to machine
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {
        "name": "python", "file_extension": ".py", "mimetype": "text/x-python", "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3", "codemirror_mode": {"name": "ipython", "version": 3},
    },
}  # fmt: skip
WIDGET_STATE, WIDGET_VIEW = "application/vnd.jupyter.widget-state+json", "application/vnd.jupyter.widget-view+json"
_START = r"(?<![^\s>\"'(])[^\s<>\"'(]*"  # a word that may be a path; tried at its first letter only
VARYING = (  # the first two stand in nbval_sanitize.cfg as well
    (r"(?<=\bat )0x[0-9A-Fa-f]+", "0x..."),
    (_START + r"ipykernel_\d+[^\s<>]+?\.py", "[cell]"),
    (_START + r"dlkit-lesson-[^\s\\/<]+", "[temporary folder]"),
    (re.escape(sys.prefix) + r"\b", "[environment]"),
    (re.escape(str(Path(__file__).resolve().parent.parent)) + r"\b", "[course]"),
)


class LessonError(Exception):
    """A lesson that cannot be built or does not run. The message names the lesson and the cell."""


def tags(cell: NotebookNode) -> list[str]:
    """Return the cell's tags."""
    return cell.metadata.get("tags", [])


@contextmanager
def kernel_environment(*, strict: bool) -> Iterator[dict[str, str]]:
    """Yield environment variables that make a run repeatable and keep it away from the user's own settings and progress.

    Parameters
    ----------
    strict : bool
        Whether a failed check raises (``DLKIT_STRICT=1``).
    """
    with tempfile.TemporaryDirectory(prefix="dlkit-lesson-", ignore_cleanup_errors=True) as folder:
        fixed = {
            "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "TQDM_DISABLE": "1",
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "DLKIT_PROGRESS": str(Path(folder, "progress.json")), "IPYTHONDIR": str(Path(folder, "ipython")),
        }  # fmt: skip
        inherited = {name: value for name, value in os.environ.items() if name != "DLKIT_STRICT"}
        yield inherited | fixed | ({"DLKIT_STRICT": "1"} if strict else {})


def execute(
    notebook: NotebookNode,
    path: Path,
    *,
    strict: bool,
    started: Callable[[int], Any] = lambda process: None,
    attempts: int = 3,
) -> None:
    """Run every cell in a fresh kernel and keep the outputs in the notebook.

    Parameters
    ----------
    notebook : NotebookNode
        Changed in place.
    path : Path
        Where the notebook lives: the kernel works in its folder, and messages name it.
    strict : bool
        Whether a failed check raises.
    started : callable
        Called with the kernel's process id once it runs.
    attempts : int
        How often to try to start a kernel: two that start at the same moment may choose the same port, and one ends.

    Raises
    ------
    LessonError
        When a cell raises, takes too long or ends the kernel. Cells tagged ``raises-exception`` may raise.
    """
    cells: list[NotebookNode] = []

    def begun(notebook: NotebookNode) -> None:
        with suppress(NotImplementedError):  # Windows, where nbclient leaves Ctrl-C alone
            asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)  # nbclient's own ends in an AssertionError
        started(client.km.provisioner.pid)

    client = NotebookClient(
        notebook, timeout=LONGEST_CELL, record_timing=False, coalesce_streams=True, store_widget_state=True,
        resources={"metadata": {"path": str(path.parent)}}, extra_arguments=["--IPKernelApp.log_level=ERROR"],
        on_cell_execute=lambda cell, cell_index: cells.append(cell),
        on_notebook_start=begun,
    )  # fmt: skip
    with kernel_environment(strict=strict) as environment:
        try:
            client.execute(env=environment)
        except (KeyboardInterrupt, asyncio.CancelledError):  # the second while the kernel is starting
            if client.km is not None:
                run_sync(client.km.shutdown_kernel)(now=True)
            raise KeyboardInterrupt from None
        except CellTimeoutError:
            reason = f"The cell takes longer than {LONGEST_CELL} seconds."
        except DeadKernelError:
            reason = "The kernel ended in this cell; most often it ran out of memory."
        except RuntimeError as error:
            atexit.unregister(client._cleanup_kernel)  # nbclient forgets to when the kernel has not started, and fails at exit
            if hasattr(client, "_async_cleanup_kernel_future"):  # nbclient's mark of a Ctrl-C while the kernel was starting
                raise KeyboardInterrupt from None
            if attempts == 1:
                raise LessonError(f"{path.name}: the kernel did not start. {error}") from None
            return execute(notebook, path, strict=strict, started=started, attempts=attempts - 1)
        except CellExecutionError as error:
            reason = "\n".join(strip_ansi(str(error)).rstrip().splitlines()[-12:])
        else:
            notebook.metadata.language_info = nbformat.from_dict(METADATA["language_info"])
            return None
    raise LessonError(f"{path.name}: cell {cells[-1].id} failed.\n\n{cells[-1].source}\n\n{reason}")


def settle(notebook: NotebookNode, stem: str) -> NotebookNode:
    """Take out of an executed notebook what differs from run to run and from machine to machine.

    Widget models are numbered in the order of their creation, memory addresses and this machine's folders are masked, a
    traceback keeps only its frames in the notebook, and a widget with large buffers keeps only its static face.

    Parameters
    ----------
    notebook : NotebookNode
        Executed.
    stem : str
        The lesson's name; the new widget ids derive from it.
    """
    models = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    large = [key for key, model in models.items() if sum(len(b["data"]) for b in model.get("buffers", ())) > LARGEST_BUFFERS]
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if "traceback" in output:
                output.traceback = [part for part in output.traceback if not strip_ansi(part).startswith("File ")]
            output.update(_masked(output))
            data = output.get("data", {})
            if data.get(WIDGET_VIEW, {}).get("model_id") in large:
                del data[WIDGET_VIEW]  # a view without its model would hide the static face behind an error
            if "image/png" in data and "alt" in cell.metadata:  # the place where IPython.display.Image puts it
                output.metadata.setdefault("image/png", NotebookNode()).alt = cell.metadata.alt
    for key in large:
        del models[key]
    text = nbformat.writes(notebook)
    for order, key in enumerate(models):
        text = text.replace(key, uuid.uuid5(uuid.NAMESPACE_URL, f"{stem}/{order}").hex)
    return nbformat.reads(text, as_version=4)


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return NotebookNode({key: _masked(part) for key, part in value.items()})
    if isinstance(value, list):
        return [_masked(part) for part in value]
    if isinstance(value, str):
        for pattern, mask in VARYING:
            value = re.sub(pattern, mask, value)
    return value


def keep_measurements(notebook: NotebookNode, stored: NotebookNode) -> None:
    """Carry over the outputs that nbval does not compare: times, memory, versions. No two runs agree on them.

    They are kept as long as no code cell up to them has changed; what depends on changed code is measured anew.

    Parameters
    ----------
    notebook, stored : NotebookNode
        The new notebook, changed in place, and the one of an earlier build.
    """
    new, old = ([cell for cell in book.cells if cell.cell_type == "code"] for book in (notebook, stored))
    for cell, before in zip(new, old, strict=False):
        if cell.source != before.source:
            break
        views = any(WIDGET_VIEW in output.get("data", {}) for output in (*cell.outputs, *before.outputs))
        if "nbval-ignore-output" in tags(cell) and before.execution_count and not views:
            cell.outputs = before.outputs
