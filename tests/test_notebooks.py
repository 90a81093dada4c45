"""Every lesson: its notebooks are fresh, nothing is given away, it runs untouched, and it has the anatomy of a lesson."""

import functools
import itertools
import math
import re

import nbformat
import pytest
from bs4 import BeautifulSoup

from tools import notebooks
from tools.course import verdict
from tools.execution import execute, tags

pytestmark = pytest.mark.parametrize("source", notebooks.sources([]), ids=lambda source: source.stem)
SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)


@functools.cache
def written(source):
    """The lesson as its source gives it, with solutions and instructor cells."""
    return notebooks.read(source)


@functools.cache
def given(source):
    """The cells that the source gives to students."""
    return notebooks.student(written(source)).cells


@functools.cache
def solved(source):
    """The stored notebook with outputs."""
    return nbformat.read(notebooks.solved_path(source), as_version=4)


def number(source) -> int:
    return int(source.stem[:2])


def code(cells):
    return [cell for cell in cells if cell.cell_type == "code"]


def prose(cells) -> str:
    """The text of the Markdown cells without fenced code, so that a comment in code is no heading."""
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.sub(r"(?ms)^(`{3,}|~{3,}).*?^\1", "", text)


def section(cells, heading: str) -> str:
    """What stands under a heading, up to the next heading of the same level or above."""
    found = re.search(rf"(?m)^(#+) [^\n]*\b{heading}\b.*$", prose(cells))
    assert found, f"no heading with the word {heading!r}"
    rest = prose(cells)[found.end() :]
    return re.split(rf"(?m)^#{{1,{len(found[1])}}} ", rest)[0]


def images(cell) -> list[str]:
    return [output.data["image/png"] for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]


def test_the_stored_notebooks_are_fresh(source):
    assert notebooks.staleness(source) == [], "run `make notebooks`"


def test_no_solution_reaches_the_student(source):
    solutions = "\n".join(part for cell in written(source).cells for part in SOLUTION.findall(cell.source))
    secret = {line.strip() for line in solutions.splitlines() if len(line.strip()) > 12}
    hidden = [cell.source for cell in written(source).cells if "instructor" in tags(cell)]
    open_cells = [SOLUTION.sub("", cell.source) for cell in written(source).cells if "instructor" not in tags(cell)]
    stored = nbformat.read(notebooks.student_path(source), as_version=4).cells
    text = "\n".join(cell.source for cell in stored)
    leaks = [line for line in secret if line in text and not any(line in cell for cell in open_cells)]
    leaks += [cell for cell in hidden if cell in text]
    assert leaks == []
    assert "SOLUTION" not in text
    assert all("outputs" not in cell or not cell.outputs for cell in stored)


def test_an_untouched_lesson_runs_to_the_end(source):
    path = notebooks.student_path(source)
    lesson = nbformat.read(path, as_version=4)
    execute(lesson, path, strict=False)
    verdicts = {cell.id: verdict(cell).partition("\n")[0] for cell in lesson.cells if "check" in tags(cell)}
    assert all(says.startswith("–") and "not attempted" in says for says in verdicts.values()), verdicts


def test_it_opens_with_a_promise(source):
    first = given(source)[0]
    lines = [line for line in prose(given(source)[:3]).splitlines() if line]
    assert first.cell_type == "markdown"
    assert lines[0].startswith(f"# {number(source)} · ")
    assert re.fullmatch(r"([*_])[^*_].*\?\1", lines[1]), "the question stands in one italic line under the title"
    promise = re.search(r"In this lesson you will.*\n+((?:[-*] .*\n(?: +.*\n)*)+)", prose(given(source)[:6]) + "\n")
    assert promise, "three to six bullets follow the words: In this lesson you will"
    assert 3 <= len(re.findall(r"(?m)^[-*] ", promise[1])) <= 6


def test_headings_never_skip_a_level(source):
    levels = [len(marks) for marks in re.findall(r"(?m)^(#+) ", prose(written(source).cells))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), levels


def test_the_setup_is_short_and_seeded(source):
    (setup,) = [cell for cell in given(source) if "setup" in tags(cell)]
    assert len(setup.source.splitlines()) <= 12
    assert setup is code(given(source))[0]
    if any(re.search(r"\brng\b", cell.source) for cell in code(written(source).cells)):
        assert f"rng = np.random.default_rng({number(source)})" in setup.source


