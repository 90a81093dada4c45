"""The live pictures of lesson 02 without a browser: their arithmetic beside dlkit's, and JavaScript beside Python."""

import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from test_widgets import run_in_node

from dlkit.gradcheck import numeric_gradient
from dlkit.numpy_ops import activations, neurons
from dlkit.widgets._decimals import decimal
from dlkit.widgets.backpropagation import Descent, GraphStepper
from dlkit.widgets.backpropagation.graph import GRAPHS, NUMBERS

rng = np.random.default_rng(2)
STEPPERS = [("neuron", {}), ("network", {})] + [
    (graph, {name: float(v) for name, v in zip(NUMBERS[graph], rng.normal(0, scale, 9).round(3), strict=False)})
    for graph in GRAPHS
    for scale in (0.5, 2.0, 30.0)
]
DESCENTS = [
    ("valley" if k % 3 else "bowl", eta, steps, start)
    for k, (eta, steps, start) in enumerate(
        (eta, steps, start)
        for eta in (0.001, 0.02, 0.05, 0.1, 0.15, 0.199, 0.2, 0.21, 0.25, 1.0, 2.0, 2.2)
        for steps in (0, 1, 7, 50)
        for start in ((-3.5, 1.5), (0.0, 0.0), (2.25, -0.1))
    )
]
NUMBERS_TO_WRITE = [
    0.0, -0.0, 1.0, -0.25, 0.03125, 0.09375, -0.03125, 0.00005, 0.00004999, 99999.99996, 1e5, -123456.0, 1 / 3, 2e-9, 1e-300,
    0.99999, 17.375, 100.9125, 1.43e-6, 5e99,
]  # fmt: skip


def pictures():
    for graph, numbers in STEPPERS:
        yield GraphStepper(graph, step=4, **numbers)
    for surface, eta, steps, start in DESCENTS[::7]:
        yield Descent(surface, eta=eta, steps=steps, start=start)


@pytest.mark.parametrize("picture", list(pictures()), ids=repr)
def test_every_picture_has_a_live_face_a_still_and_a_sentence(picture):
    data, _ = picture._repr_mimebundle_()
    root = ET.fromstring(data["image/svg+xml"])
    assert root.get("aria-label") == data["text/plain"] == picture.sentence()
    assert data["text/plain"].endswith(".")
    assert picture.still() == picture.still()
    assert "export default" in picture._esm


def test_the_worked_neuron():
    stepper = GraphStepper()
    assert stepper.values() == {"x": 2, "w": 0.5, "b": -1, "t": 1, "z": 0, "y": 0.5, "L": 0.125}
    assert stepper.gradients() == {"L": 1, "y": -0.5, "z": -0.125, "w": -0.25, "x": -0.0625, "b": -0.125}


@pytest.mark.parametrize(("graph", "numbers"), STEPPERS)
def test_the_gradients_are_those_of_finite_differences(graph, numbers):
    stepper = GraphStepper(graph, **numbers)
    names = [name for name in stepper.numbers if name != "t"]
    at = np.array([stepper.numbers[name] for name in names])

    def loss(moved):
        values = GraphStepper(graph, **dict(zip(names, moved.tolist(), strict=True)), t=stepper.numbers["t"])
        return values.values()["L"]

    found = stepper.gradients()
    np.testing.assert_allclose([found[name] for name in names], numeric_gradient(loss, at), atol=1e-7, rtol=1e-6)


def test_the_network_is_that_of_dlkit():
    n = NUMBERS["network"]
    x = np.array([[n["x1"], n["x2"]]])
    w1, w2 = np.array([[n["w11"], n["w21"]], [n["w12"], n["w22"]]]), np.array([[n["w31"], n["w32"]]])
    s, layer_1 = neurons.linear_forward(x, w1)
    h, hidden = activations.sigmoid_forward(s)
    s3, layer_2 = neurons.linear_forward(h, w2)
    y, top = activations.sigmoid_forward(s3)
    dh, dw2, _ = neurons.linear_backward(activations.sigmoid_backward(y - n["t"], top), layer_2)
    dx, dw1, _ = neurons.linear_backward(activations.sigmoid_backward(dh, hidden), layer_1)
    found = GraphStepper("network").gradients()
    names = ["w11", "w21", "w12", "w22", "w31", "w32", "x1", "x2"]
    np.testing.assert_allclose([found[name] for name in names], np.concatenate([g.ravel() for g in (dw1, dw2, dx)]), rtol=1e-12)


