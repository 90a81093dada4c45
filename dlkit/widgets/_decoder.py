"""A small network that a picture runs by itself: packed as bytes for ``static/decoder.js``, and run in NumPy for the stills."""

import numpy as np

from dlkit.device import to_numpy
from dlkit.errors import ShapeError
from dlkit.numpy_ops.activations import logistic
from dlkit.svg import LINE
from dlkit.widgets import _still as still

ACTIVATIONS = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": logistic,
}


class Decoder:
    """A stack of fully connected layers, each with its activation: a latent vector goes in, numbers come out.

    Encoders and whole autoencoders are such stacks too. The weights are kept in float32, as the browser gets them, and the
    sums are made in float64, as the browser makes them.

    Parameters
    ----------
    layers : list of (np.ndarray, np.ndarray, str), or network
        Weights (D_out, D_in), offsets (D_out,) and "linear", "relu", "tanh" or "sigmoid", from the input on. Or a
        ``Sequential`` of Linear, ReLU, Tanh and Sigmoid, from ``dlkit.layers`` or from PyTorch.

    Attributes
    ----------
    layers : list of (np.ndarray, np.ndarray, str)

    Raises
    ------
    ShapeError
        When the layers do not fit one another.
    ValueError
        For an activation or a layer that there is not, or no layers.
    """

    def __init__(self, layers):
        read = list(layers) if isinstance(layers, list | tuple) else _read(layers)
        if not read:
            raise ValueError("Decoder: there are no layers")
        self.layers = [(*(np.asarray(to_numpy(a), np.float32) for a in (w, b)), activation) for w, b, activation in read]
        inside = None
        for k, (w, b, activation) in enumerate(self.layers):
            if activation not in ACTIVATIONS:
                raise ValueError(f"Decoder: layer {k} has activation {activation!r}; there are {', '.join(ACTIVATIONS)}")
            if w.ndim != 2 or b.shape != w.shape[:1] or w.shape[1] != (inside or w.shape[1]):
                before = "" if inside is None else f", and the layer before gives {inside} numbers"
                came = f"Decoder: layer {k} has w {w.shape} and b {b.shape}{before}"
                raise ShapeError(f"{came}; give w (D_out, D_in), b (D_out,)")
            inside = len(w)

    @property
    def inputs(self) -> int:
        """How many numbers go in: the width of the code."""
        return self.layers[0][0].shape[1]

    @property
    def outputs(self) -> int:
        """How many numbers come out."""
        return len(self.layers[-1][0])

    @property
    def plan(self) -> list[list]:
        """What ``decoder.js`` has to know beside the bytes: outputs, inputs and activation of each layer."""
        return [[*map(int, w.shape), activation] for w, _, activation in self.layers]

    @property
    def packed(self) -> bytes:
        """All weights and offsets as float32, layer by layer, w before b, rows first."""
        return b"".join(a.astype("<f4").tobytes() for w, b, _ in self.layers for a in (w, b))

    def __call__(self, z) -> np.ndarray:
        """Run the network.

        Parameters
        ----------
        z : array_like, shape (..., D_in)

        Returns
        -------
        np.ndarray, shape (..., D_out)
            float64.
        """
        y = np.asarray(z, np.float64)
        for w, b, activation in self.layers:
            y = ACTIVATIONS[activation](y @ w.T.astype(np.float64) + b)
        return y


def _read(network) -> list[tuple]:
    """The layers of a ``Sequential``; an activation belongs to the linear layer before it."""
    found: list[tuple] = []
    for layer in network:
        kind, own = type(layer).__name__, getattr(layer, "parameters", None)
        if kind == "Linear":
            w, b = (own["weight"], own.get("bias")) if isinstance(own, dict) else (layer.weight, layer.bias)
            found.append((w, np.zeros(len(w), np.float32) if b is None else b, "linear"))
        elif kind.lower() in ACTIVATIONS and found and found[-1][2] == "linear":
            found[-1] = (*found[-1][:2], kind.lower())
        elif kind == "Sequential":
            found += _read(layer)
        elif kind not in ("Identity", "Flatten", "Unflatten"):
            raise ValueError(f"Decoder: it cannot run a layer {kind} here; it knows Linear followed by ReLU, Tanh or Sigmoid")
    return found


def pixels(x: float, y: float, side: float, image: np.ndarray) -> str:
    """Draw a small picture in grey, 0 black and 1 white, enlarged without blur, for a still.

    Parameters
    ----------
    x, y : float
        Its upper left corner, in pixels.
    side : float
        Its width, in pixels; the height follows from its shape.
    image : np.ndarray, shape (H, W)

    Returns
    -------
    str
        A ``<g>`` element.
    """
    height = side * image.shape[0] / image.shape[1]
    picture = still.grey_image(x, y, side, height, image, 0, 1)
    return f'<g style="image-rendering:pixelated">{picture}</g>' + still.box(x, y, side, height, fill="none", stroke=LINE)
