"""A cell whose gates are set by hand."""

import textwrap

import traitlets

from dlkit.widgets import _still as still
from dlkit.widgets.base import LivePicture, javascript
from dlkit.widgets.lstm.cell import LAYOUT, SIZE, Step, drawing, two, written

_LARGEST = 5.0
_OPEN, _CLOSED = 0.9, 0.1


class CellByHand(LivePicture):
    """One cell of an LSTM with sliders for its gates: what it keeps, writes and shows.

    *Next step* hands the new cell on: it becomes the old one.

    Parameters
    ----------
    before : float
        The cell before the step, from −5 to 5.
    f, i, o : float
        Forget, input and output gate, from 0 to 1.
    g : float
        The candidate, from −1 to 1.

    Raises
    ------
    ValueError
        For a number out of its range.

    Notes
    -----
    Lesson: 14 lstm.
    """

    _esm = javascript("lstm_cell", "cell_by_hand")
    _layout = traitlets.Dict(LAYOUT).tag(sync=True)
    before = traitlets.Float(min=-_LARGEST, max=_LARGEST).tag(sync=True)
    f = traitlets.Float(min=0, max=1).tag(sync=True)
    i = traitlets.Float(min=0, max=1).tag(sync=True)
    g = traitlets.Float(min=-1, max=1).tag(sync=True)
    o = traitlets.Float(min=0, max=1).tag(sync=True)

    def __init__(self, before: float = 0.8, *, f: float = 1, i: float = 0, g: float = 0.5, o: float = 1):
        given = {"before": before, "f": f, "i": i, "g": g, "o": o}
        ranges = {"before": (-5, 5), "f": (0, 1), "i": (0, 1), "g": (-1, 1), "o": (0, 1)}
        for name, value in given.items():
            low, high = ranges[name]
            if not low <= value <= high:
                raise ValueError(f"CellByHand: {name} is {value}; give a number from {str(low).replace('-', '−')} to {high}")
        super().__init__(**{name: float(value) for name, value in given.items()})

    def now(self) -> Step:
        """Take the step.

        Returns
        -------
        Step
        """
        return Step.of(self.before, self.f, self.i, self.g, self.o)

    def sentence(self) -> str:
        """Say what the cell does.

        Returns
        -------
        str
        """
        step = self.now()
        f, i, o = ("open" if v >= _OPEN else "shut" if v <= _CLOSED else "half" for v in (step.f, step.i, step.o))
        does = {
            ("open", "shut"): "It holds: the old value stays.",
            ("shut", "open"): "It overwrites: the old value goes, the candidate comes.",
            ("open", "open"): "It adds the candidate to the old value.",
            ("shut", "shut"): "It forgets: the old value goes and nothing comes.",
        }.get((f, i), f"It mixes: {two(step.f)} of the old value and {two(step.i)} of the candidate.")
        shows = {"open": "The cell is shown.", "shut": "The cell is hidden."}.get(o, f"{two(step.o)} of it is shown.")
        return (
            f"{written(step)} {does} {shows} Of a gradient at the new C the share f = {two(step.f)} reaches the old C."
        )

    def still(self) -> str:
        """Draw the cell.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        width, height = SIZE
        lines = textwrap.wrap(self.sentence(), width // 7)
        words = [still.text(16, height + 18 + 18 * k, line, size=13) for k, line in enumerate(lines)]
        return still.document(width, height + 18 * len(lines) + 14, [*drawing(self.now()), *words], self.sentence())
