"""What moves in lesson 18: a code's bell beside the standard one, and latent sliders whose picture is decoded live."""

import textwrap
from pathlib import Path

import numpy as np
import traitlets

from dlkit.errors import ShapeError
from dlkit.numpy_ops import variational_autoencoders as ops
from dlkit.svg import MARK, number
from dlkit.widgets import _still as still
from dlkit.widgets._decoder import Decoder, pixels
from dlkit.widgets._plane import Plane
from dlkit.widgets.base import LivePicture, javascript

_PLANE_CSS = LivePicture._css + (Path(__file__).parent / "static" / "plane.css").read_text(encoding="utf-8")
_DASHED = "#0072b2"
_MOST_UNITS, _REACH, _STRIP = 16, 3.0, (-3, -2, -1, 0, 1, 2, 3)


class BellDivergence(LivePicture):
    """One number of a code: its bell, the standard bell, the divergence between the two and its slopes.

    Drag the bell by its peak, or use the arrow keys: left and right move it, up and down change its width.

    Parameters
    ----------
    mean : float
        From −3 to 3.
    log_var : float
        The logarithm of the variance, from −3 to 2.

    Raises
    ------
    traitlets.TraitError
        For a number out of its range.

    Notes
    -----
    Lesson: 18 variational autoencoders.
    """

    _esm = javascript("plane", "bell_divergence")
    _css = _PLANE_CSS
    mean = traitlets.CFloat(min=-3.0, max=3.0).tag(sync=True)
    log_var = traitlets.CFloat(min=-3.0, max=2.0).tag(sync=True)

    def __init__(self, mean: float = 1.0, log_var: float = 0.0):
        super().__init__(mean=mean, log_var=log_var)

    def divergence(self) -> tuple[float, float, float]:
        """Compute the divergence and its two slopes with the operation of ``dlkit``.

        Returns
        -------
        kl, dmean, dlog_var : float
        """
        y, cache = ops.gaussian_kl_forward(np.array([[self.mean]]), np.array([[self.log_var]]))
        dmean, dlog_var = ops.gaussian_kl_backward(1.0, cache)
        return float(y), float(dmean[0, 0]), float(dlog_var[0, 0])

    def sentence(self) -> str:
        """Give the divergence, its two parts and its slopes.

        Returns
        -------
        str
        """
        kl, dmean, dlog_var = self.divergence()
        place = self.mean * self.mean / 2
        return (
            f"μ = {number(self.mean)}, ln σ² = {number(self.log_var)}, so σ = {number(float(np.exp(self.log_var / 2)))}. "
            f"The divergence is {_small(kl)} nats: {_small(place)} for the place and {_small(kl - place)} for the width. "
            f"Slopes: {_small(dmean)} along μ, {_small(dlog_var)} along ln σ²."
        )

    def still(self) -> str:
        """Draw the two bells.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        plane = Plane((-5, 5), (0, 1.9), width=400, height=240, labels=("z", "density"))
        xs = np.linspace(-5, 5, 401)
        plane.curve(xs, _bell(xs, 0.0, 1.0), stroke=_DASHED, dash="7 4")
        sigma = float(np.exp(self.log_var / 2))
        plane.curve(xs, _bell(xs, self.mean, sigma), thick=2.4)
        plane.mark(self.mean, float(_bell(self.mean, self.mean, sigma)), fill=MARK)
        return plane.document(self.sentence(), "Solid: the code's bell, its peak the dot. Dashed: the standard bell.")


def _bell(x, mean, sigma):
    return np.exp(-(((x - mean) / sigma) ** 2) / 2) / (sigma * np.sqrt(2 * np.pi))


def _small(value: float) -> str:
    return "0" if abs(value) < 1e-9 else number(value)


class LatentSliders(LivePicture):
    """A decoder with a slider for each number of its code: the picture follows at once.

    Below, a strip shows what the unit that was touched last does from −3 to 3 while the others stand still.

    Parameters
    ----------
    decoder : network or list
        As :class:`dlkit.widgets._decoder.Decoder` takes it; up to 16 numbers in, a square picture out.
    z : array_like, shape (J,), optional
        The code to begin with; zeros by default.
    kl : array_like, shape (J,), optional
        What each unit costs on average, in nats; shown beside its name.
    averages : array_like, shape (K, D), optional
        An average picture of each class: the text line names the nearest.
    names : sequence of str, optional
        Of the classes; 0, 1, 2 … by default.
    unit : int
        Which unit the strip shows, from 0.

    Raises
    ------
    ShapeError
        When the decoder's picture is not square, or another array does not fit.
    ValueError
        When there is no such unit.

    Notes
    -----
    Lesson: 18 variational autoencoders.
    """

    _esm = javascript("decoder", "latent_sliders")
    _weights = traitlets.Bytes().tag(sync=True)
    _plan = traitlets.List().tag(sync=True)
    _averages = traitlets.Bytes().tag(sync=True)
    _names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _kl = traitlets.List(traitlets.Float()).tag(sync=True)
    z = traitlets.List(traitlets.CFloat(min=-_REACH, max=_REACH)).tag(sync=True)
    unit = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(self, decoder, z=None, *, kl=None, averages=None, names=None, unit=0):
        self._decoder = Decoder(decoder)
        units, pictures = self._decoder.inputs, self._decoder.outputs
        self._side = round(np.sqrt(pictures))
        if self._side**2 != pictures or units > _MOST_UNITS:
            came = f"LatentSliders: the decoder makes {pictures} numbers of {units}"
            raise ShapeError(f"{came}; it should make a square picture of at most {_MOST_UNITS}")
        z = np.zeros(units) if z is None else np.clip(np.asarray(z, float), -_REACH, _REACH).round(1)
        kl = np.zeros(0) if kl is None else np.asarray(kl, float)
        self._likeness = np.zeros((0, pictures)) if averages is None else np.asarray(averages, np.float32).astype(float)
        if z.shape != (units,) or kl.shape not in ((0,), (units,)):
            raise ShapeError(f"LatentSliders: z is {z.shape} and kl {kl.shape}; give {units} numbers, one for each unit")
        if self._likeness.ndim != 2 or self._likeness.shape[1] != pictures:
            raise ShapeError(f"LatentSliders: averages is {self._likeness.shape}; give rows of {pictures} pixels")
        names = [str(k) for k in range(len(self._likeness))] if names is None else [str(name) for name in names]
        if not 0 <= unit < units:
            raise ValueError(f"LatentSliders: unit is {unit}; there are units 0 to {units - 1}")
        if len(names) != len(self._likeness):
            raise ShapeError(f"LatentSliders: {len(names)} names came for {len(self._likeness)} averages")
        super().__init__(
            _weights=self._decoder.packed,
            _plan=self._decoder.plan,
            _averages=self._likeness.astype("<f4").tobytes(),
            _names=names,
            _kl=[float(v) for v in kl],
            z=[float(v) + 0.0 for v in z],
            unit=int(unit),
        )

    def picture(self) -> np.ndarray:
        """Decode the code.

        Returns
        -------
        np.ndarray, shape (side, side)
        """
        return self._decoder(self.z).reshape(self._side, self._side)

    def strip(self) -> np.ndarray:
        """Decode the code with the chosen unit at −3, −2 … 3.

        Returns
        -------
        np.ndarray, shape (7, side, side)
        """
        z = np.tile(self.z, (len(_STRIP), 1))
        z[:, self.unit] = _STRIP
        return self._decoder(z).reshape(len(_STRIP), self._side, self._side)

    def sentence(self) -> str:
        """Say where the code is, which class's average the picture is nearest to, and what the chosen unit does.

        Returns
        -------
        str
        """
        nearest = ""
        if len(self._likeness):
            distances = np.sqrt(((self._likeness - self.picture().ravel()) ** 2).sum(axis=1))
            k = int(distances.argmin())
            nearest = f" The picture is nearest to the average {self._names[k]}, at a distance of {number(distances[k])}."
        strip = self.strip()
        change = float(np.sqrt(((strip[-1] - strip[0]) ** 2).sum()))
        code = ", ".join(number(v) for v in self.z)
        return f"z = ({code}).{nearest} From −3 to 3, unit {self.unit} changes it by {number(change)}."

    def still(self) -> str:
        """Draw the picture, the code and the strip of the chosen unit.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        parts = [still.text(18, 24, "decoded", size=13), pixels(18, 34, 150, self.picture())]
        for k, line in enumerate(textwrap.wrap(self.sentence(), 56)):
            parts.append(still.text(190, 48 + 19 * k, line, size=13))
        parts.append(still.text(18, 214, f"unit {self.unit} from −3 to 3, the others as they are", size=13))
        for k, (value, picture) in enumerate(zip(_STRIP, self.strip(), strict=True)):
            parts.append(pixels(18 + 78 * k, 226, 70, picture))
            parts.append(still.text(53 + 78 * k, 312, number(value), anchor="middle"))
        return still.document(600, 324, parts, self.sentence())