def test_its_size_is_that_of_a_lesson(source):
    assert {cell.id: lines for cell in code(written(source).cells) if (lines := len(cell.source.splitlines())) > 30} == {}
    plain = re.sub(r"(?s)\$\$.*?\$\$", " ", prose(given(source)))
    page = BeautifulSoup(plain, "html.parser")
    for details in page.find_all("details"):  # hints and feedback are unfolded on demand; they are not the reading path
        details.extract()
    words = len(re.findall(r"\w[\w'’\-]*", page.get_text()))
    kinds = [None, *(cell.cell_type for cell in given(source))]
    blocks = sum(now == "code" or now != before for before, now in itertools.pairwise(kinds))  # neighbouring texts read as one
    assert blocks <= 80
    assert words <= 3500
    assert blocks >= (15 if number(source) == 0 else 40)
    assert words >= (300 if number(source) == 0 else 1500)


def test_each_exercise_has_its_announcement_check_hints_and_reasons(source):
    cells, everything = given(source), written(source).cells
    exercises = [place for place, cell in enumerate(cells) if "exercise" in tags(cell)]
    assert len(exercises) >= 1
    if number(source) > 0:
        assert 5 <= len(exercises) <= 9
    for place in exercises:
        name = cells[place].metadata.name
        announced = next(cell.source for cell in reversed(cells[:place]) if cell.cell_type == "markdown")
        assert re.search(r"\b\d+ min", announced), f"{name}: say how many minutes it takes"
        assert re.search(r"(?i)difficulty\D{0,12}[1-5]|[★●]", announced), f"{name}: say how difficult it is, 1 to 5"
        check = cells[place + 1]
        assert ("check" in tags(check), check.metadata.get("name")) == (True, name), f"{name}: its check comes next"
        hints = BeautifulSoup(cells[place + 2].source, "html.parser").find_all("details")
        depths = [len(hint.find_parents("details")) for hint in hints]
        assert cells[place + 2].cell_type == "markdown"
        assert depths == [0, 1, 2], f"{name}: three hints, each inside the one before"
        assert all(hint.find("summary", recursive=False) for hint in hints)
    roles = [tag for cell in everything for tag in tags(cell) if tag in ("exercise", "instructor")]
    after = [roles[place + 1 : place + 2] for place, role in enumerate(roles) if role == "exercise"]
    assert all(role == ["instructor"] for role in after), "an instructor cell after each exercise says why it works"


def test_the_questions_answer_every_option(source):
    questions = re.split(r"(?m)^(?:#+ |\*\*)?(?:Question )?(?=\d+\W)", section(given(source), "Questions"))[1:]
    assert [int(re.match(r"\d+", question)[0]) for question in questions] == list(range(1, len(questions) + 1))
    assert 6 <= len(questions) <= 10 or number(source) == 0
    for question in questions:
        page = BeautifulSoup(question, "html.parser")
        folded = [details.extract() for details in page.find_all("details")]
        assert folded, f"no feedback: {question[:60]}"
        for details in folded:
            details.summary.extract()
            assert len(details.get_text().split()) >= 3, f"an option without feedback: {question[:60]}"
        options = re.findall(r"(?m)^\s*[-*]?\s*\**\(?([A-Ea-e])[.)]", page.get_text())
        feedback = " ".join(details.get_text() for details in folded)
        assert [letter for letter in options if not re.search(rf"\b{letter}\b", feedback)] == [], question[:60]


def test_five_sources_are_named(source):
    listed = re.findall(r"(?m)^(?:[-*]|\d+\.) .+", section(given(source), "Sources"))
    assert len(listed) >= 5
    assert [line for line in listed if not re.search(r"\b(1[89]|20)\d\d\b", line)] == [], "each source has its year"


def test_every_figure_has_a_sentence_of_alternative_text(source):
    figures = [cell for cell in solved(source).cells if images(cell)]
    assert [cell.id for cell in figures if not re.fullmatch(r"(\S+\s+){4,}\S+\.", cell.metadata.get("alt", "").strip())] == []


def test_the_stored_notebook_is_small_and_almost_all_compared(source):
    ignored = [cell.id for cell in code(solved(source).cells) if "nbval-ignore-output" in tags(cell)]
    pictures = [image for cell in solved(source).cells for image in images(cell)]
    assert len(ignored) <= max(3, math.floor(0.05 * len(code(solved(source).cells)))), ignored
    assert len(pictures) == len({*pictures}), "a figure is stored twice"
    assert notebooks.solved_path(source).stat().st_size < 1_500_000
