"""What moves in lesson 05: the window that slides over an image, and the arithmetic of where it fits."""

import textwrap

import numpy as np
import traitlets

from dlkit.errors import ShapeError
from dlkit.numpy_ops.convolution import conv2d_forward, output_size
from dlkit.svg import MARK, Panel, matrices, number
from dlkit.widgets import _still as still
from dlkit.widgets.base import LivePicture, javascript

_NUMBERED = 12  # rows and columns; larger images are drawn as pictures
_WRITTEN = 25  # more products than this are not read by anyone
_MOST_PIXELS = 4_000_000


class SlidingWindow(LivePicture):
    """A kernel that slides over an image, one dot product a place, with every product written out.

    Cross-correlation as deep learning does it: the kernel is not flipped. Arrow keys move the window, Home and End jump, a
    click on the image or on the output places it, Play runs it.

    Parameters
    ----------
    image : array_like, shape (H, W) or (H, W, 3)
        Up to 12×12 every cell carries its number. Larger ones are drawn as photographs; of a colour photograph the
        brightness goes in: the mean of red, green and blue, for bytes rounded to a whole grey level.
    kernel : array_like, shape (KH, KW)
    stride : int
        In pixels, at least 1.
    padding : int
        Zeros on each side, at least 0.

    Attributes
    ----------
    position : tuple of (int, int)
        The output the window stands at, (row, column); follows the browser and can be set.
    whole : bool
        Whether outputs the window has not visited are shown too.

    Raises
    ------
    ShapeError
        When the image or the kernel has the wrong number of axes, is empty or too large, or the kernel does not fit.
    TypeError
        When they do not hold numbers.

    Notes
    -----
    Lesson: 05 convolution.
    """

    _esm = javascript("windows", "photograph", "sliding_window")
    _pixels = traitlets.Bytes().tag(sync=True)
    _dtype = traitlets.Unicode().tag(sync=True)
    _shape = traitlets.List(traitlets.Int()).tag(sync=True)
    _kernel = traitlets.Bytes().tag(sync=True)
    _kernel_shape = traitlets.List(traitlets.Int()).tag(sync=True)
    stride = traitlets.Int(min=1).tag(sync=True)
    padding = traitlets.Int(min=0).tag(sync=True)
    position = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(0, 0)).tag(sync=True)
    whole = traitlets.Bool(False).tag(sync=True)

    def __init__(self, image, kernel, *, stride: int = 1, padding: int = 0):
        pixels, weights = _numbers("image", image), _numbers("kernel", kernel).astype(np.float64)
        if not (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)):
            raise ShapeError(f"SlidingWindow: image has shape {pixels.shape}; give (H, W), or (H, W, 3) for a colour one")
        if weights.ndim != 2:
            raise ShapeError(f"SlidingWindow: kernel has shape {weights.shape}; give (KH, KW), one filter for one channel")
        if not (pixels.size and weights.size):
            raise ShapeError(f"SlidingWindow: nothing to slide, image {pixels.shape} and kernel {weights.shape}")
        if pixels.shape[0] * pixels.shape[1] > _MOST_PIXELS:
            raise ShapeError(f"SlidingWindow: image {pixels.shape} has over {_MOST_PIXELS:,} pixels; try image[::4, ::4]")
        pairs = zip(pixels.shape, weights.shape, strict=False)
        rows, columns = (output_size(n, f, stride=stride, padding=padding) for n, f in pairs)  # refuses what does not fit
        sent = _compact(pixels)
        self._brightness, self._weights = _brightness(sent), weights
        super().__init__(
            _pixels=sent.tobytes(),
            _dtype=sent.dtype.name,
            _shape=list(sent.shape),
            _kernel=weights.tobytes(),
            _kernel_shape=list(weights.shape),
            stride=stride,
            padding=padding,
        )
        if max(pixels.shape[:2]) > _NUMBERED:  # the middle of a photograph says more than its corner
            self.position = rows // 2, columns // 2

    def output(self) -> np.ndarray:
        """Compute the whole output at the present stride and padding.

        Returns
        -------
        np.ndarray, shape (H_out, W_out)

        Raises
        ------
        ShapeError
            When the padding was taken away and the kernel no longer fits.
        """
        x, w = self._brightness[None, None], self._weights[None, None]  # (1, 1, H, W), (1, 1, KH, KW)
        return conv2d_forward(x, w, stride=self.stride, padding=self.padding)[0][0, 0]

    def sentence(self) -> str:
        """Say what slides over what, where the window stands and what it gives there.

        Returns
        -------
        str
        """
        (h, w), (kh, kw) = self._brightness.shape, self._weights.shape
        opening = f"A {kh}×{kw} kernel slides over a {h}×{w} image with stride {self.stride} and padding {self.padding}"
        try:
            y = self.output()
        except ShapeError:
            tall, wide = h + 2 * self.padding, w + 2 * self.padding
            return (
                f"{opening}. No place fits: the kernel is {kh}×{kw}, the padded image only {tall}×{wide}. "
                "PyTorch and dlkit raise an error here; try more padding."
            )
        p, q = self._place(y)
        top, left = p * self.stride - self.padding, q * self.stride - self.padding
        bottom, right = top + kh - 1, left + kw - 1
        outside = kh * kw - _inside(top, bottom, h) * _inside(left, right, w)
        ending = (
            f"; {outside} of its {still.count(kh * kw, 'cell')} {'is' if outside == 1 else 'are'} padding." if outside else "."
        )
        return (
            f"{opening}; the output is {y.shape[0]}×{y.shape[1]}. "
            f"y[{p}, {q}] = {number(y[p, q])}, output {p * y.shape[1] + q + 1} of {y.size}. "
            f"The window covers rows {number(top)} to {number(bottom)} and columns {number(left)} to {number(right)} "
            f"of the image{ending}"
        )

    def still(self) -> str:
        """Draw the image with its window, the kernel and the whole output, with the sum under them.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        try:
            y = self.output()
        except ShapeError:
            panels = [Panel("Image", self._brightness), Panel("Kernel", self._weights)]
            return (
                matrices(panels, self.sentence()) if max(self._brightness.shape) <= _NUMBERED else still.words(self.sentence())
            )
        p, q = self._place(y)
        (kh, kw), corner = self._weights.shape, (p * self.stride, q * self.stride)
        padded = np.pad(self._brightness, self.padding)
        patch = padded[corner[0] : corner[0] + kh, corner[1] : corner[1] + kw]
        lines = _equation(patch, self._weights, y[p, q])
        if max(self._brightness.shape) <= _NUMBERED:
            window = [(corner[0] + i, corner[1] + j) for i in range(kh) for j in range(kw)]
            panels = [
                Panel("Image, padded" if self.padding else "Image", padded, marked=window),
                Panel("Kernel", self._weights),
                Panel("Output", y, marked=[(p, q)]),
            ]
            return still.captioned(matrices(panels, self.sentence()), lines, self.sentence())
        return _photograph(padded, y, corner, (p, q), (kh, kw), lines, self.sentence())

    def _place(self, y: np.ndarray) -> tuple[int, int]:
        return tuple(int(np.clip(at, 0, size - 1)) for at, size in zip(self.position, y.shape, strict=True))


class ArithmeticExplorer(LivePicture):
    """How many places a filter finds on a row of cells, and what to do when it does not fit.

    (N − F + 2P)/S + 1, with D·(F − 1) + 1 in place of F for a dilated filter.

    Parameters
    ----------
    N : int
        Input cells, 1 to 512.
    F : int
        Filter cells, 1 to 32.
    S : int
        Stride, 1 to 32.
    P : int
        Zeros on each side, 0 to 32.
    D : int
        Dilation: the distance between two cells of the filter, 1 to 16.

    Raises
    ------
    traitlets.TraitError
        When a number is out of its range.

    Notes
    -----
    Lesson: 05 convolution.
    """

    _esm = javascript("arithmetic_explorer")
    N = traitlets.Int(min=1, max=512).tag(sync=True)
    F = traitlets.Int(min=1, max=32).tag(sync=True)
    S = traitlets.Int(min=1, max=32).tag(sync=True)
    P = traitlets.Int(min=0, max=32).tag(sync=True)
    D = traitlets.Int(min=1, max=16).tag(sync=True)

    def __init__(self, N: int = 7, F: int = 3, S: int = 1, P: int = 0, D: int = 1):
        super().__init__(N=N, F=F, S=S, P=P, D=D)

    @property
    def span(self) -> int:
        """The cells a dilated filter reaches over, D·(F − 1) + 1."""
        return self.D * (self.F - 1) + 1

    def sentence(self) -> str:
        """Say how many places there are, or why none fits and which N or P would.

        Returns
        -------
        str
        """
        N, F, S, P, D, span = self.N, self.F, self.S, self.P, self.D, self.span
        padded, room = N + 2 * P, N + 2 * P - span
        spread = f"Dilated, the filter spans {D}·({F} − 1) + 1 = {span} cells. " if D > 1 else ""
        if room < 0:
            return (
                f"{spread}No place fits: the filter spans {still.count(span, 'cell')}, the padded input has {padded}. "
                f"PyTorch and dlkit raise an error. Try N = {span - 2 * P} or more, P = {-((N - span) // 2)} or more, "
                "or a smaller filter."
            )
        left, outputs = room % S, output_size(N, F, stride=S, padding=P, dilation=D)
        total = f"({N} − {span} + 2·{P})/{S} + 1 = {number(room / S + 1)}"
        skipped = len(self._unseen()) - left
        falls = "falls between the cells it reads and is" if skipped == 1 else "fall between the cells it reads and are"
        between = f" {still.count(skipped, 'cell')} before the last window {falls} never seen." if skipped else ""
        if not left:
            same = " The padding keeps the size." if outputs == N and P else ""
            return (
                f"{spread}{total}: the filter fits at {still.count(outputs, 'place')} and nothing is left over.{same}{between}"
            )
        lost = ", all of them padding" if left <= P else f", {P} of them padding" if P else ""
        last = f"the last {left} cells are never seen{lost}"
        if left == 1:
            last = "the last cell is never seen" + (", and it is padding" if P else "")
        padding = self._nearest_padding(room)
        or_padding = f" or P = {padding}" if padding is not None else "; no P does"
        return (
            f"{spread}{total} does not fit. Frameworks round down to {outputs}: {last}. "
            f"The nearest that fit: N = {self._nearest_input(left)}{or_padding}.{between}"
        )

    def still(self) -> str:
        """Draw the row of cells with its padding and, under it, a bar for every window.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        N, F, S, P, D, span = self.N, self.F, self.S, self.P, self.D, self.span
        padded, room = N + 2 * P, N + 2 * P - span
        starts = [k * S for k in range(room // S + 1)] if room >= 0 else []
        cell = min(36.0, 660 / max(padded, span))
        lines = max(1, len(starts)) if len(starts) <= 12 else -(-span // S)
        line, unseen, x0 = min(18.0, 216 / lines), self._unseen(), 16
        parts = []
        for k in range(padded):
            x = x0 + k * cell
            parts.append(still.box(x, 38, cell, 30, fill="#fbe3d2" if k in unseen else still.PAPER))
            if not P <= k < N + P:
                parts.append(still.hatching(x, 38, cell, 30))
            if cell >= 18:
                parts.append(still.text(x + cell / 2, 57, str(k - P) if P <= k < N + P else "0", anchor="middle"))
            if k in unseen:
                parts.append(still.cross(x, 38, cell, 30))
        for k, start in enumerate(starts):
            y, thick, x = 76 + k % lines * line, max(2.0, line - 4), x0 + start * cell
            parts.append(still.box(x + 1.5, y, span * cell - 3, thick, fill="#dcebf5", stroke=still.BLUE, rx=2))
            taps = [(0, F)] if D == 1 and cell < 12 else [(k * D, 1) for k in range(F)]  # narrow cells run together
            for at, cells in taps:
                wide, high = max(1.0, cells * cell - 8), max(1.0, thick - 4)
                parts.append(still.box(x + at * cell + 4, y + 2, wide, high, fill=still.BLUE, stroke="none"))
        if not starts:
            parts.append(still.box(x0, 76, span * cell, 14, stroke=MARK, thick=2, stroke_dasharray="5 4"))
        parts.append(still.text(x0, 24, f"N = {N}, F = {F}, S = {S}, P = {P}, D = {D}", size=13, bold=True))
        words, foot = textwrap.wrap(self.sentence(), 96), 76 + lines * line + 22
        parts += [still.text(x0, foot + 17 * k, words_of_line) for k, words_of_line in enumerate(words)]
        return still.document(708, foot + 17 * len(words), parts, self.sentence())

    def _unseen(self) -> set[int]:
        """The cells of the padded row that no tap of any window reads."""
        starts = range(0, self.N + 2 * self.P - self.span + 1, self.S)
        seen = {start + k * self.D for start in starts for k in range(self.F)}
        return set(range(self.N + 2 * self.P)) - seen if starts else set()

    def _nearest_input(self, left: int) -> int:
        """The nearest N that fits; of two equally near ones the larger, which loses nothing."""
        shrunk = self.N - left
        return shrunk if left < self.S - left and shrunk >= 1 else self.N + self.S - left

    def _nearest_padding(self, room: int) -> int | None:
        """The nearest P that fits, or ``None``: two cells at a time cannot make up an odd remainder at an even stride."""
        for d in range(1, self.S + 1):
            if (room + 2 * d) % self.S == 0:
                return self.P + d
            if d <= self.P and room >= 2 * d and (room - 2 * d) % self.S == 0:
                return self.P - d
        return None


def _numbers(name: str, value) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in "buif":
        raise TypeError(f"SlidingWindow: {name} holds {array.dtype}, not real numbers; try np.asarray({name}, dtype=float)")
    return array.astype(np.float64) if array.dtype.kind == "b" or array.dtype.itemsize > 8 else array


def _compact(pixels: np.ndarray) -> np.ndarray:
    """The dtype an image travels in: a byte a pixel where that loses nothing, single precision for large ones."""
    if pixels.dtype == np.uint8 or (pixels.dtype.kind in "iu" and pixels.min() >= 0 and pixels.max() <= 255):
        return np.ascontiguousarray(pixels, dtype=np.uint8)
    small = max(pixels.shape) <= _NUMBERED
    return np.ascontiguousarray(pixels, dtype=np.float64 if small else np.float32)


def _brightness(pixels: np.ndarray) -> np.ndarray:
    if pixels.ndim == 2:
        return pixels.astype(np.float64)
    mean = pixels.astype(np.float64).mean(axis=2)
    return np.rint(mean) if pixels.dtype == np.uint8 else mean  # whole levels make sums that can be read


def _inside(first: int, last: int, size: int) -> int:
    """How many of the rows or columns from ``first`` to ``last`` lie in the image."""
    return max(0, min(last, size - 1) - max(first, 0) + 1)


def _equation(patch: np.ndarray, kernel: np.ndarray, total: float) -> list[str]:
    """The sum written out, one line a row of the kernel, the result at the end."""

    def shown(v):
        return f"({number(v)})" if v < 0 else number(v)

    pairs = list(zip(patch.ravel(), kernel.ravel(), strict=True))
    products = [f"{shown(x)}·{shown(w)}" for x, w in pairs[:_WRITTEN]]
    step = kernel.shape[1]
    lines = [("+ " if k else "") + " + ".join(products[k : k + step]) for k in range(0, len(products), step)]
    if len(pairs) > _WRITTEN:
        return [*lines, f"+ … ({len(pairs) - _WRITTEN} more products) = {number(total)}"]
    exact = all(float(number(v).replace("−", "-")) == v for v in (total, *patch.ravel(), *kernel.ravel()))
    lines[-1] += f" {'=' if exact else '≈'} {number(total)}"
    return lines


def _photograph(padded, y, corner, place, window, lines, alt) -> str:
    """The padded image and the output side by side, each with its place framed."""
    parts, x, tall = [], 18, 0
    size = max(-y.min(), y.max())
    for title, picture, (i, j), (rows, columns), (low, high) in (
        ("Image", padded, corner, window, (0, 255) if padded.max() > 1 else (0, 1)),
        ("Output", y, place, (1, 1), (-size, size) if y.min() < 0 else (0, size)),
    ):
        scale = 240 / max(picture.shape)
        height, width = picture.shape[0] * scale, picture.shape[1] * scale
        caption = f"{title} {picture.shape[0]}×{picture.shape[1]}"
        if title == "Output":
            caption += f"; black {number(low)}, white {number(high)}"
        parts.append(still.text(x, 20, caption, bold=True))
        parts.append(still.grey_image(x, 30, width, height, still.thumbnail(picture), low, high))
        wide, high_ = max(columns * scale, 12), max(rows * scale, 12)
        cx, cy = x + (j + columns / 2) * scale, 30 + (i + rows / 2) * scale
        for colour, thick in (("#ffffff", 5), (MARK, 2.5)):
            parts.append(still.box(cx - wide / 2, cy - high_ / 2, wide, high_, fill="none", stroke=colour, thick=thick))
        x, tall = x + max(width, 7 * len(caption)) + 24, max(tall, height)
    parts += [still.text(18, 30 + tall + 22 + 18 * k, line, size=13) for k, line in enumerate(lines)]
    return still.document(max(x, 36 + 7.2 * max(map(len, lines))), 30 + tall + 22 + 18 * len(lines), parts, alt)
