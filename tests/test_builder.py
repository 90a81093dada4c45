"""The notebook builder, the course runner and nbgrader, on a small lesson made for the purpose."""

import copy
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from traitlets.config import Config

from tools import course, execution, notebooks
from tools.execution import LessonError

ROOT = Path(__file__).resolve().parent.parent
HEADER = "---\njupytext: {text_representation: {extension: .md, format_name: myst}}\n---\n"
LESSON = (ROOT / "tests" / "90_small.md").read_text(encoding="utf-8")


def lesson(folder: Path, text: str, name: str = "90_small") -> Path:
    source = folder / "solutions" / f"{name}.md"
    source.parent.mkdir(exist_ok=True)
    source.write_text(text, encoding="utf-8")
    return source


def cell(notebook, identity):
    return next(cell for cell in notebook.cells if cell.id == identity)


def load(path):
    return nbformat.read(path, as_version=4)


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """The small lesson, built."""
    source = lesson(tmp_path_factory.mktemp("course"), LESSON)
    notebooks.build(source)
    return source


@pytest.fixture
def copied(small, tmp_path) -> Path:
    """The built lesson in a folder of its own, to be damaged."""
    source = lesson(tmp_path, small.read_text(encoding="utf-8"))
    for path in (notebooks.solved_path, notebooks.student_path):
        path(source).parent.mkdir(exist_ok=True)
        path(source).write_bytes(path(small).read_bytes())
    return source


def test_building_again_changes_no_byte(small):
    paths = notebooks.solved_path(small), notebooks.student_path(small)
    before = [path.read_bytes() for path in paths]
    assert notebooks.staleness(small) == []
    notebooks.build(small)
    assert [path.read_bytes() for path in paths] == before
    assert all(text.endswith(b"}\n") and b"\r" not in text for text in before)


def test_measurements_stay_until_code_before_them_changes(copied):
    def clock(text):
        copied.write_text(text, encoding="utf-8")
        return cell(notebooks.build(copied), "clock")

    before = cell(load(notebooks.solved_path(copied)), "clock")
    assert clock(LESSON.replace("The same words.", "Other words.")).outputs == before.outputs
    after = clock(LESSON.replace('print("one")', 'print("two")'))
    assert after.outputs != before.outputs
    assert "nbval-ignore-output" in after.metadata.tags


def test_ids_come_from_names_headings_and_text(small):
    ids = [cell.id for cell in notebooks.read(small).cells]
    first, second = ids[1:3]
    assert ids[0] == "90-a-small-lesson"
    assert (ids[3], second) == ("setup", f"{first}-2")
    assert {"double", "exercise-double", "check-double", "clock"} <= {*ids}
    nbformat.validate(load(notebooks.solved_path(small)))


def test_an_edit_elsewhere_changes_no_id(small, tmp_path):
    before = [cell.id for cell in notebooks.read(small).cells]
    edited = LESSON.replace("*Does everything repeat?*\n", "*Does all of it repeat?*\n\n+++\n\nA new cell.\n")
    after = [cell.id for cell in notebooks.read(lesson(tmp_path, edited)).cells]
    assert [identity for identity in after if identity in before] == before
    assert len(after) == len(before) + 1


def test_the_solved_notebook_holds_nothing_of_this_machine(small):
    text = notebooks.solved_path(small).read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert str(small.parent) not in text
    assert sys.prefix not in text
    assert "ipykernel_" not in text
    assert "dlkit-lesson-" not in text
    solved = load(notebooks.solved_path(small))
    assert "version" not in solved.metadata.language_info
    assert cell(solved, "streams").outputs[-1].data["text/plain"] == "<object at 0x...>"
    assert "expect_shapes(" in "".join(cell(solved, "refused").outputs[0].traceback)


def test_a_figure_carries_its_alternative_text(small):
    figure = cell(load(notebooks.solved_path(small)), "climb")
    assert figure.outputs[0].metadata["image/png"].alt == figure.metadata.alt == "A line that climbs from left to right."


