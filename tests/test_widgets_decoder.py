"""The network that runs inside a picture: the same numbers in NumPy, in JavaScript and in the layers it was read from."""

import base64
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from test_widgets import run_in_node

from dlkit.errors import ShapeError
from dlkit.layers import Linear, ReLU, Sequential, Sigmoid, Tanh
from dlkit.widgets._decoder import ACTIVATIONS, Decoder, pixels

rng = np.random.default_rng(17)
KINDS = ["linear", "relu", "tanh", "sigmoid"]
RUN = """
  const bytes = Uint8Array.from(atob(given.bytes), (c) => c.charCodeAt(0));
  const layers = unpack(new DataView(bytes.buffer), given.plan);
  answer(given.z.map((z) => [Array.from(decode(layers, z)), run(layers, z).all.map((y) => y.length)]));
"""


def network(sizes, kinds):
    pairs = zip(sizes[1:], sizes[:-1], strict=True)
    return [(rng.normal(size=(o, i)), rng.normal(size=o), kind) for (o, i), kind in zip(pairs, kinds, strict=True)]


def test_the_activations_are_all_there():
    assert list(ACTIVATIONS) == KINDS


@pytest.mark.parametrize("sizes", [(2, 16, 64), (1, 3, 5, 7, 4), (3, 2)])
def test_javascript_decodes_as_numpy_does(tmp_path, sizes):
    for kind in KINDS:
        decoder = Decoder(network(sizes, [kind] * (len(sizes) - 1)))
        z = np.concatenate([rng.normal(size=(5, sizes[0])), np.zeros((1, sizes[0])), np.full((1, sizes[0]), 800.0)])
        given = {"bytes": base64.b64encode(decoder.packed).decode(), "plan": decoder.plan, "z": z.tolist()}
        answers = run_in_node(tmp_path, RUN, given, "decoder")
        np.testing.assert_allclose([out for out, _ in answers], decoder(z), rtol=1e-9, atol=1e-9)
        assert all(lengths == list(sizes[1:]) for _, lengths in answers)
        assert len(decoder.packed) == 4 * sum(o * i + o for o, i, _ in decoder.plan)


def test_a_sequential_of_either_kind_is_read():
    torch = pytest.importorskip("torch")
    net = Sequential(Linear(2, 5, rng=rng), ReLU(), Linear(5, 4, rng=rng), Tanh(), Linear(4, 3, rng=rng), Sigmoid())
    z = rng.normal(size=(6, 2)).astype(np.float32)
    decoder = Decoder(net)
    assert decoder.plan == [[5, 2, "relu"], [4, 5, "tanh"], [3, 4, "sigmoid"]]
    assert (decoder.inputs, decoder.outputs) == (2, 3)
    np.testing.assert_allclose(decoder(z), net(z), atol=1e-6)
    twin = torch.nn.Sequential(torch.nn.Sequential(torch.nn.Linear(2, 5, bias=False), torch.nn.ReLU()), torch.nn.Linear(5, 3))
    np.testing.assert_allclose(Decoder(twin)(z), twin(torch.tensor(z)).detach(), atol=1e-6)


def test_what_it_cannot_run_is_refused_in_words():
    torch = pytest.importorskip("torch")
    (w, b, _), *_ = network((2, 3), ["relu"])
    with pytest.raises(ValueError, match="layer 0 has activation 'gelu'; there are linear, relu, tanh, sigmoid"):
        Decoder([(w, b, "gelu")])
    with pytest.raises(ShapeError, match=r"layer 1 has w \(3, 2\) and b \(3,\), and the layer before gives 3 numbers"):
        Decoder([(w, b, "relu"), (w, b, "relu")])
    with pytest.raises(ShapeError, match="layer 0"):
        Decoder([(w, w, "relu")])
    with pytest.raises(ValueError, match="there are no layers"):
        Decoder([])
    with pytest.raises(ValueError, match="cannot run a layer GELU"):
        Decoder(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.GELU()))


def test_a_picture_in_grey_is_an_image_in_a_frame():
    drawn = pixels(3, 4, 80, np.linspace(-0.5, 1.5, 32).reshape(4, 8))
    root = ET.fromstring(f"<svg>{drawn}</svg>")
    image = root.find("g/image")
    assert (image.get("width"), image.get("height")) == ("80", "40")
    assert root.find("rect").get("height") == "40"
