"""The live pictures of lesson 01 without a browser: stills, sentences and their JavaScript's arithmetic beside dlkit's."""

import itertools
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import traitlets
from test_widgets import run_in_node

from dlkit.errors import ShapeError
from dlkit.numpy_ops import activations as act
from dlkit.widgets._plane import ticks
from dlkit.widgets.base import LivePicture
from dlkit.widgets.neurons import _ACTIVATIONS, _TARGETS, ActivationExplorer, NeuronLine, ReluFit

CORNERS, XOR = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
rng = np.random.default_rng(1)
CLOUD = rng.normal(size=(40, 2))
SIDES = (CLOUD.sum(axis=1) > 0.3).astype(int)
EVERY_PICTURE = {
    "xor": lambda: NeuronLine(CORNERS, XOR),
    "cloud": lambda: NeuronLine(CLOUD, SIDES, w=(1, -0.5), b=0.25, names=("<no>", "yes & more")),
    "no line": lambda: NeuronLine(CORNERS, XOR, w=(0, 0), b=-1),
    "outside": lambda: NeuronLine(CORNERS, XOR, w=(0.5, 0), b=3),
    "one point": lambda: NeuronLine([[2, 2]], [1]),
    **{f"{kind} at {x}": lambda kind=kind, x=x: ActivationExplorer(kind, x) for kind in _ACTIVATIONS for x in (-4, 0, 1.5)},
    **{f"{target} with {k}": lambda k=k, target=target: ReluFit(k, target) for target in _TARGETS for k in (1, 4, 64)},
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


# A neuron and its line.


def test_the_answers_are_the_layers():
    picture = NeuronLine(CORNERS, XOR, w=(1, 2), b=-1.5)
    np.testing.assert_array_equal(picture.answers(), [-1.5, 0.5, -0.5, 1.5])
    assert picture.sentence() == (
        "The line is 1·x₁ + 2·x₂ − 1.50 = 0. On the positive side: 1 of 2 “class 1” and 1 of 2 “class 0”. "
        "2 of 4 points are on their own side."
    )


def test_no_line_solves_xor_and_one_solves_and():
    grid = np.arange(-30, 31, 5) / 10
    most = 0
    for w1, w2, b in itertools.product(grid, grid, grid):
        sentence = NeuronLine(CORNERS, XOR, w=(w1, w2), b=b).sentence()
        most = max(most, int(re.search(r"(\d) (?:of 4 )?points are", sentence)[1]))
    assert most == 3
    assert "All 4 points are on their own side." in NeuronLine(CORNERS, [0, 0, 0, 1], w=(1, 1), b=-1.5).sentence()


def test_a_point_on_the_line_is_not_positive():
    assert "0 of 1 “class 1”" in NeuronLine([[1, 1]], [1], w=(1, -1)).sentence()


@pytest.mark.parametrize(
    ("points", "labels", "says"),
    [
        ([1, 2], [0, 1], r"points has shape \(2,\)"),
        (np.zeros((3, 3)), [0, 1, 1], r"points has shape \(3, 3\)"),
        (np.zeros((0, 2)), [], "N from 1"),
        (CORNERS, [0, 1], "one label, 0 or 1, for each of 4 points"),
        (CORNERS, [0, 1, 2, 0], "one label, 0 or 1"),
    ],
)
def test_the_line_refuses(points, labels, says):
    with pytest.raises(ShapeError, match=says):
        NeuronLine(points, labels)


def test_ranges_are_kept():
    for make in (lambda: NeuronLine(CORNERS, XOR, b=3.5), lambda: ReluFit(0), lambda: ReluFit(4, "tan(x)"),
                 lambda: ActivationExplorer("relu"), lambda: ActivationExplorer("ReLU", 6)):  # fmt: skip
        with pytest.raises(traitlets.TraitError):
            make()


def test_the_line_in_the_browser(tmp_path):
    cases = [[*map(float, case)] for case in rng.uniform(-3, 3, (40, 3)).round(2)]
    cases += [[0, 0, 1], [0, 0, -1], [1, 0, 0], [0, 2, -1], [1, -1, 3]]
    program = """
      const { points, labels, names, range } = given;
      answer(given.cases.map(([w1, w2, b]) => { const s = { w: [w1, w2], b };
        return [describe(s, points, labels, names), segment(s, range), half(s, range)]; }));"""
    pictures = [NeuronLine(CLOUD, SIDES, w=case[:2], b=case[2]) for case in cases]
    low, high = pictures[0]._range
    given = {"points": CLOUD.tolist(), "labels": SIDES.tolist(), "names": ["class 0", "class 1"]}
    given |= {"range": [low, high], "cases": cases}
    results = run_in_node(tmp_path, program, given, "plane", "neuron_line")
    for (w1, w2, b), picture, (sentence, ends, area) in zip(cases, pictures, results, strict=True):
        assert sentence == picture.sentence()
        for x1, x2 in ends or []:
            assert abs(w1 * x1 + w2 * x2 + b) < 1e-9
            assert low - 1e-9 <= min(x1, x2) <= max(x1, x2) <= high + 1e-9
        assert all(w1 * x1 + w2 * x2 + b > -1e-9 for x1, x2 in area)
        crossed = len({w1 * x + w2 * y + b > 0 for x in (low, high) for y in (low, high)}) == 2
        assert (ends is not None) == crossed


# Activations.


def test_activations_in_the_browser(tmp_path):
    places = [*np.linspace(-5, 5, 101).round(1), -0.001, 0.001, 1 / 3]
    cases = [[kind, float(x)] for kind in _ACTIVATIONS for x in places]
    program = "answer(given.map(([kind, x]) => [describe(kind, x), ...ACTIVATIONS[kind].map((f) => f(x))]));"
    for (kind, x), (sentence, value, slope) in zip(
        cases, run_in_node(tmp_path, program, cases, "plane", "activation_explorer"), strict=True
    ):
        picture = ActivationExplorer(kind, x)
        np.testing.assert_allclose([value, slope], picture.value_and_slope(), rtol=1e-9, atol=1e-14)
        assert sentence == picture.sentence()


def test_saturation_is_said():
    assert "Saturated: the curve is nearly level" in ActivationExplorer("sigmoid", 4).sentence()
    assert "Saturated: the curve is level, and no change" in ActivationExplorer("ReLU", -1).sentence()
    assert "Not saturated: a small change of x comes out 1 times as large." in ActivationExplorer("ReLU", 1).sentence()
    assert ActivationExplorer("sigmoid", 0).sentence().startswith("sigmoid at x = 0: value 0.50, slope 0.25. Not saturated")
    assert "corner at 0" in ActivationExplorer("leaky ReLU", 0).sentence()
    assert "corner" not in ActivationExplorer("ELU", 0).sentence()


@pytest.mark.parametrize("kind", list(_ACTIVATIONS))
def test_slopes_are_those_of_the_curve(kind):
    x = np.linspace(-4.9, 4.9, 60) + 0.013  # beside the corners
    f = _ACTIVATIONS[kind]
    np.testing.assert_allclose(f(x)[1], (f(x + 1e-6)[0] - f(x - 1e-6)[0]) / 2e-6, atol=1e-6)


# The curve of ReLU neurons.


def test_the_network_runs_through_its_points(tmp_path):
    cases = [[target, k] for target in _TARGETS for k in (1, 2, 3, 4, 5, 8, 13, 20, 33, 64)]
    program = "answer(given.map(([target, k]) => [describe(target, k), largestError(target, k), network(target, k)]));"
    for (target, k), (sentence, error, net) in zip(
        cases, run_in_node(tmp_path, program, cases, "plane", "relu_fit"), strict=True
    ):
        picture = ReluFit(k, target)
        w, b, v, c = picture.network()
        np.testing.assert_allclose(net["t"], -b, atol=1e-12)
        np.testing.assert_allclose(net["v"], v[0], atol=1e-12)
        assert abs(error - picture.largest_error()) < 1e-12
        assert sentence == picture.sentence()
        knots = np.linspace(-np.pi, np.pi, k + 1)
        hidden, _ = act.relu_forward(knots[:, None] @ w.T + b)
        middle = np.abs(knots) > 1e-9  # the step is not continuous at 0
        np.testing.assert_allclose((hidden @ v.T + c)[middle, 0], _TARGETS[target](knots)[middle], atol=1e-9)


def test_the_error_falls_with_the_square_of_k():
    errors = [ReluFit(k).largest_error() for k in (8, 16, 32, 64)]
    ratios = np.divide(errors[:-1], errors[1:])
    assert np.all((ratios > 3.7) & (ratios < 4.2))
    for k in (8, 16, 32):  # (width)² / 8, as the theory of straight pieces says
        assert ReluFit(k).largest_error() <= (2 * np.pi / k) ** 2 / 8
    assert ReluFit(2, "|x| / 2").sentence().endswith("The largest error is 0. The pieces lie exactly on the curve.")
    assert ReluFit(64, "a step").largest_error() > 0.9, "no continuous curve follows a jump"


@pytest.mark.parametrize(("low", "high"), [(-5, 5), (0, 1), (-0.25, 1.25), (-np.pi, np.pi), (-1.7, 1.7), (-300, 900)])
def test_ticks_are_round_and_inside(low, high, tmp_path):
    found = ticks(low, high)
    assert 4 <= len(found) <= 10
    assert low - 1e-6 <= found[0] < found[-1] <= high + 1e-6
    np.testing.assert_allclose(run_in_node(tmp_path, "answer(ticks(...given));", [low, high], "plane", "relu_fit"), found)