def test_a_number_used_twice_collects_both_shares():
    stepper = GraphStepper("network")
    shares = [share for share in stepper.shares() if share.edge[1] == "x1"]
    assert [share.last for share in shares] == [False, True]
    assert shares[-1].total == pytest.approx(sum(share.product for share in shares))
    stepper.step = 18
    assert "x1 is used 2 times, so the shares are added" in stepper.sentence()
    assert stepper.sentence().endswith("so far.")


def test_the_stepper_refuses_what_it_cannot_draw():
    with pytest.raises(ValueError, match="there is no graph 'brain'"):
        GraphStepper("brain")
    with pytest.raises(ValueError, match="q is no input of the neuron; it has x, w, b, t"):
        GraphStepper(q=1)
    with pytest.raises(ValueError, match=r"w is 101\.0; give a number from −100 to 100"):
        GraphStepper(w=101)
    with pytest.raises(ValueError, match="w is nan"):
        GraphStepper(w=math.nan)
    with pytest.raises(ValueError, match="no surface 'hill'"):
        Descent("hill")
    with pytest.raises(ValueError, match="eta is 0; give a learning rate"):
        Descent(eta=0)


def test_the_walk_follows_the_numeric_gradient():
    walk = Descent(eta=0.07, steps=5, start=(1.5, -0.5))
    for before, after in zip(walk.path(), walk.path()[1:], strict=False):
        slope = numeric_gradient(walk.loss, np.array(before))
        np.testing.assert_allclose(after, np.array(before) - 0.07 * slope, atol=1e-8)


@pytest.mark.parametrize(("eta", "says"), [
    (0.02, "It converges, but slowly: a step keeps 98 % of the distance."), (0.15, "It converges; w2 jumps to and fro."),
    (0.2, "w2 swings from side to side for ever: η stands exactly on the edge."),
    (0.21, "w2 grows at every step: η is too large, it diverges."),
])  # fmt: skip
def test_the_verdict_on_a_learning_rate(eta, says):
    assert Descent(eta=eta, steps=9).sentence().endswith(says)


# JavaScript beside Python.


def test_numbers_are_written_alike(tmp_path):
    written = run_in_node(tmp_path, "answer(given.map(decimal));", NUMBERS_TO_WRITE, "decimals", "graph_stepper")
    assert written == [decimal(value) for value in NUMBERS_TO_WRITE]


def test_the_stepper_says_in_the_browser_what_python_says(tmp_path):
    made = [GraphStepper(graph, **numbers) for graph, numbers in STEPPERS]
    given = [[stepper._nodes, stepper.numbers, stepper.last_step] for stepper in made]
    program = """answer(given.map(([rows, numbers, last]) => {
      const nodes = readNodes(rows);
      return Array.from({ length: last + 1 }, (_, step) => {
        const now = stateOf(nodes, numbers, step);
        return [now.sentence, now.last, now.gradients];
      });
    }));"""
    for stepper, steps in zip(made, run_in_node(tmp_path, program, given, "decimals", "graph_stepper"), strict=True):
        for k, (sentence, last, _) in enumerate(steps):
            stepper.step = k
            assert (sentence, last) == (stepper.sentence(), stepper.last_step)
        gradients = stepper.gradients()
        assert steps[-1][2].keys() == gradients.keys()
        for name, value in steps[-1][2].items():
            assert value == pytest.approx(gradients[name], rel=1e-12, abs=1e-300)


def test_the_walk_is_the_same_in_the_browser(tmp_path):
    keys = ("surface", "eta", "steps", "start")
    given = [dict(zip(keys, case, strict=True)) for case in DESCENTS]
    program = "answer(given.map((now) => [describe(now), pathOf(now)]));"
    answers = run_in_node(tmp_path, program, given, "decimals", "descent")
    for (surface, eta, steps, start), (sentence, path) in zip(DESCENTS, answers, strict=True):
        walk = Descent(surface, eta=eta, steps=steps, start=start)
        assert sentence == walk.sentence()
        np.testing.assert_allclose(np.array(path, dtype=float), walk.path(), rtol=1e-12)  # JSON writes 1e20 as an int
