"""What moves in lesson 06: the pooling window with its winner and its gradient, and an image shifted under the windows."""

import math

import numpy as np
import traitlets

from dlkit.errors import ShapeError
from dlkit.numpy_ops.convolution import output_size
from dlkit.numpy_ops.pooling import avg_pool2d_backward, avg_pool2d_forward, max_pool2d_backward, max_pool2d_forward
from dlkit.svg import Panel, matrices, number
from dlkit.widgets import _still as still
from dlkit.widgets.base import LivePicture, javascript

_LARGEST = 12  # rows and columns: every cell carries its number
_WRITTEN = 25


def _image(name: str, image) -> np.ndarray:
    pixels = np.asarray(image)
    if pixels.dtype.kind not in "buif":
        raise TypeError(f"{name}: image holds {pixels.dtype}, not real numbers; try np.asarray(image, dtype=float)")
    if pixels.ndim != 2 or not pixels.size or max(pixels.shape) > _LARGEST:
        raise ShapeError(f"{name}: image has shape {pixels.shape}; give (H, W) of up to {_LARGEST}×{_LARGEST} cells")
    return pixels.astype(np.float64)


class PoolingWindow(LivePicture):
    """A pooling window that walks over an image: the winner is framed, and on the way back the gradient goes to it.

    The upstream gradient is 1 at the first place, 2 at the second, and so on, so that a sum tells where it came from. Arrow
    keys move the window, Home and End jump, a click places it, Play runs it.

    Parameters
    ----------
    image : array_like, shape (H, W)
        Up to 12×12 cells.
    kernel_size, stride : int
        Side of the window and cells from one window to the next, 1 to 8; the stride is the window's side by default.
    mode : str
        "max" or "average".
    way : str
        "forward" or "backward".

    Attributes
    ----------
    position : tuple of (int, int)
        The output the window stands at; follows the browser and can be set.

    Raises
    ------
    ShapeError
        When the image has not two axes, is empty or too large, or no window fits.
    TypeError
        When it does not hold numbers.

    Notes
    -----
    Lesson: 06 pooling.
    """

    _esm = javascript("windows", "pooling_window")
    _pixels = traitlets.Bytes().tag(sync=True)
    _shape = traitlets.List(traitlets.Int()).tag(sync=True)
    kernel_size = traitlets.Int(min=1, max=8).tag(sync=True)
    stride = traitlets.Int(min=1, max=8).tag(sync=True)
    mode = traitlets.Enum(("max", "average")).tag(sync=True)
    way = traitlets.Enum(("forward", "backward")).tag(sync=True)
    position = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(0, 0)).tag(sync=True)

    def __init__(self, image, *, kernel_size: int = 2, stride: int | None = None, mode: str = "max", way: str = "forward"):
        self._image = _image("PoolingWindow", image)
        stride = kernel_size if stride is None else stride
        for size in self._image.shape:
            output_size(size, kernel_size, stride=stride)  # refuses what does not fit
        options = {"kernel_size": kernel_size, "stride": stride, "mode": mode, "way": way}
        super().__init__(_pixels=self._image.tobytes(), _shape=list(self._image.shape), **options)

    def _forward(self):
        forward = max_pool2d_forward if self.mode == "max" else avg_pool2d_forward
        y, cache = forward(self._image[None, None], kernel_size=self.kernel_size, stride=self.stride)
        return y[0, 0], cache

    def output(self) -> np.ndarray:
        """Pool the image at the present options.

        Returns
        -------
        np.ndarray, shape (H_out, W_out)

        Raises
        ------
        ShapeError
            When no window fits.
        """
        return self._forward()[0]

    def gradient(self) -> np.ndarray:
        """Hand the gradient back from the places up to the present one.

        Returns
        -------
        np.ndarray, shape (H, W)

        Raises
        ------
        ShapeError
            When no window fits.
        """
        y, cache = self._forward()
        places = np.arange(y.size)
        dy = np.where(places <= self._place(y), places + 1.0, 0.0).reshape(1, 1, *y.shape)
        backward = max_pool2d_backward if self.mode == "max" else avg_pool2d_backward
        return backward(dy, cache)[0, 0].round(9)  # nine ninths are one

    def _place(self, y: np.ndarray) -> int:
        p, q = (int(np.clip(at, 0, size - 1)) for at, size in zip(self.position, y.shape, strict=True))
        return p * y.shape[1] + q

    def _cells(self, k: int, columns: int) -> list[tuple[int, int]]:
        top, left = (at * self.stride for at in divmod(k, columns))
        return [(top + i, left + j) for i in range(self.kernel_size) for j in range(self.kernel_size)]

    def _tied(self, k: int, columns: int) -> list[tuple[int, int]]:
        cells = self._cells(k, columns)
        most = max(self._image[cell] for cell in cells)
        return [cell for cell in cells if self._image[cell] == most]

    def sentence(self) -> str:
        """Say where the window stands, what it keeps or who gets its gradient, and whether numbers tie.

        Returns
        -------
        str
        """
        try:
            y = self.output()
        except ShapeError:
            h, w = self._image.shape
            return f"No place fits: the window is {self.kernel_size}×{self.kernel_size}, the image only {h}×{w}."
        k, size, area = self._place(y), self.kernel_size, self.kernel_size**2
        (p, q), tied = divmod(k, y.shape[1]), self._tied(k, y.shape[1])
        here, winner = f"place {k + 1} of {y.size}", "x[{}, {}]".format(*tied[0])
        ties = f" {len(tied)} cells tie: the first in reading order wins." if self.mode == "max" and len(tied) > 1 else ""
        if self.way == "forward":
            top, left = p * self.stride, q * self.stride
            how = f"{winner} is its largest." if self.mode == "max" else f"{still.count(area, 'cell')} make the mean."
            return (
                f"Forward, {here}: y[{p}, {q}] = {number(y[p, q])}. The window covers rows {top} to {top + size - 1} "
                f"and columns {left} to {left + size - 1}; {how}{ties}"
            )
        dx, gradient = self.gradient(), f"Backward, {here}: dy[{p}, {q}] = {k + 1}"
        if self.mode == "average":
            most = max(dx[cell] for cell in self._cells(k, y.shape[1]))
            return (
                f"{gradient} is shared out evenly, {number((k + 1) / area)} to each of {still.count(area, 'cell')}. "
                f"The largest sum under the window is now {number(most)}."
            )
        return (
            f"{gradient} goes whole to {winner}, the winner, which now holds {number(dx[tied[0]])}; "
            f"the other cells of the window get nothing.{ties}"
        )

    def equation(self) -> str:
        """Write out the one line of arithmetic of the present place.

        Returns
        -------
        str
        """
        y = self.output()
        k, area = self._place(y), self.kernel_size**2
        value, columns = y.flat[k], y.shape[1]
        if self.way == "forward":
            values = [self._image[cell] for cell in self._cells(k, columns)]
            shown = [number(v) for v in values[:_WRITTEN]] + ["…"] * (area > _WRITTEN)
            equals = "=" if all(map(_exact, [*values, value])) else "≈"
            if self.mode == "max":
                return f"max({', '.join(shown)}) {equals} {number(value)}"
            return f"({' + '.join(shown)}) / {area} {equals} {number(value)}"
        if self.mode == "average":
            share = (k + 1) / area
            return f"{k + 1} / {area} {'=' if _exact(share) else '≈'} {number(share)} to each cell of the window"
        winner = self._tied(k, columns)[0]
        shares = [place + 1 for place in range(k + 1) if self._tied(place, columns)[0] == winner]
        total = f" = {sum(shares)}" if len(shares) > 1 else ""
        return f"dx[{winner[0]}, {winner[1]}] = {' + '.join(map(str, shares))}{total}"

    def still(self) -> str:
        """Draw the image with its window, the output or the gradients beside it, and the line of arithmetic under them.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        try:
            y = self.output()
        except ShapeError:
            return matrices([Panel("Image x", self._image)], self.sentence())
        k, columns = self._place(y), y.shape[1]
        here, window = divmod(k, columns), self._cells(k, columns)
        panels = [Panel("Image x", self._image, marked=window)]
        if self.way == "forward":
            panels.append(Panel("Output y", y, marked=[here]))
        else:
            dy = np.arange(1.0, y.size + 1).reshape(y.shape)
            got = self._tied(k, columns)[:1] if self.mode == "max" else window
            panels += [Panel("Upstream dy", dy, marked=[here]), Panel("Gradient dx", self.gradient(), marked=got)]
        return still.captioned(matrices(panels, self.sentence()), [self.equation()], self.sentence())


_NAMES = {"none": "No pooling", "max": "Max pooling", "average": "Average pooling", "stride": "Keeping one cell"}


class ShiftedPooling(LivePicture):
    """An image moved sideways under its pooling windows: which numbers of the result change, and by how much.

    Parameters
    ----------
    image : array_like, shape (H, W)
        Up to 12×12 cells, none below zero; leave columns of zeros at both sides as room to move.
    kernel_size : int
        Side of the windows, which stand side by side.
    mode : str
        "none", "max", "average", or "stride": keep the first cell of each window.
    shift : int
        Columns to the right, negative to the left.
    reach : int
        The largest shift either way.

    Raises
    ------
    ShapeError
        When the image has not two axes, is empty or too large, or the window is larger than it.
    TypeError
        When it does not hold numbers.

    Notes
    -----
    Lesson: 06 pooling.
    """

    _esm = javascript("windows", "shifted_pooling")
    _pixels = traitlets.Bytes().tag(sync=True)
    _shape = traitlets.List(traitlets.Int()).tag(sync=True)
    _reach = traitlets.Int().tag(sync=True)
    kernel_size = traitlets.Int(min=1, max=6).tag(sync=True)
    mode = traitlets.Enum(tuple(_NAMES)).tag(sync=True)
    shift = traitlets.Int().tag(sync=True)

    def __init__(self, image, *, kernel_size: int = 2, mode: str = "max", shift: int = 0, reach: int = 4):
        self._image = _image("ShiftedPooling", image)
        for size in self._image.shape:
            output_size(size, kernel_size)
        if self._image.min() < 0:
            raise ValueError("ShiftedPooling: image holds numbers below zero; it is drawn in grey from zero up")
        options = {"kernel_size": kernel_size, "mode": mode, "shift": shift, "_reach": reach}
        super().__init__(_pixels=self._image.tobytes(), _shape=list(self._image.shape), **options)

    @traitlets.validate("shift")
    def _inside(self, proposal):
        return int(np.clip(proposal["value"], -self._reach, self._reach))

    def shifted(self) -> np.ndarray:
        """Move the image; zeros come in from outside.

        Returns
        -------
        np.ndarray, shape (H, W)
        """
        moved, by = np.zeros_like(self._image), self.shift
        columns = self._image.shape[1]
        moved[:, max(0, by) : max(0, columns + by)] = self._image[:, max(0, -by) : max(0, columns - by)]
        return moved

    def reduced(self, image: np.ndarray) -> np.ndarray:
        """Make an image smaller in the present way.

        Parameters
        ----------
        image : np.ndarray, shape (H, W)

        Returns
        -------
        np.ndarray, shape (H_out, W_out)
        """
        if self.mode == "none":
            return image
        k = self.kernel_size
        if self.mode == "stride":
            return image[: image.shape[0] // k * k : k, : image.shape[1] // k * k : k]
        forward = max_pool2d_forward if self.mode == "max" else avg_pool2d_forward
        return forward(image[None, None], kernel_size=k)[0][0, 0]

    def changes(self) -> tuple[np.ndarray, float]:
        """Compare the result now with that of the image before the shift.

        Returns
        -------
        changed : np.ndarray of bool, shape (H_out, W_out)
        share : float
            The length of the change divided by the length of the result before.
        """
        before, now = self.reduced(self._image), self.reduced(self.shifted())
        whole = np.linalg.norm(before)
        return np.abs(now - before) > 1e-9, float(np.linalg.norm(now - before) / whole) if whole else 0.0

    def sentence(self) -> str:
        """Say how far the image moved, and which share of the result changed.

        Returns
        -------
        str
        """
        (changed, share), window = self.changes(), f"{self.kernel_size}×{self.kernel_size} window"
        size = {"none": "", "stride": f" of each {window}"}.get(self.mode, f" over {window}s")
        side = "right" if self.shift > 0 else "left"
        where = f"shifted {still.count(abs(self.shift), 'column')} to the {side}" if self.shift else "not shifted"
        return (
            f"{_NAMES[self.mode]}{size}, {where}: {changed.sum()} of {changed.size} numbers changed "
            f"({_percent(changed.mean())}). The change is {_percent(share)} as long as the output itself."
        )

    def still(self) -> str:
        """Draw the moved image, the result before and the result now, each number that changed in a frame.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        changed, _ = self.changes()
        moved = self.shifted()
        panels = [
            Panel("Image", moved),
            Panel("Pooled before the shift", self.reduced(self._image)),
            Panel("Pooled now", self.reduced(moved), marked=[(int(i), int(j)) for i, j in np.argwhere(changed)]),
        ]
        return matrices(panels, self.sentence())


def _percent(share: float) -> str:
    return f"{math.floor(100 * share + 0.5)} %"


def _exact(value: float) -> bool:
    """Whether the text shows the value itself, not a rounded one."""
    return float(number(value).replace("−", "-")) == value
