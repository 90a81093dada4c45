"""The live pictures of lesson 13 without a browser: their arithmetic beside dlkit's, and JavaScript beside Python."""

import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import traitlets
from test_widgets import run_in_node

from dlkit.gradcheck import numeric_gradient
from dlkit.numpy_ops import recurrent_networks as ops
from dlkit.widgets.recurrent_networks import GradientThroughTime, UnrolledStepper
from dlkit.widgets.recurrent_networks.gradient import STEPS, materials

rng = np.random.default_rng(13)
STEPPERS = [{}, {"x": (1.0, 0.0, -2.0, 0.5), "y": (0.0, 1.0, 0.0, -1.0), "loss": "every"}, {"x": (0.5,), "y": (1.0,)}] + [
    {
        "x": rng.normal(0, scale, T).round(3).tolist(), "y": rng.normal(0, scale, T).round(3).tolist(), "loss": loss,
        **dict(zip(("U", "V", "b", "W", "c", "h0"), rng.normal(0, scale, 6).round(3).tolist(), strict=True)),
    }
    for T in (1, 2, 3, 4) for loss in ("last", "every") for scale in (0.7, 3.0)
]  # fmt: skip
GRADIENTS = [
    {"sigma": sigma, "drive": drive, "kind": kind}
    for sigma in (0.5, 0.9, 1.0, 1.1, 1.37, 2.0) for drive in (0.0, 0.3, 1.0, 3.0) for kind in ("orthogonal", "random")
]  # fmt: skip


def pictures():
    for k, options in enumerate(STEPPERS):
        yield UnrolledStepper(**options, step=k % 9)
    for options in GRADIENTS[::5]:
        yield GradientThroughTime(**options)


@pytest.mark.parametrize("picture", list(pictures()), ids=lambda picture: repr(picture)[:60])
def test_every_picture_has_a_live_face_a_still_and_a_sentence(picture):
    data, _ = picture._repr_mimebundle_()
    root = ET.fromstring(data["image/svg+xml"])
    assert root.get("aria-label") == data["text/plain"] == picture.sentence()
    assert data["text/plain"].endswith(".")
    assert picture.still() == picture.still()
    assert "export default" in picture._esm


def test_the_worked_example():
    stepper = UnrolledStepper(y=(0, 0, 1))
    values = stepper.values()
    assert [round(values[name], 4) for name in ("h1", "h2", "h3", "o3")] == [0.7616, 0.3634, 0.1797, 0.1797]
    assert stepper.last_step == 8


@pytest.mark.parametrize("options", STEPPERS)
def test_the_stepper_is_the_network_of_dlkit(options):
    stepper = UnrolledStepper(**options)
    n, T, values = stepper.numbers, stepper.length, stepper.values()
    one = {name: np.array([[n[name]]]) for name in "UV"}
    x, h0, b = np.array([[[n[f"x{t + 1}"]] for t in range(T)]]), np.array([[[n["h0"]]]]), np.array([n["b"]])
    (h, _), cache = ops.rnn_forward(x, h0, None, one["U"], one["V"], b, None)
    np.testing.assert_allclose([values[f"h{t + 1}"] for t in range(T)], h[0, :, 0], rtol=1e-12)
    judged = [t for t in range(T) if f"o{t + 1}" in values]
    dh, do = np.zeros_like(h), {t: values[f"o{t + 1}"] - n[f"y{t + 1}"] for t in judged}
    for t in judged:
        dh[0, t, 0] = n["W"] * do[t]
    _, dh0, _, dU, dV, db, _ = ops.rnn_backward((dh, None), cache)
    found = stepper.gradients()
    np.testing.assert_allclose([found[k] for k in ("U", "V", "b", "h0")], [dU[0, 0], dV[0, 0], db[0], dh0[0, 0, 0]], atol=1e-12)
    wanted = [sum(do[t] * values[f"h{t + 1}"] for t in judged), sum(do.values())]
    np.testing.assert_allclose([found["W"], found["c"]], wanted, atol=1e-12)