def test_widgets_stay_alive_unless_they_are_large(small):
    solved = load(notebooks.solved_path(small))
    alive, dropped = cell(solved, "counters").outputs[0].data, cell(solved, "photo").outputs[0].data
    models = solved.metadata.widgets[execution.WIDGET_STATE].state
    model = models[alive[execution.WIDGET_VIEW].model_id]
    assert model.state.count == 3
    assert model.state.layout.removeprefix("IPY_MODEL_") in models
    assert execution.WIDGET_VIEW not in dropped
    assert notebooks.solved_path(small).stat().st_size < 100_000


def test_the_student_gets_stubs_and_locked_checks(small):
    given = load(notebooks.student_path(small))
    assert cell(given, "exercise-double").source == (
        'def double(x):\n    """Double it."""\n    # Write your code here, then delete the next line.\n'
        "    raise NotImplementedError"
    )
    assert cell(given, "check-double").metadata.nbgrader.points == 3
    assert cell(given, "check-double").metadata.editable is False
    assert cell(given, "check-double").metadata.deletable is False
    text = notebooks.student_path(small).read_text(encoding="utf-8")
    assert "only instructors" not in text
    assert "twice_the_value" not in text
    assert "widgets" not in given.metadata
    assert all(not c.outputs and c.execution_count is None for c in given.cells if c.cell_type == "code")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda nb: cell(nb, "climb").update(source="plt.show()"), "(climb) differs in its source"),
        (lambda nb: cell(nb, "climb").update(id="other"), "(climb) differs in its id"),
        (lambda nb: cell(nb, "climb").metadata.update(alt="No."), "(climb) differs in its metadata"),
        (lambda nb: nb.cells.pop(), "cells are stored"),
        (lambda nb: cell(nb, "climb").update(execution_count=None), "cell climb was run as number None"),
        (lambda nb: nb.metadata.kernelspec.update(name="other"), "metadata differ"),
    ],
)
def test_a_stale_solved_notebook_is_noticed(copied, damage, message):
    path = notebooks.solved_path(copied)
    stored = load(path)
    damage(stored)
    notebooks.write(stored, path)
    (problem,) = notebooks.staleness(copied)
    assert problem.startswith("solutions/90_small.ipynb: ")
    assert message in problem


def test_a_stale_student_notebook_is_noticed(copied):
    path = notebooks.student_path(copied)
    stored = load(path)
    cell(stored, "setup").execution_count = 1
    notebooks.write(stored, path)
    assert notebooks.staleness(copied) == ["lessons/90_small.ipynb: cell setup differs in its execution count or outputs"]
    path.unlink()
    assert notebooks.staleness(copied) == ["lessons/90_small.ipynb: it is missing"]


def test_a_notebook_without_a_source_is_noticed(copied):
    (copied.parent.parent / "lessons" / "91_lost.ipynb").write_text("{}")
    assert notebooks.orphans(copied.parent) == ["lessons/91_lost.ipynb: it has no source"]


def test_a_lesson_that_raises_writes_nothing(tmp_path, monkeypatch, capsys):
    source = lesson(tmp_path, HEADER + "# 91\n```{code-cell} ipython3\n:name: broken\nsum([1, 2]) / 0\n```\n", "91_broken")
    monkeypatch.setattr(notebooks, "SOLUTIONS", source.parent)
    assert notebooks.main(["91"]) == 1
    said = capsys.readouterr().err
    for part in ("91_broken.md", "cell broken", "sum([1, 2]) / 0", "ZeroDivisionError: division by zero"):
        assert part in said
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"91_broken.md"}


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (":tags: [excercise]", "1", "unknown option or tag excercise"),
        (":tag: [check]", "1", "unknown option or tag tag"),
        (":tags: [check]", "1", "needs a name"),
        (":name: a\n:tags: [exercise]", "1", "belong together"),
        (":name: a", "### BEGIN SOLUTION\n1\n### END SOLUTION", "belong together"),
        (":name: setup", "1", "another cell has the id setup"),
        (":alt: One: two", "1", "quotation marks"),
    ],
)
def test_a_mistake_in_the_source_is_named(tmp_path, options, code, message):
    more = f"```{{code-cell}} ipython3\n{options}\n{code}\n```\n"
    with pytest.raises(LessonError, match="90_small") as raised:
        notebooks.read(lesson(tmp_path, LESSON + more))
    assert message in str(raised.value)


