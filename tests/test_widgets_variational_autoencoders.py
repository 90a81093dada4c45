"""The live pictures of lesson 18 without a browser: stills, sentences and their JavaScript's arithmetic beside dlkit's."""

import base64
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import traitlets
from test_widgets import run_in_node

from dlkit.errors import ShapeError
from dlkit.layers import Linear, ReLU, Sequential, Sigmoid
from dlkit.numpy_ops.variational_autoencoders import gaussian_kl_forward
from dlkit.widgets.base import LivePicture
from dlkit.widgets.variational_autoencoders import BellDivergence, LatentSliders

rng = np.random.default_rng(18)


def decoder(units=3, pixels=16):
    return Sequential(Linear(units, 7, rng=rng), ReLU(), Linear(7, pixels, rng=rng), Sigmoid())


NET = decoder()
AVERAGES = rng.uniform(0, 1, (4, 16))
EVERY_PICTURE = {
    "standard": lambda: BellDivergence(0, 0),
    "shifted": BellDivergence,
    "narrow": lambda: BellDivergence(-2.3, -3),
    "wide": lambda: BellDivergence(0.5, 2),
    "plain": lambda: LatentSliders(NET),
    "full": lambda: LatentSliders(NET, [0.5, -1, 9], kl=[0.1, 0.2, 0], averages=AVERAGES, names=["<a>", "b & c", "d", "e"]),
    "one unit": lambda: LatentSliders(decoder(1, 4)),
}


@pytest.mark.parametrize("make", EVERY_PICTURE.values(), ids=EVERY_PICTURE)
def test_every_picture_has_a_live_face_a_still_and_a_sentence(make):
    picture = make()
    data, _ = picture._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "image/svg+xml", "text/plain"}
    root = ET.fromstring(data["image/svg+xml"])  # well-formed
    assert root.get("aria-label") == data["text/plain"] == picture.sentence()
    assert data["text/plain"].endswith(".")
    assert picture.still() == picture.still()
    assert len(picture.still()) < 30_000
    assert isinstance(picture, LivePicture)


def test_the_divergence_in_words():
    assert BellDivergence(1, 0).sentence() == (
        "μ = 1, ln σ² = 0, so σ = 1. The divergence is 0.50 nats: 0.50 for the place and 0 for the width. "
        "Slopes: 1 along μ, 0 along ln σ²."
    )
    assert "The divergence is 0 nats" in BellDivergence(0, 0).sentence()


def test_the_bells_in_the_browser(tmp_path):
    cases = [[float(m), float(v)] for m in (-3, -0.45, 0, 1, 2.9) for v in (-3, -0.7, 0, 0.3, 2)]
    program = "answer(given.map(([m, v]) => [describe(m, v), divergence(m, v), bell(0.7, m, Math.exp(v / 2))]));"
    for (m, v), (sentence, found, height) in zip(
        cases, run_in_node(tmp_path, program, cases, "plane", "bell_divergence"), strict=True
    ):
        picture = BellDivergence(m, v)
        assert sentence == picture.sentence()
        np.testing.assert_allclose([found["kl"], found["dmean"], found["dlogVar"]], picture.divergence(), atol=1e-12)
        assert found["kl"] == pytest.approx(float(gaussian_kl_forward(np.array([[m]]), np.array([[v]]))[0]))
        assert height == pytest.approx(np.exp(-((0.7 - m) ** 2) / (2 * np.exp(v))) / np.sqrt(2 * np.pi * np.exp(v)))


def test_the_sliders_in_the_browser(tmp_path):
    cases = [[rng.uniform(-3, 3, 3).round(1).tolist(), int(rng.integers(3))] for _ in range(30)] + [[[0, 0, 0], 2]]
    program = """
      const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
      const layers = unpack(bytes(given.weights), given.plan), flat = numbersOf(bytes(given.averages), "float32");
      const averages = [0, 1, 2, 3].map((k) => flat.subarray(16 * k, 16 * k + 16));
      answer(given.cases.map(([z, unit]) => [describe(layers, averages, given.names, z, unit),
        strip(layers, z, unit).map((y) => Array.from(y))]));"""
    pictures = [LatentSliders(NET, z, averages=AVERAGES) for z, _ in cases]
    first = pictures[0]
    given = {"weights": base64.b64encode(first._weights).decode(), "averages": base64.b64encode(first._averages).decode()}
    given |= {"plan": first._plan, "names": list(first._names), "cases": cases}
    for (_, unit), picture, (sentence, strip) in zip(
        cases, pictures, run_in_node(tmp_path, program, given, "decoder", "latent_sliders"), strict=True
    ):
        picture.unit = unit
        assert sentence == picture.sentence()
        np.testing.assert_allclose(strip, picture.strip().reshape(7, 16), atol=1e-9)


def test_a_draw_is_standard_normal(tmp_path):
    drawn = run_in_node(tmp_path, "answer(Array.from({ length: 20000 }, () => draw()));", None, "decoder", "latent_sliders")
    assert abs(np.mean(drawn)) < 0.05
    assert abs(np.std(drawn) - 1) < 0.05
    assert max(map(abs, drawn)) <= 3


def test_the_picture_is_the_networks():
    z = np.array([[0.5, -1, 2]], np.float32)
    np.testing.assert_allclose(LatentSliders(NET, z[0]).picture().ravel(), NET(z)[0], atol=1e-6)
    assert LatentSliders(NET, [9, 0, -9]).z == [3, 0, -3]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: LatentSliders(decoder(3, 15)), "15 numbers of 3"),
        (lambda: LatentSliders(decoder(17, 16)), "16 numbers of 17"),
        (lambda: LatentSliders(NET, [0, 0]), "give 3 numbers"),
        (lambda: LatentSliders(NET, kl=[0, 0]), "give 3 numbers"),
        (lambda: LatentSliders(NET, averages=np.zeros((2, 15))), "rows of 16 pixels"),
        (lambda: LatentSliders(NET, averages=AVERAGES, names="ab"), "2 names came for 4"),
    ],
)
def test_what_does_not_fit_is_refused(make, says):
    with pytest.raises(ShapeError, match=says):
        make()


def test_ranges_are_kept():
    for make in (lambda: BellDivergence(3.5), lambda: BellDivergence(0, -3.5)):
        with pytest.raises(traitlets.TraitError):
            make()
