"""The live pictures of lesson 17 without a browser: their arithmetic beside NumPy's, and JavaScript beside Python."""

import base64
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from test_widgets import run_in_node

from dlkit.errors import ShapeError
from dlkit.widgets._decoder import Decoder
from dlkit.widgets.autoencoders import Bottleneck, LatentPlane

rng = np.random.default_rng(17)
IMAGES = rng.random((9, 4, 5)).astype(np.float32)
LABELS = rng.integers(0, 10, 9).tolist()
DECODE = "const view = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);\n"


def network(*sizes):
    kinds = ["tanh"] * (len(sizes) - 2) + ["sigmoid"]
    pairs = zip(sizes[1:], sizes[:-1], strict=True)
    return [(rng.normal(size=(o, i)), rng.normal(size=o), kind) for (o, i), kind in zip(pairs, kinds, strict=True)]


NETWORKS = {"flat": {k: network(20, k, 20) for k in (1, 3, 6)}, "deep": {k: network(20, 8, k, 7, 20) for k in (2, 3)}}


def bottlenecks():
    asked = [(m, k, i) for m in NETWORKS for k in NETWORKS[m] for i in (0, 8)]
    return [Bottleneck(IMAGES, LABELS, NETWORKS, method=m, width=k, index=i) for m, k, i in asked]


def planes():
    codes = rng.normal(size=(9, 2))
    return [LatentPlane(network(2, 5, 20), codes, LABELS, IMAGES, z=z) for z in (None, (0.0, -0.0), (-0.5, 1.25), (9, -9))]


def text(data):
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("picture", [*bottlenecks()[::3], *planes()], ids=repr)
def test_every_picture_has_a_live_face_a_still_and_a_sentence(picture):
    data, _ = picture._repr_mimebundle_()
    root = ET.fromstring(data["image/svg+xml"])
    assert root.get("aria-label") == data["text/plain"] == picture.sentence()
    assert data["text/plain"].endswith(".")
    assert picture.still() == picture.still()
    assert "export default" in picture._esm


def test_the_copies_are_those_of_the_network():
    picture = bottlenecks()[-1]
    wanted = Decoder(NETWORKS["deep"][3])(IMAGES.reshape(9, -1))
    np.testing.assert_allclose(picture.copies().reshape(9, -1), wanted)
    assert picture.code().shape == (3,)
    assert f"{np.mean((wanted - IMAGES.reshape(9, -1)) ** 2):.3f}." in picture.sentence()


def test_the_bottleneck_says_in_the_browser_what_python_says(tmp_path):
    pictures = bottlenecks()
    one = pictures[0]
    program = DECODE + """
      const networks = networksFrom(view(given.weights), given.networks);
      const images = cut(new Float32Array(view(given.pixels).buffer), given.shape);
      answer(given.asked.map(([name, width, index]) => {
        const now = networks.find((n) => n.name === name && n.width === width);
        const { code, copy } = through(now.layers, images[index]);
        return [describe(now, images, given.labels, index), Array.from(code), Array.from(copy)];
      }));"""
    asked = [[p.method, p.width, p.index] for p in pictures]
    given = {"weights": text(one._weights), "networks": one._networks, "pixels": text(one._pixels), "shape": one._shape}
    answers = run_in_node(tmp_path, program, given | {"labels": LABELS, "asked": asked}, "decoder", "bottleneck")
    for picture, (sentence, code, copy) in zip(pictures, answers, strict=True):
        assert sentence == picture.sentence()
        np.testing.assert_allclose(code, picture.code(), atol=1e-9)
        np.testing.assert_allclose(copy, picture.copies()[picture.index].ravel(), atol=1e-9)


def test_the_plane_says_in_the_browser_what_python_says(tmp_path):
    program = DECODE + """
      const layers = unpack(view(given.weights), given.plan), codes = pairs(new Float64Array(view(given.codes).buffer));
      answer([describe(layers, codes, given.labels, given.range, given.z), nearest(codes, given.z)]);"""
    for picture in planes():
        given = {"weights": text(picture._weights), "plan": picture._plan, "codes": text(picture._codes)}
        given |= {"labels": LABELS, "range": picture._range, "z": picture.z}
        sentence, (k, far) = run_in_node(tmp_path, program, given, "plane", "decoder", "latent_plane")
        assert sentence == picture.sentence()
        assert (k, far) == pytest.approx(picture.nearest())


def test_far_from_all_codes_it_says_so():
    plane = planes()[3]
    assert "No picture has its code near here" in plane.sentence()
    plane.z = list(plane._places[4])
    assert "The nearest code, 0.00 away" in plane.sentence()
    assert plane.nearest() == (4, 0.0)


def test_what_does_not_fit_is_refused_in_words():
    with pytest.raises(ShapeError, match="images has shape"):
        Bottleneck(IMAGES[0], LABELS, NETWORKS)
    with pytest.raises(ShapeError, match="flat of width 3 goes from 19 to 20 numbers; a picture has 20"):
        Bottleneck(IMAGES, LABELS, {"flat": {3: network(19, 3, 20)}})
    with pytest.raises(ValueError, match="there is no method 'steep'; there are flat, deep"):
        Bottleneck(IMAGES, LABELS, NETWORKS, method="steep")
    with pytest.raises(ValueError, match="deep has no width 5; it has 2, 3"):
        Bottleneck(IMAGES, LABELS, NETWORKS, method="deep", width=5)
    codes = np.zeros((9, 2))
    with pytest.raises(ShapeError, match=r"codes has shape \(9, 3\)"):
        LatentPlane(network(2, 20), np.zeros((9, 3)), LABELS, IMAGES)
    with pytest.raises(ShapeError, match="9 codes, 8 labels and 9 images"):
        LatentPlane(network(2, 20), codes, LABELS[:8], IMAGES)
    with pytest.raises(ShapeError, match="from 3 to 20 numbers; wanted: from 2 to 20"):
        LatentPlane(network(3, 20), codes, LABELS, IMAGES)
