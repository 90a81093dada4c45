"""The course's figures: one look, a colour-blind-safe palette, never colour alone. Each function returns its Axes."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

# Okabe and Ito, 2008: eight colours that stay apart for every common kind of colour vision.
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#f0e442")
STYLES = ("-", "--", "-.", ":")
_LOOK = {
    "figure.dpi": 80,
    "figure.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "font.size": 10,
}


def images(pictures: Sequence[np.ndarray], titles: Sequence[str], *, width: float = 2.6, signed: bool = False) -> list[Axes]:
    """Show pictures side by side in one row.

    Parameters
    ----------
    pictures : sequence of np.ndarray, each (H, W) grey, or (H, W, 3) or (3, H, W) colour, 0..1 for colour
    titles : sequence of str
        One above each.
    width : float
        Inches a picture.
    signed : bool
        Grey pictures only: draw zero as white, negative blue, positive orange, on one scale for all.

    Returns
    -------
    list of Axes
    """
    pictures = [np.moveaxis(p, 0, -1) if p.ndim == 3 and p.shape[0] == 3 else p for p in map(np.asarray, pictures)]
    tall = max(p.shape[0] / p.shape[1] for p in pictures)
    limit = max(np.abs(p).max() for p in pictures)
    look = {"cmap": "PuOr_r", "vmin": -limit, "vmax": limit} if signed else {"cmap": "gray"}
    with plt.rc_context(_LOOK | {"axes.grid": False}):
        figure, grid = plt.subplots(1, len(pictures), figsize=(width * len(pictures), width * tall + 0.4), squeeze=False)
        for axes, picture, title in zip(grid[0], pictures, titles, strict=True):
            axes.imshow(picture, interpolation="nearest", **(look if picture.ndim == 2 else {}))
            axes.set_title(title, fontsize=10)
            axes.set_axis_off()
        figure.tight_layout()
    return list(grid[0])


def gallery(rows: Mapping[str, Sequence[np.ndarray]], *, size: float = 0.72, signed: bool = False) -> list[Axes]:
    """Show rows of small grey pictures, one under the other, each row with its name at the left.

    Parameters
    ----------
    rows : mapping of str to sequence of np.ndarray, each (H, W)
        As many pictures in each row; 0 is black and 1 is white.
    size : float
        Inches a picture.
    signed : bool
        Draw zero as white, negative blue, positive orange, each row on a scale of its own.

    Returns
    -------
    list of Axes
        Row by row.
    """
    across, longest = max(map(len, rows.values())), max(map(len, rows))
    margin = 0.085 * longest + 0.2
    with plt.rc_context(_LOOK | {"axes.grid": False}):
        figure, grid = plt.subplots(len(rows), across, squeeze=False, figsize=(margin + size * across, size * len(rows) + 0.1))
        for row, (name, pictures) in zip(grid, rows.items(), strict=True):
            limit = max(np.abs(picture).max() for picture in pictures)
            look = {"cmap": "PuOr_r", "vmin": -limit, "vmax": limit} if signed else {"cmap": "gray", "vmin": 0, "vmax": 1}
            for axes in row:
                axes.set_axis_off()
            for axes, picture in zip(row, pictures, strict=False):
                axes.imshow(picture, interpolation="nearest", **look)
            row[0].text(-0.15, 0.5, name, transform=row[0].transAxes, ha="right", va="center", fontsize=10)
        left = margin / (margin + size * across)
        figure.subplots_adjust(left=left, right=0.995, bottom=0.01, top=0.99, wspace=0.08, hspace=0.08)
    return list(grid.ravel())


def signals(rows: Mapping[str, np.ndarray], *, xlabel: str, ylabel: str, height: float = 1.3) -> list[Axes]:
    """Draw signals one under the other over the same positions, as stems: one mark a cell.

    Parameters
    ----------
    rows : mapping of str to np.ndarray, shape (L,)
        Title and signal.
    xlabel, ylabel : str
        With units.
    height : float
        Inches a row.

    Returns
    -------
    list of Axes
    """
    with plt.rc_context(_LOOK):
        figure, grid = plt.subplots(len(rows), 1, figsize=(7, height * len(rows) + 0.4), sharex=True, squeeze=False)
        for axes, (title, signal), colour in zip(grid[:, 0], rows.items(), PALETTE, strict=False):
            axes.vlines(np.arange(len(signal)), 0, signal, color=colour, linewidth=1.5)
            axes.plot(signal, "o", color=colour, markersize=3.5)
            axes.axhline(0, color="black", linewidth=0.6)
            axes.set_title(title, fontsize=10, loc="left")
            axes.set_ylabel(ylabel)
        grid[-1, 0].set_xlabel(xlabel)
        figure.tight_layout()
    return list(grid[:, 0])


def points(
    x: np.ndarray, labels: np.ndarray, names: Sequence[str], *, xlabel: str, ylabel: str, title: str = "", axes=None
) -> Axes:
    """Scatter points of a few classes, each class with a colour and a shape of its own.

    Parameters
    ----------
    x : np.ndarray, shape (N, 2)
    labels : np.ndarray of int, shape (N,)
    names : sequence of str
        One for each class, from 0.
    xlabel, ylabel : str
        With units.
    title : str
    axes : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
    """
    with plt.rc_context(_LOOK):
        axes = axes or plt.subplots(figsize=(4.2, 4), layout="tight")[1]
        for k, name in enumerate(names):
            here, look = np.asarray(x)[np.asarray(labels) == k], {"marker": "o^sDvP*X"[k % 8], "color": PALETTE[k % 8]}
            axes.scatter(*here.T, s=60, edgecolor="black", linewidth=0.6, label=name, zorder=3, **look)
        axes.set(xlabel=xlabel, ylabel=ylabel, title=title)
        axes.legend(fontsize=9)
    return axes


def times(milliseconds: Mapping[str, float], *, title: str = "") -> Axes:
    """Draw measured times as bars on a logarithmic scale, each with its number.

    Parameters
    ----------
    milliseconds : mapping of str to float
        What was timed and how long it took.
    title : str

    Returns
    -------
    Axes
    """
    names, values = list(milliseconds), np.array(list(milliseconds.values()))
    with plt.rc_context(_LOOK):
        _figure, axes = plt.subplots(figsize=(7, 0.5 * len(names) + 1.1), layout="tight")
        bars = axes.barh(names, values, color=PALETTE[: len(names)], height=0.6)
        axes.bar_label(bars, [f" {value:,.2f} ms" for value in values], fontsize=9)
        axes.set(xscale="log", xlabel="time, ms (logarithmic)", title=title, xlim=(values.min() / 3, values.max() * 8))
        axes.xaxis.set_minor_formatter("")  # the bars carry their numbers; over less than a decade the labels would overlap
        axes.invert_yaxis()
    return axes


def ratios(series: Mapping[str, Mapping[str, float]], *, xlabel: str) -> Axes:
    """Draw ratios around one on a logarithmic scale: a row for each name, a mark for each series.

    Parameters
    ----------
    series : mapping of str to mapping of str to float
        For each series its ratio by name; the names and their order are those of the first.
    xlabel : str

    Returns
    -------
    Axes
    """
    names = list(next(iter(series.values())))
    with plt.rc_context(_LOOK):
        _figure, axes = plt.subplots(figsize=(9, 0.24 * len(names) + 1.2), layout="tight")
        for (label, values), colour, mark in zip(series.items(), PALETTE, "osD^", strict=False):
            axes.plot([values.get(name, np.nan) for name in names], names, mark, color=colour, label=label, markersize=5)
        axes.axvline(1, color="black", linewidth=0.8)
        axes.set(xscale="log", xlabel=xlabel, ylim=(len(names) - 0.4, -0.6))
        axes.set_xticks([0.25, 0.5, 1, 2, 4, 8], ["¼", "½", "1", "2", "4", "8"])
        axes.minorticks_off()
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=len(series), frameon=False)
    return axes


def growth(panels: Mapping[str, Mapping[str, tuple[Sequence[float], Sequence[float]]]], *, ylabel: str) -> list[Axes]:
    """Draw how costs grow with sizes, side by side on logarithmic scales: a straight line is a power, its slope the exponent.

    Parameters
    ----------
    panels : mapping of str to mapping of str to (sequence of float, sequence of float)
        For each title the sizes and the costs of each contender.
    ylabel : str

    Returns
    -------
    list of Axes
    """
    with plt.rc_context(_LOOK):
        _figure, grid = plt.subplots(1, len(panels), figsize=(2.6 * len(panels), 3), squeeze=False, layout="tight")
        for axes, (title, lines) in zip(grid[0], panels.items(), strict=True):
            for (label, (sizes, costs)), colour, style, mark in zip(lines.items(), PALETTE, STYLES, "osD^", strict=False):
                axes.plot(sizes, costs, style, color=colour, marker=mark, markersize=5, label=label)
            axes.set(xscale="log", yscale="log", title=title)
            axes.set_xticks(sizes, [str(size) for size in sizes])
            axes.minorticks_off()
        grid[0, 0].set_ylabel(ylabel)
        grid[0, 0].legend(frameon=False)
    return list(grid[0])


def curves(
    series: Mapping[str, Sequence | tuple[Sequence, Sequence]], *, xlabel: str, ylabel: str, title: str = "",
    xscale: str = "linear", yscale: str = "linear", axes: Axes | None = None,
) -> Axes:  # fmt: skip
    """Draw curves over one another, each with its own colour, line style and a name in the legend.

    Parameters
    ----------
    series : mapping of str to sequence, or to a pair of sequences
        Name and heights, drawn over 1, 2, 3 …; or name and (places, heights).
    xlabel, ylabel : str
        With units.
    title : str
    xscale, yscale : str
        "linear" or "log".
    axes : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
    """
    with plt.rc_context(_LOOK):
        if axes is None:
            _figure, axes = plt.subplots(figsize=(6.4, 3.2), layout="tight")
        for k, (name, heights) in enumerate(series.items()):
            x, y = heights if isinstance(heights, tuple) else (np.arange(1, len(heights) + 1), heights)
            mark = "osD^vP*X"[k % 8] if len(x) <= 12 else ""  # few places: nothing was measured in between
            axes.plot(x, y, STYLES[k % len(STYLES)], color=PALETTE[k % len(PALETTE)], marker=mark, linewidth=1.8, label=name)
        axes.set(xlabel=xlabel, ylabel=ylabel, title=title, xscale=xscale, yscale=yscale)
        axes.legend(frameon=False)
    return axes


class LiveCurves:
    """Curves that grow while a cell is running; the notebook keeps the last picture.

    Parameters
    ----------
    xlabel, ylabel : str
        With units.
    every : int
        Draw anew after so many additions only: a picture takes longer than a small network's epoch.
    **look
        Further options of :func:`curves`.

    Attributes
    ----------
    series : dict of str to list
        What was added so far.
    """

    def __init__(self, *, xlabel: str, ylabel: str, every: int = 1, **look):
        self._look, self._handle = {"xlabel": xlabel, "ylabel": ylabel, **look}, None
        self._every, self._added = every, 0
        self.series: dict[str, list[float]] = {}

    def add(self, **numbers: float) -> None:
        """Add one number to each curve and draw them anew.

        Parameters
        ----------
        **numbers : float
            By the name of their curve; ``_`` is shown as a space.
        """
        from IPython.display import display

        for name, value in numbers.items():
            self.series.setdefault(name.replace("_", " "), []).append(float(value))
        self._added += 1
        if self._added % self._every:
            return
        figure = curves(self.series, **self._look).figure
        plt.close(figure)  # the notebook would show it a second time at the end of the cell
        if self._handle is None:
            self._handle = display(figure, display_id=True)
        else:
            self._handle.update(figure)


def receptive_field(layers: Sequence[tuple[str, int, int]]) -> Axes:
    """Draw what one number sees, layer by layer, down to the cells of a signal.

    Parameters
    ----------
    layers : sequence of (str, int, int)
        Name, kernel and stride of each layer, the one next to the signal first.

    Returns
    -------
    Axes
    """
    seen = [[0]]  # the cells of each level that the one at the top sees, from the top down
    for _, kernel, stride in reversed(layers):
        seen.append(sorted({cell * stride + k for cell in seen[-1] for k in range(kernel)}))
    middles = [np.arange(len(seen[-1]), dtype=float)]  # of the cells of each level, in cells of the signal, from the signal up
    for (_, kernel, stride), cells in zip(layers, seen[-2::-1], strict=True):
        middles.append(np.array([middles[-1][cell * stride : cell * stride + kernel].mean() for cell in cells]))
    with plt.rc_context(_LOOK | {"axes.grid": False}):
        wide = max(5.5, 0.45 * len(seen[-1]) + 2.2)
        _figure, axes = plt.subplots(figsize=(wide, 0.75 * len(middles) + 0.3), layout="tight")
        for level, places in enumerate(middles):
            if level:
                _, kernel, stride = layers[level - 1]
                for cell, x in enumerate(places):
                    below = middles[level - 1][cell * stride : cell * stride + kernel]
                    for end in below:
                        axes.plot([x, end], [level - 0.22, level - 0.78], color=PALETTE[0], linewidth=0.8, alpha=0.6)
            colour = PALETTE[1] if level == len(middles) - 1 else PALETTE[5]
            axes.bar(places, 0.44, 0.7, bottom=level - 0.22, color=colour, edgecolor="black", linewidth=0.8)
            name = layers[level - 1][0] if level else "signal"
            count = f"{len(places)} cell{'s' if len(places) > 1 else ''}"
            axes.text(len(seen[-1]) - 0.2, level, f"{name}: {count}", va="center")
        axes.set(xlim=(-0.8, len(seen[-1]) + 5), ylim=(-0.5, len(middles) - 0.5))
        axes.set_axis_off()
    return axes