@pytest.mark.parametrize("options", STEPPERS[:8])
def test_the_gradients_are_those_of_finite_differences(options):
    stepper, names = UnrolledStepper(**options), ["U", "V", "b", "W", "c", "h0"]

    def loss(moved):
        stepper.numbers = start | dict(zip(names, moved.tolist(), strict=True))
        return sum(value for name, value in stepper.values().items() if name[0] == "L")

    start = stepper.numbers
    numeric = numeric_gradient(loss, np.array([start[name] for name in names]))
    stepper.numbers = start
    np.testing.assert_allclose([stepper.gradients()[name] for name in names], numeric, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("options", GRADIENTS)
def test_the_gradient_through_time_is_that_of_dlkit(options):
    picture, made = GradientThroughTime(**options), materials()
    V, size = options["sigma"] * made[options["kind"]], len(made["end"])
    (h, _), cache = ops.rnn_forward(
        options["drive"] * made["inputs"][None], np.zeros((1, 1, size)), None, np.eye(size), V, None, None
    )
    norms, slope = picture.norms()
    assert slope == pytest.approx(float((1 - h**2).mean()))
    dh = np.zeros_like(h)
    dh[0, -1] = made["end"]
    dh0 = ops.rnn_backward((dh, None), cache)[1]
    assert norms[-1] == pytest.approx(float(np.linalg.norm(dh0)), rel=1e-6)
    assert len(norms) == STEPS + 1
    assert norms[0] == pytest.approx(1, abs=1e-5)


def test_the_matrices_are_what_they_are_called():
    singular = {kind: np.linalg.svd(materials()[kind], compute_uv=False) for kind in ("orthogonal", "random")}
    np.testing.assert_allclose(singular["orthogonal"], 1, atol=1e-5)
    assert singular["random"][0] == pytest.approx(1, abs=1e-5)
    assert singular["random"][-1] < 0.3


@pytest.mark.parametrize(("sigma", "drive", "fate"), [(0.8, 0.3, "it vanishes"),
                                                      (1.0, 0.0, "about as much arrives as was sent"),
                                                      (1.5, 0.0, "it explodes"), (1.1, 0.0, "it grows"),
                                                      (0.95, 0.0, "it shrinks"), (1.0, 2.0, "it vanishes")])  # fmt: skip
def test_the_fate_of_a_gradient(sigma, drive, fate):
    assert f"length; {fate}." in GradientThroughTime(sigma, drive=drive).sentence()


def test_the_pictures_refuse_what_they_cannot_draw():
    with pytest.raises(ValueError, match="5 inputs and 5 targets; give one to 4"):
        UnrolledStepper((1, 2, 3, 4, 5))
    with pytest.raises(ValueError, match="2 inputs and 1 targets"):
        UnrolledStepper((1, 2), (1,))
    with pytest.raises(ValueError, match='loss is \'never\'; give "last" or "every"'):
        UnrolledStepper(loss="never")
    with pytest.raises(ValueError, match="V is nan"):
        UnrolledStepper(V=math.nan)
    with pytest.raises(ValueError, match="no kind 'flat'"):
        GradientThroughTime(kind="flat")
    with pytest.raises(traitlets.TraitError):
        GradientThroughTime(2.5)


# JavaScript beside Python.


def test_the_stepper_says_in_the_browser_what_python_says(tmp_path):
    made = [UnrolledStepper(**options) for options in STEPPERS]
    given = [{"numbers": s.numbers, "length": s.length, "loss": s.loss, "last": s.last_step} for s in made]
    program = """answer(given.map(({ last, ...now }) => [momentsOf(now).length, gradientsOf(now, last),
      Array.from({ length: last + 1 }, (_, step) => describe({ ...now, step }))]));"""
    answers = run_in_node(tmp_path, program, given, "decimals", "unrolled_stepper")
    for stepper, (last, gradients, sentences) in zip(made, answers, strict=True):
        assert last == stepper.last_step
        for name, value in stepper.gradients().items():
            assert gradients[name] == pytest.approx(value, rel=1e-9, abs=1e-300)
        for k, sentence in enumerate(sentences):
            stepper.step = k
            assert sentence == stepper.sentence()


def test_the_gradient_is_the_same_in_the_browser(tmp_path):
    given = {"made": {name: a.ravel().tolist() for name, a in materials().items()}, "cases": GRADIENTS}
    program = """const made = Object.fromEntries(Object.entries(given.made).map(([name, a]) => [name, Float64Array.from(a)]));
      answer(given.cases.map((now) => [normsOf(made, now).norms, describe(made, now)]));"""
    for options, (norms, sentence) in zip(
        GRADIENTS, run_in_node(tmp_path, program, given, "plane", "gradient_through_time"), strict=True
    ):
        picture = GradientThroughTime(**options)
        np.testing.assert_allclose(norms, picture.norms()[0], rtol=1e-5)
        assert sentence == picture.sentence()
