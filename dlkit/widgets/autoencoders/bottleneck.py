"""Copies through bottlenecks of several widths."""

import numpy as np
import traitlets

from dlkit.errors import ShapeError
from dlkit.svg import INK, LINE
from dlkit.widgets import _still as still
from dlkit.widgets._decoder import Decoder, pixels
from dlkit.widgets.base import LivePicture, javascript

_MOST_PICTURES = 200


class Bottleneck(LivePicture):
    """A picture, its code and its copy: choose the network, the width of its code, and the picture.

    Every network runs in the picture itself. The arrow keys change the width and the picture.

    Parameters
    ----------
    images : np.ndarray, shape (N, H, W)
        Grey pictures from 0 to 1, up to 200.
    labels : sequence of int, shape (N,)
        What each picture shows.
    networks : dict of str to dict of int to network
        For each name the whole autoencoder at each width, as :class:`dlkit.widgets._decoder.Decoder` reads one. The code is
        its narrowest layer.
    method : str, optional
        The network shown first; by default the first.
    width : int, optional
        The width shown first; by default the smallest.
    index : int
        The picture shown first.

    Raises
    ------
    ShapeError
        When images, labels and networks do not fit one another.
    ValueError
        For a method or a width that there is not.

    Notes
    -----
    Lesson: 17 autoencoders.
    """

    _esm = javascript("decoder", "bottleneck")
    _pixels = traitlets.Bytes().tag(sync=True)
    _shape = traitlets.List(traitlets.Int()).tag(sync=True)
    _labels = traitlets.List(traitlets.Int()).tag(sync=True)
    _weights = traitlets.Bytes().tag(sync=True)
    _networks = traitlets.List(traitlets.Dict()).tag(sync=True)
    method = traitlets.Unicode().tag(sync=True)
    width = traitlets.Int().tag(sync=True)
    index = traitlets.Int().tag(sync=True)

    def __init__(self, images, labels, networks, *, method: str | None = None, width: int | None = None, index: int = 0):
        self._images = np.asarray(images, np.float32)
        if self._images.ndim != 3 or not 0 < len(self._images) <= _MOST_PICTURES or len(labels) != len(self._images):
            came = f"Bottleneck: images has shape {self._images.shape}, and there are {len(labels)} labels"
            raise ShapeError(f"{came}; give (N, H, W), N up to {_MOST_PICTURES}, and a label each")
        self._runs = {name: {int(k): Decoder(net) for k, net in by.items()} for name, by in networks.items()}
        size, weights, plans = self._images[0].size, [], []
        for name, by_width in self._runs.items():
            for k, run in by_width.items():
                if run.inputs != size or run.outputs != size:
                    came = f"Bottleneck: {name} of width {k} goes from {run.inputs} to {run.outputs} numbers"
                    raise ShapeError(f"{came}; a picture has {size}")
                plans.append({"name": name, "width": k, "plan": run.plan, "start": sum(map(len, weights))})
                weights.append(run.packed)
        method = next(iter(self._runs)) if method is None else method
        if method not in self._runs:
            raise ValueError(f"Bottleneck: there is no method {method!r}; there are {', '.join(self._runs)}")
        width = min(self._runs[method]) if width is None else width
        if width not in self._runs[method]:
            raise ValueError(f"Bottleneck: {method} has no width {width}; it has {', '.join(map(str, self._runs[method]))}")
        super().__init__(
            _pixels=self._images.tobytes(),
            _shape=list(self._images.shape),
            _labels=[int(label) for label in labels],
            _weights=b"".join(weights),
            _networks=plans,
            method=method,
            width=width,
            index=index,
        )

    def copies(self) -> np.ndarray:
        """Run the chosen network on all pictures.

        Returns
        -------
        np.ndarray, shape (N, H, W)
        """
        images = self._images.astype(np.float64)
        return self._runs[self.method][self.width](images.reshape(len(images), -1)).reshape(images.shape)

    def code(self) -> np.ndarray:
        """Give the code of the chosen picture: the numbers of the narrowest layer.

        Returns
        -------
        np.ndarray, shape (K,)
        """
        layers = self._runs[self.method][self.width].layers
        narrowest = int(np.argmin([len(w) for w, _, _ in layers]))
        return Decoder(layers[: narrowest + 1])(self._images[self.index].ravel())

    def errors(self) -> np.ndarray:
        """Measure the mean squared error of each copy.

        Returns
        -------
        np.ndarray, shape (N,)
        """
        return np.mean((self.copies() - self._images) ** 2, axis=(1, 2))

    def sentence(self) -> str:
        """Say what goes through which bottleneck, and what it costs.

        Returns
        -------
        str
        """
        errors = self.errors()
        return (
            f"{self.method}, {still.count(self.width, 'number')} for {self._images[0].size} pixels. Picture {self.index} shows "
            f"a {self._labels[self.index]}: mean squared error of its copy {errors[self.index]:.3f}. Over all {len(errors)} "
            f"pictures: {errors.mean():.3f}."
        )

    def still(self) -> str:
        """Draw the picture, its code as bars, and its copy.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        side, code = 150, self.code()
        limit, bar = float(np.abs(code).max()) or 1.0, min(24.0, 190 / len(code))
        parts = [still.text(18, 20, "Picture", bold=True), pixels(18, 30, side, self._images[self.index])]
        parts += [still.text(190, 20, f"Code, {still.count(len(code), 'number')}", bold=True)]
        parts += [f'<path d="M190 105h{bar * len(code):.1f}" stroke="{LINE}"/>']
        for k, value in enumerate(code):
            height = 70 * abs(value) / limit
            top = 105 - height if value > 0 else 105
            parts.append(still.box(round(190 + k * bar, 1), round(top, 1), round(0.8 * bar, 1), round(height, 1), fill=INK))
        parts += [still.text(400, 20, "Copy", bold=True), pixels(400, 30, side, self.copies()[self.index])]
        picture = still.document(570, 190, parts, self.sentence())
        words = self.sentence()
        cut = words.index(". Picture") + 1
        return still.captioned(picture, [words[:cut], words[cut + 1 :]], words)