def test_nbval_accepts_the_notebook_and_notices_a_changed_number(copied):
    def nbval():
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(copied.parent), "--nbval"]
        command += ["--nbval-current-env", "--nbval-sanitize-with", str(ROOT / "tests" / "nbval_sanitize.cfg")]
        with execution.kernel_environment(strict=True) as environment:
            done = subprocess.run([*command, str(path)], env=environment, capture_output=True, text=True, cwd=ROOT)
        return done.returncode, done.stdout

    path = notebooks.solved_path(copied)
    code, said = nbval()
    assert code == 0, said
    stored = load(path)
    cell(stored, "streams").outputs[0].text = "two\ninf\n"
    notebooks.write(stored, path)
    code, said = nbval()
    assert code == 1, said
    assert "1 failed" in said


@pytest.fixture
def table(monkeypatch, capsys):
    """Run ``make course`` on a folder of solutions; return its exit code and what it prints."""

    def run(folder: Path) -> tuple[int, str]:
        monkeypatch.setattr(notebooks, "SOLUTIONS", folder)
        return course.main([]), capsys.readouterr().out

    return run


def test_the_course_table_says_that_all_is_well(small, table):
    before = notebooks.solved_path(small).read_bytes()
    code, said = table(small.parent)
    assert code == 0, said
    name, checks, seconds, memory, unit = said.splitlines()[1].split()
    assert (name, checks, unit) == ("90_small", "1/1", "MB")
    assert float(seconds) > 0
    assert int(memory) > 20
    assert notebooks.solved_path(small).read_bytes() == before


def test_the_course_table_names_what_is_wrong(copied, table):
    path = notebooks.solved_path(copied)
    stored = load(path)
    cell(stored, "exercise-double").source = "def double(x):\n    return x"
    notebooks.write(stored, path)
    code, said = table(copied.parent)
    assert code == 1
    assert " 0/1 " in said
    assert "cell check-double did not pass.\n✗ double: not right yet" in said
    cell(stored, "counters").source = "1 / 0"
    notebooks.write(stored, path)
    code, said = table(copied.parent)
    assert code == 1
    assert " 0/1 " in said, "a stored verdict was counted"
    assert "cell counters failed" in said
    assert "ZeroDivisionError" in said
    path.unlink()
    code, said = table(copied.parent)
    assert code == 1
    assert "90_small.ipynb is missing; run `make notebooks`." in said


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_nbgrader_releases_and_grades_the_lesson(small, tmp_path, monkeypatch):
    from nbgrader.api import Gradebook
    from nbgrader.apps import NbGraderAPI

    monkeypatch.setenv("DLKIT_STRICT", "0")  # the course's own configuration is to set it; afterwards it is as it was
    monkeypatch.setenv("DLKIT_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)  # nbgrader calls alembic by its name
    monkeypatch.chdir(tmp_path)
    config = Config()
    exec((ROOT / "nbgrader_config.py").read_text(encoding="utf-8"), {"get_config": lambda: config})
    config.CourseDirectory.root = config.Exchange.root = str(tmp_path)
    (tmp_path / "source" / "ps1").mkdir(parents=True)
    (tmp_path / "source" / "ps1" / "90_small.ipynb").write_bytes(notebooks.solved_path(small).read_bytes())
    grader = NbGraderAPI(config=config)
    released = grader.generate_assignment("ps1")
    assert released["success"], released["log"]
    given = load(tmp_path / "release" / "ps1" / "90_small.ipynb")
    assert [(c.id, c.source) for c in given.cells] == [(c.id, c.source) for c in load(notebooks.student_path(small)).cells]
    for name, answer in {"right": "return x + x", "wrong": "return x", "blank": "raise NotImplementedError"}.items():
        handed_in = copy.deepcopy(given)
        task = cell(handed_in, "exercise-double")
        task.source = task.source.replace("raise NotImplementedError", answer)
        folder = tmp_path / "submitted" / name / "ps1"
        folder.mkdir(parents=True)
        notebooks.write(handed_in, folder / "90_small.ipynb")
        graded = grader.autograde("ps1", name)
        assert graded["success"], graded["log"]
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        scores = {name: book.find_submission("ps1", name).score for name in ("right", "wrong", "blank")}
        assert book.find_assignment("ps1").max_score == 3
    assert scores == {"right": 3, "wrong": 0, "blank": 0}
