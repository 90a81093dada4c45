"""The map of the course: every lesson, and which of its exercises this student has passed."""

from dataclasses import dataclass
from html import escape

from dlkit import exercises, progress


@dataclass(frozen=True)
class Row:
    """One lesson on the map: how many of its exercises are passed, and which are still open."""

    lesson: exercises.Lesson
    passed: int
    total: int
    open: tuple[str, ...]

    @property
    def sign(self) -> str:
        """✓ done, ◐ begun, ○ not begun, · not written yet."""
        if not self.total:
            return "·"
        return "✓" if self.passed == self.total else "◐" if self.passed else "○"

    @property
    def count(self) -> str:
        """The count in words."""
        return f"{self.passed} of {self.total}" if self.total else "being written"


class ProgressMap(tuple):
    """The rows of the map; a notebook shows them as a table."""

    def __repr__(self) -> str:
        """The map as text."""
        lines = [f"{r.sign} {r.lesson.number} {r.lesson.stem:<26}{r.count:<15}{', '.join(r.open)}".rstrip() for r in self]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        cells = "".join(
            f'<tr style="opacity:{1 if r.total else 0.6}"><td>{r.sign}</td><td>{r.lesson.number}</td>'
            f'<td style="text-align:left">{escape(r.lesson.stem.replace("_", " "))}</td>'
            f'<td style="text-align:left">{escape(r.lesson.question)}</td>'
            f'<td style="text-align:left;white-space:nowrap">{r.count}</td></tr>'
            for r in self
        )
        heads = "".join(f'<th style="text-align:left">{h}</th>' for h in ("", "", "lesson", "the question", "passed"))
        return f'<table aria-label="Progress over all lessons"><thead><tr>{heads}</tr></thead><tbody>{cells}</tbody></table>'


def progress_map() -> ProgressMap:
    """Show every lesson with the exercises passed so far.

    Returns
    -------
    ProgressMap
        One :class:`Row` a lesson.
    """
    kept = progress.load()
    rows = []
    for lesson in exercises.LESSONS:
        names = [exercise.name for exercise in exercises.of(lesson.name)]
        done = {name for name, entry in kept.get(lesson.name, {}).items() if entry["outcome"] == "passed"}
        still_open = tuple(name for name in names if name not in done)
        rows.append(Row(lesson, len(names) - len(still_open), len(names), still_open))
    return ProgressMap(rows)
