"""A plane of codes: wherever you stand, the decoder paints."""

from pathlib import Path

import numpy as np
import traitlets

from dlkit.errors import ShapeError
from dlkit.svg import MARK, PAPER
from dlkit.widgets import _still as still
from dlkit.widgets._decoder import Decoder, pixels
from dlkit.widgets._plane import LEFT, TOP, Plane
from dlkit.widgets.base import LivePicture, javascript

_PLANE_CSS = LivePicture._css + (Path(__file__).parents[1] / "static" / "plane.css").read_text(encoding="utf-8")
_MOST_CODES = 1000
_FAR = 0.08  # of the plane's longer side: beyond it, no picture has its code near


class LatentPlane(LivePicture):
    """The codes of pictures as points of a plane, and what the decoder makes of the point where you stand.

    Drag the ring, use the arrow keys or the sliders. Beside it stands the picture whose code is nearest.

    Parameters
    ----------
    decoder : network or list
        As :class:`dlkit.widgets._decoder.Decoder` reads it; from 2 numbers to a picture.
    codes : array_like, shape (N, 2)
        Of the pictures, up to 1,000.
    labels : sequence of int, shape (N,)
        What each picture shows, 0 to 9.
    images : np.ndarray, shape (N, H, W)
        The pictures, from 0 to 1.
    z : tuple of (float, float), optional
        Where to stand; by default on the first picture's code.

    Raises
    ------
    ShapeError
        When decoder, codes, labels and images do not fit one another.

    Notes
    -----
    Lesson: 17 autoencoders.
    """

    _esm = javascript("plane", "decoder", "latent_plane")
    _css = _PLANE_CSS
    _weights = traitlets.Bytes().tag(sync=True)
    _plan = traitlets.List().tag(sync=True)
    _codes = traitlets.Bytes().tag(sync=True)
    _labels = traitlets.List(traitlets.Int()).tag(sync=True)
    _pixels = traitlets.Bytes().tag(sync=True)
    _shape = traitlets.List(traitlets.Int()).tag(sync=True)
    _range = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)
    z = traitlets.List(traitlets.CFloat(), minlen=2, maxlen=2).tag(sync=True)

    def __init__(self, decoder, codes, labels, images, *, z: tuple[float, float] | None = None):
        self._run = Decoder(decoder)
        self._places, self._images = np.asarray(codes, np.float64), np.asarray(images, np.float32)
        n = len(self._places)
        if self._places.shape != (n, 2) or not 0 < n <= _MOST_CODES or self._images.ndim != 3:
            came = f"LatentPlane: codes has shape {self._places.shape} and images {self._images.shape}"
            raise ShapeError(f"{came}; give codes (N, 2) with N up to {_MOST_CODES}, and images (N, H, W)")
        if len(labels) != n or len(self._images) != n:
            raise ShapeError(f"LatentPlane: {n} codes, {len(labels)} labels and {len(self._images)} images; give one for each")
        if (self._run.inputs, self._run.outputs) != (2, self._images[0].size):
            came = f"LatentPlane: the decoder goes from {self._run.inputs} to {self._run.outputs} numbers"
            raise ShapeError(f"{came}; wanted: from 2 to {self._images[0].size}")
        low, high = self._places.min(axis=0), self._places.max(axis=0)
        border = 0.08 * np.maximum(high - low, 1e-6)
        super().__init__(
            _weights=self._run.packed,
            _plan=self._run.plan,
            _codes=self._places.tobytes(),
            _labels=[int(label) for label in labels],
            _pixels=self._images.tobytes(),
            _shape=list(self._images.shape),
            _range=[[float(a), float(b)] for a, b in zip(low - border, high + border, strict=True)],
            z=[float(v) for v in (self._places[0].round(2) if z is None else z)],
        )

    def decoded(self) -> np.ndarray:
        """Decode the point where you stand.

        Returns
        -------
        np.ndarray, shape (H, W)
        """
        return self._run(self.z).reshape(self._shape[1:])

    def nearest(self) -> tuple[int, float]:
        """Find the picture whose code is nearest.

        Returns
        -------
        tuple of (int, float)
            Its place among the pictures, and how far its code is away.
        """
        distances = np.hypot(*(self._places - self.z).T)
        k = int(np.argmin(distances))
        return k, float(distances[k])

    def sentence(self) -> str:
        """Say where you stand, what is painted there, and which picture has its code nearest.

        Returns
        -------
        str
        """
        k, far = self.nearest()
        bright = int((self.decoded() > 0.5).sum())
        longest = max(b - a for a, b in self._range)
        near = "No picture has its code near here: the nearest" if far > _FAR * longest else "The nearest code"
        return (
            f"At z = ({_two(self.z[0])}, {_two(self.z[1])}) the decoder paints a picture with {bright} of "
            f"{self._run.outputs} pixels brighter than a half. {near}, {_two(far)} away, is that of a {self._labels[k]}."
        )

    def still(self) -> str:
        """Draw the plane with its codes, the decoded picture and the nearest one.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        plane = Plane(*map(tuple, self._range), width=360, height=320, labels=("z₁", "z₂"))
        for place, label in zip(self._places, self._labels, strict=True):
            a, b = (round(float(v), 1) for v in plane.at(*place))
            plane.inside.append(
                f'<text x="{a}" y="{b + 4:.1f}" font-size="11" text-anchor="middle" fill="{_colour(label)}">{label}</text>'
            )
        plane.mark(*self.z, fill="none", stroke=PAPER, thick=7, size=9)
        plane.mark(*self.z, fill="none", stroke=MARK, thick=3.5, size=9)
        left = LEFT + 360 + 36
        k, _ = self.nearest()
        parts = [
            *plane.draw(),
            still.text(left, TOP + 12, "Decoded here", bold=True),
            pixels(left, TOP + 20, 140, self.decoded()),
            still.text(left, TOP + 190, f"Nearest picture, a {self._labels[k]}", bold=True),
            pixels(left, TOP + 198, 140, self._images[k]),
        ]
        picture = still.document(left + 170, 390, parts, self.sentence())
        words = self.sentence()
        cut = words.index(" half. ") + 6
        return still.captioned(picture, [words[:cut], words[cut:].strip()], words)


def _two(value: float) -> str:
    return f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")


def _colour(label: int) -> str:
    return f"hsl({36 * (label % 10)} 75% 36%)"
