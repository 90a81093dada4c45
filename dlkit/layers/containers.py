"""Layers made of layers."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import prod

import numpy as np

from dlkit.errors import ShapeError
from dlkit.layers.layer import Layer
from dlkit.shapes import expect_upstream


@contextmanager
def _naming(name: str, layer: Layer) -> Iterator[None]:
    """Put the layer's place in front of an error's message: ``features.3 Conv2d: …``."""
    try:
        yield
    except Exception as error:
        if len(error.args) != 1 or not isinstance(error.args[0], str):
            error.add_note(f"in layer {name} {layer.kind}")
            raise
        message = error.args[0].removeprefix(f"{layer.kind}: ")
        named = getattr(error, "names_its_layer", False)  # a layer further inside has put its name there already
        error.args = (f"{name}.{message}" if named else f"{name} {layer.kind}: {message}",)
        error.names_its_layer = True
        raise


def _expect_different(container: Layer) -> None:
    """Refuse a layer that stands in two places: its second forward would replace the cache of the first."""
    places: dict[Layer, str] = {}
    for name, layer in container.walk():
        if (first := places.setdefault(layer, name)) != name:
            raise ValueError(
                f"{container.kind}: {first} and {name} are the same {layer.kind}, which remembers one forward only. "
                "Make two layers; to share weights, record the operation on a tape (dlkit.autodiff)."
            )


class Sequential(Layer):
    """Layers in a row: each takes what the one before gave.

    Parameters
    ----------
    *layers : Layer
        Called "0", "1" … as in ``torch.nn.Sequential``.
    **named : Layer
        Further layers, by names of their own.

    Raises
    ------
    TypeError
        For anything that is no layer.
    ValueError
        When one layer stands in two places: its second forward would replace the cache of the first.

    Examples
    --------
    >>> net = Sequential(Flatten(), Linear(64, 32, rng=rng), ReLU(), Linear(32, 10, rng=rng))
    >>> net[1].parameters["weight"] is net.parameters["1.weight"]
    True
    """

    def __init__(self, *layers: Layer, **named: Layer):
        super().__init__()
        if odd := [name for name in named if "." in name or name.isdigit()]:
            raise ValueError(f"Sequential: {odd[0]!r} cannot name a layer: points part names, and numbers go by order")
        self.children = {str(k): layer for k, layer in enumerate(layers)} | named
        for name, layer in self.children.items():
            if not isinstance(layer, Layer):
                made = isinstance(layer, type) and issubclass(layer, Layer)
                raise TypeError(f"Sequential: {name} is {layer!r}, not a layer{f'; write {layer.__name__}()' if made else ''}")
        _expect_different(self)

    def forward(self, *inputs):
        """Go through the layers from first to last; the first may take several inputs."""
        for name, layer in self.children.items():
            with _naming(name, layer):
                inputs = (layer(*inputs),)
        return inputs[0]

    def backward(self, dy):
        """Go through the layers from last to first."""
        for name, layer in reversed(self.children.items()):
            with _naming(name, layer):
                dy = layer.backward(dy)
        return dy

    def __getitem__(self, place: int | str) -> Layer:
        """The layer of that number or name."""
        return self.children[place] if isinstance(place, str) else list(self.children.values())[place]

    def __len__(self) -> int:
        """How many layers stand in the row."""
        return len(self.children)

    def __iter__(self) -> Iterator[Layer]:
        """Go through the layers of the row."""
        return iter(self.children.values())


class Residual(Layer):
    """Layers in a row with a way around them: y = body(x) + shortcut(x).

    Parameters
    ----------
    *body : Layer
        As in :class:`Sequential`; must give what the way around gives.
    shortcut : Layer, optional
        On the way around; nothing by default, so that x itself is added.

    Raises
    ------
    ShapeError
        From the forward, when the two ways end in different shapes.

    Lesson: 07_cnn_architectures
    Source: He, Zhang, Ren and Sun, 2016, Deep residual learning for image recognition, equations 1 and 2.
    """

    def __init__(self, *body: Layer, shortcut: Layer | None = None):
        super().__init__()
        self.children = {"body": Sequential(*body), "shortcut": Sequential() if shortcut is None else shortcut}
        _expect_different(self)

    def forward(self, x):
        """Go both ways and add."""
        ways = []
        for name, layer in self.children.items():
            with _naming(name, layer):
                ways.append(layer(x))
        if ways[0].shape != ways[1].shape:
            raise ShapeError(
                f"Residual: the body gives {ways[0].shape}, the way around {ways[1].shape}; give a shortcut that fits"
            )
        return ways[0] + ways[1]

    def backward(self, dy):
        """Both ways get dy; what they give back is added."""
        return self.children["body"].backward(dy) + self.children["shortcut"].backward(dy)


def _flatten_forward(x):
    if x.ndim < 2:
        raise ShapeError(f"Flatten: x has shape {x.shape}; a batch of something is needed, two axes or more")
    return x.reshape(len(x), prod(x.shape[1:])).copy(), (x.shape, x.dtype)  # a copy: what changes y must not change x


def _flatten_backward(dy, cache):
    shape, dtype = cache
    expect_upstream("Flatten", dy, (shape[0], prod(shape[1:])), dtype)
    return np.reshape(dy, shape)


class Flatten(Layer):
    """Lay each example of a batch out as one row: (N, C, H, W) becomes (N, C·H·W)."""

    pair = _flatten_forward, _flatten_backward
