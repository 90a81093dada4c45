"""Build the notebooks of the course: each lesson is written once, solved, in ``solutions/NN_stem.md`` (MyST Markdown).

``solutions/NN_stem.ipynb`` is that source, executed, with its outputs; ``lessons/NN_stem.ipynb`` is the student's copy: no
solutions, no instructor cells, no outputs. Building again changes no byte.
"""

import argparse
import copy
import hashlib
import re
import sys
import time
import unicodedata
from pathlib import Path

import jupytext
import nbformat
from jupytext.myst import MystMetadataParsingError
from nbconvert.preprocessors import TagRemovePreprocessor
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearOutput, ClearSolutions, LockCells
from traitlets.config import Config

from tools.execution import METADATA, LessonError, execute, keep_measurements, settle, tags

SOLUTIONS = Path(__file__).resolve().parent.parent / "solutions"
OPTIONS = {"name", "tags", "alt", "points"}
TAGS = {"setup", "exercise", "check", "instructor", "raises-exception", "nbval-ignore-output", "timing"}
STUB = "# Write your code here, then delete the next line.\nraise NotImplementedError"


def read(source: Path) -> NotebookNode:
    """Read a lesson's source into a notebook with stable cell ids and the nbgrader metadata of its tags.

    Parameters
    ----------
    source : Path
        ``solutions/NN_stem.md``.

    Returns
    -------
    NotebookNode
        Not executed.

    Raises
    ------
    LessonError
        When a cell has an unknown option or tag, or a name that is missing or stands twice, or a solution is not marked.
    """
    try:
        written = jupytext.read(source, fmt="md:myst")
    except MystMetadataParsingError as error:
        raise LessonError(f"{source.name}: {error}\nText with a colon in an option needs quotation marks.") from None
    notebook = nbformat.v4.new_notebook(cells=written.cells, metadata=nbformat.from_dict(METADATA))
    notebook.nbformat_minor = 5
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        where = f"{source.name}: the cell that begins {cell.source.partition(chr(10))[0]!r}"
        unknown = {*cell.metadata} - OPTIONS or {*tags(cell)} - TAGS
        if unknown:
            known = ", ".join(sorted(OPTIONS)) + "; tags: " + ", ".join(sorted(TAGS))
            raise LessonError(f"{where} has the unknown option or tag {', '.join(sorted(unknown))}. Options: {known}.")
        if ("exercise" in tags(cell)) != ("### BEGIN SOLUTION" in cell.source and "### END SOLUTION" in cell.source):
            raise LessonError(f"{where}: the tag exercise and ### BEGIN SOLUTION … ### END SOLUTION belong together.")
        cell.id, named = _identify(cell, where)
        seen[cell.id] = seen.get(cell.id, 0) + 1
        if seen[cell.id] > 1:
            if named:
                raise LessonError(f"{where}: another cell has the id {cell.id}; give one of them another name.")
            cell.id += f"-{seen[cell.id]}"
        if "timing" in tags(cell) and "nbval-ignore-output" not in tags(cell):
            cell.metadata.tags.append("nbval-ignore-output")
        points = cell.metadata.pop("points", 1)
        if {"exercise", "check"} & {*tags(cell)}:
            check = "check" in tags(cell)
            cell.metadata.nbgrader = NotebookNode(
                schema_version=3, grade_id=cell.id, cell_type="code", grade=check, locked=check, solution=not check, task=False
            )
            if check:
                cell.metadata.nbgrader.points = points
    nbformat.validate(notebook)
    return notebook


def _identify(cell: NotebookNode, where: str) -> tuple[str, bool]:
    """Choose a cell's id; the second value says whether the author named it."""
    prefix = next((f"{tag}-" for tag in ("exercise", "check") if tag in tags(cell)), "")
    if prefix and "name" not in cell.metadata:
        raise LessonError(f"{where} needs a name: add a line such as :name: convolve1d")
    if "name" in cell.metadata:
        return prefix + _slug(str(cell.metadata.name)), True
    heading = re.match(r"#+ +(.+)", cell.source) if cell.cell_type == "markdown" else None
    slug = _slug(heading[1]) if heading else ""
    return slug or f"{cell.cell_type}-{hashlib.sha256(cell.source.encode()).hexdigest()[:10]}", False


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].strip("-")  # nbformat allows 64 characters


def release_config() -> Config:
    """Return nbgrader's configuration for this course: its stub, and no instructor cells in what students get."""
    config = Config()
    config.ClearSolutions.code_stub = {"python": STUB}
    config.TagRemovePreprocessor.update({"enabled": True, "remove_cell_tags": {"instructor"}})
    config.GenerateAssignment.preprocessors.prepend([TagRemovePreprocessor])
    return config


def student(notebook: NotebookNode) -> NotebookNode:
    """Return the student's copy: solutions become stubs, instructor cells and outputs are gone, checks are locked."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata = nbformat.from_dict(METADATA)
    for step in (TagRemovePreprocessor, LockCells, ClearSolutions, ClearOutput):
        notebook, _ = step(config=release_config())(notebook, {})
    return notebook


def solved_path(source: Path) -> Path:
    """Return where the executed notebook of a source is stored."""
    return source.with_suffix(".ipynb")


def student_path(source: Path) -> Path:
    """Return where the student's notebook of a source is stored."""
    return source.parent.parent / "lessons" / f"{source.stem}.ipynb"


