"""What moves in lesson 00: two shapes, and how NumPy stretches them to fit."""

import traitlets

from dlkit.errors import ShapeError
from dlkit.svg import LINE, MARK, number
from dlkit.widgets import _still as still
from dlkit.widgets.base import LivePicture, javascript

_RULE = "Aligned from the right, two sizes go together when they are equal or one of them is 1."
_MOST_AXES, _LARGEST = 4, 9999


class BroadcastingExplorer(LivePicture):
    """Two shapes, typed in and aligned from the right: what NumPy stretches, what comes out, where it refuses.

    Parameters
    ----------
    a, b : tuple of int
        Two shapes, up to four axes each.

    Raises
    ------
    ShapeError
        When a shape has more than four axes or a size is out of range.

    Notes
    -----
    Lesson: 00 welcome.
    """

    _esm = javascript("broadcasting_explorer")
    a = traitlets.List(traitlets.Int()).tag(sync=True)
    b = traitlets.List(traitlets.Int()).tag(sync=True)

    def __init__(self, a: tuple[int, ...] = (3, 1), b: tuple[int, ...] = (4,)):
        super().__init__(a=list(a), b=list(b))

    @traitlets.validate("a", "b")
    def _checked(self, proposal):
        name, sizes = proposal["trait"].name, proposal["value"]
        if len(sizes) > _MOST_AXES:
            raise ShapeError(f"BroadcastingExplorer: {name} has {len(sizes)} axes; the picture holds up to {_MOST_AXES}")
        if any(not 0 <= n <= _LARGEST for n in sizes):
            raise ShapeError(f"BroadcastingExplorer: {name} is {tuple(sizes)}; a size is a whole number from 0 to {_LARGEST}")
        return sizes

    def sentence(self) -> str:
        """Say which axes are stretched, or which axis clashes and why.

        Returns
        -------
        str
        """
        a, b = tuple(self.a), tuple(self.b)
        axes = _align(a, b)
        clash = next((axis for axis in reversed(axes) if axis[3] is None), None)
        if clash:
            where, x, y, _ = clash
            return f"{a} and {b} do not broadcast: at axis {number(where)}, a has {x} and b has {y}. {_RULE}"
        doings = [_doing(name, where, (x, y)[k], size) for k, name in enumerate("ab") for where, x, y, size in axes]
        result = tuple(size for *_, size in axes)
        return f"{a} and {b} broadcast to {result}.{''.join(doings) or ' Nothing is stretched.'}"

    def still(self) -> str:
        """Draw the two shapes over one another, axis by axis, and the result under them.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        axes = _align(tuple(self.a), tuple(self.b))
        fits = all(size is not None for *_, size in axes)
        result = str(tuple(size for *_, size in axes)) if fits else "does not fit"
        wide, high, left = 104, 40, 120
        middles = [left + (k + 0.5) * wide for k in range(len(axes))]
        parts = [still.text(x, 20, f"axis {number(axis[0])}", anchor="middle") for x, axis in zip(middles, axes, strict=True)]
        for r, (name, words) in enumerate((("a", str(tuple(self.a))), ("b", str(tuple(self.b))), ("a + b", result))):
            y = 30 + r * (high + 8)
            parts.append(still.text(left - 12, y + 17, name, anchor="end", bold=True))
            parts.append(still.text(left - 12, y + 33, words, anchor="end"))
            for k, axis in enumerate(axes):
                parts += _axis_cell(left + k * wide + 3, y, wide - 6, high, axis, r)
        return still.document(left + max(1, len(axes)) * wide + 12, 30 + 3 * (high + 8) + 4, parts, self.sentence())


def _align(a: tuple[int, ...], b: tuple[int, ...]) -> list[tuple[int, int | None, int | None, int | None]]:
    """One (axis, size in a, size in b, size of the result) an axis; ``None``: no such axis, or a clash."""
    rows = []
    for axis in range(-max(len(a), len(b)), 0):
        x, y = (shape[axis] if -axis <= len(shape) else None for shape in (a, b))
        m, n = (1 if size is None else size for size in (x, y))
        rows.append((axis, x, y, m if m == n else n if m == 1 else m if n == 1 else None))
    return rows


def _doing(name: str, axis: int, size: int | None, result: int) -> str:
    where = f"axis {number(axis)}"
    if size is None and result == 1:
        return f" {name} gets a new {where} of size 1."
    if size is None:
        return f" {name} gets a new {where} and is stretched along it to {result}."
    return f" {name} is stretched from 1 to {result} along {where}." if size != result else ""


def _axis_cell(x: float, y: float, width: float, height: float, axis: tuple, row: int) -> list[str]:
    """The cell of one axis in the row of a (0), of b (1) or of the result (2)."""
    _, a, b, result = axis
    size, middle = (a, b, result)[row], x + width / 2
    if result is None:
        words, small = (f"{a} ≠ {b}", "clash") if row == 2 else (str(size), "clash")
        frame = {"stroke": MARK, "thick": 3}
    elif row < 2 and size is None:
        words, small = (f"1 → {result}", "new, stretched") if result != 1 else ("1", "new")
        frame = {"stroke_dasharray": "5 3"}
    elif size != result:
        words, small, frame = f"1 → {result}", "stretched", {}
    else:
        words, small, frame = str(size), "", {}
    parts = [still.box(x, y, width, height, rx=5, **{"stroke": LINE, **frame})]
    if "stretched" in small:
        parts += [still.hatching(x, y, width, height), still.box(x + 6, y + 4, width - 12, height - 8, stroke="none", rx=3)]
    parts.append(still.text(middle, y + (18 if small else 25), words, size=14, anchor="middle"))
    return [*parts, still.text(middle, y + 32, small, size=11, anchor="middle")] if small else parts