def _text(notebook: NotebookNode) -> str:
    return nbformat.writes(notebook).rstrip("\n") + "\n"  # nbformat sorts the keys


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook as the same bytes on every system."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(_text(notebook), encoding="utf-8", newline="\n")


def build(source: Path, *, measure: bool = False) -> NotebookNode:
    """Execute a lesson, store the solved and the student's notebook, and return the solved one.

    Parameters
    ----------
    source : Path
        ``solutions/NN_stem.md``.
    measure : bool
        Whether outputs that nbval does not compare are renewed too. By default they stay while the code before them does.

    Raises
    ------
    LessonError
        When it cannot be read or run; nothing is written then.
    """
    plain = read(source)
    solved = copy.deepcopy(plain)
    execute(solved, source, strict=True)
    solved = settle(solved, source.stem)
    if solved_path(source).exists() and not measure:
        keep_measurements(solved, nbformat.read(solved_path(source), as_version=4))
    write(solved, solved_path(source))
    write(student(plain), student_path(source))
    return solved


def staleness(source: Path) -> list[str]:
    """Say, without running anything, where the stored notebooks are not what the source gives; outputs are nbval's part.

    Parameters
    ----------
    source : Path
        ``solutions/NN_stem.md``.

    Returns
    -------
    list of str
        One line a notebook, with its file and first differing cell; empty when both are fresh.
    """
    plain = read(source)
    lesson = student(plain)
    solved = {solved_path(source): _difference(solved_path(source), plain) or _unrun(solved_path(source))}
    given = {student_path(source): _difference(student_path(source), lesson) or _outputs(student_path(source), lesson)}
    return [f"{path.parent.name}/{path.name}: {problem}" for path, problem in (solved | given).items() if problem]


def _difference(path: Path, wanted: NotebookNode) -> str:
    if not path.exists():
        return "it is missing"
    stored = nbformat.read(path, as_version=4)
    for number, (have, want) in enumerate(zip(stored.cells, wanted.cells, strict=False), 1):
        for part in ("id", "cell_type", "source", "metadata"):
            if have.get(part) != want[part]:
                return f"cell {number} ({want.id}) differs in its {part.replace('_', ' ')}"
    if len(stored.cells) != len(wanted.cells):
        return f"{len(stored.cells)} cells are stored, {len(wanted.cells)} expected"
    stored.metadata.pop("widgets", None)
    return "" if stored.metadata == wanted.metadata else "the notebook's metadata differ"


def _unrun(path: Path) -> str:
    """Name a cell that was not run in its turn: nbval does not compare cells without an execution count."""
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    odd = [(cell, count) for count, cell in enumerate(code, 1) if cell.execution_count != count]
    return f"cell {odd[0][0].id} was run as number {odd[0][0].execution_count}, {odd[0][1]} expected" if odd else ""


def _outputs(path: Path, lesson: NotebookNode) -> str:
    for have, want in zip(nbformat.read(path, as_version=4).cells, lesson.cells, strict=True):
        if have != want:
            return f"cell {want.id} differs in its execution count or outputs"
    return "" if path.read_bytes() == _text(lesson).encode() else "something else wrote the file"


def orphans(folder: Path) -> list[str]:
    """Name the notebooks beside ``folder`` and in ``lessons`` that have no source in ``folder``."""
    stored = sorted(folder.glob("*.ipynb")) + sorted(folder.parent.glob("lessons/*.ipynb"))
    return [f"{p.parent.name}/{p.name}: it has no source" for p in stored if not (folder / f"{p.stem}.md").exists()]


def sources(names: list[str]) -> list[Path]:
    """Return the lessons whose name contains one of ``names`` (all of them for an empty list), in order."""
    found = sorted(SOLUTIONS.glob("[0-9][0-9]_*.md"))
    for name in names:
        if not any(name in source.stem for source in found):
            raise LessonError(f"No lesson matches {name!r}. There are: {', '.join(s.stem for s in found) or 'none'}.")
    return [source for source in found if not names or any(name in source.stem for name in names)]


def main(arguments: list[str] | None = None) -> int:
    """Run ``python -m tools.notebooks [--check] [--measure] [names…]`` and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.notebooks", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="part of a lesson's name, such as 05; all lessons by default")
    parser.add_argument("--check", action="store_true", help="run nothing; fail when a stored notebook is stale")
    parser.add_argument("--measure", action="store_true", help="renew also the outputs that nbval does not compare")
    options = parser.parse_args(arguments)
    stale: list[str] = []
    try:
        for source in sources(options.names):
            begun = time.perf_counter()
            if options.check:
                problems = staleness(source)
                print("\n".join(problems) or f"{source.stem}: fresh", flush=True)
                stale += problems
            else:
                cells = len(build(source, measure=options.measure).cells)
                seconds, size = time.perf_counter() - begun, solved_path(source).stat().st_size / 1000
                print(f"{source.stem:<24} {cells:>3} cells {seconds:>6.1f} s {size:>7.0f} kB", flush=True)
        lost = orphans(SOLUTIONS) if options.check and not options.names else []
        print("\n".join(lost), end="\n" if lost else "")
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; the notebooks that are listed were written, no other was touched.", file=sys.stderr)
        return 130
    if stale:
        print("Run `make notebooks`.", file=sys.stderr)
    return int(bool(stale or lost))


if __name__ == "__main__":
    sys.exit(main())
