"""The tape as plain data and as a picture."""

from xml.etree import ElementTree

import numpy as np

from dlkit.autodiff import Variable, draw, graph


def neuron():
    w, x, b = Variable(2.0, name="w"), Variable(-1.5, name="x"), Variable(0.5, name="b")
    z = w * x + b
    z.name = "z"
    loss = 0.5 * (1 / (1 + (-z).exp()) - 1.0) ** 2
    loss.name = "L"
    return loss


def test_a_graph_is_plain_data():
    loss = neuron()
    loss.backward()
    nodes, edges = graph(loss)
    names = [node.name or node.op for node in nodes]
    assert names == ["w", "x", "multiply", "b", "z", "negate", "exp", "1 add", "1 divide", "subtract 1", "power 2", "L"]
    assert [(names[start], names[end]) for start, end in edges][:4] == [
        ("w", "multiply"), ("x", "multiply"), ("multiply", "z"), ("b", "z"),
    ]  # fmt: skip
    assert all(start < end for start, end in edges)
    assert nodes[-1].grad == 1


def test_a_drawing_is_svg_with_words_and_repeats_to_the_byte():
    loss = neuron()
    before = draw(loss)
    loss.backward()
    drawing = draw(loss)
    ElementTree.fromstring(drawing)
    assert drawing == draw(loss) == drawing._repr_svg_()
    assert "gradient" not in before.alt
    for words in (
        "A computation graph of 12 variables, from left to right: ",
        "w, value 2, gradient 0.10",
        "z = +",
        "L = 0.5 ×",
    ):
        assert words in drawing.alt
    assert repr(drawing) == drawing.alt


def test_boxes_do_not_overlap_and_arrows_pass_between_them():
    rng = np.random.default_rng(0)
    x = Variable(rng.standard_normal((5, 3)), name="<x>")
    h = (x @ Variable(rng.standard_normal((3, 2)), name="w")).tanh()
    loss = ((h - h.max(axis=1, keepdims=True)) * h + x.sum()).mean()
    loss.backward()
    root = ElementTree.fromstring(draw(loss))
    boxes = [
        {k: float(v) for k, v in r.attrib.items() if k in ("x", "y", "width", "height")} for r in root.iter() if r.get("x")
    ]
    boxes = [b for b in boxes if "width" in b]
    assert len(boxes) == len(graph(loss).nodes)
    for k, a in enumerate(boxes):
        assert a["x"] >= 0
        assert a["x"] + a["width"] <= float(root.get("width"))
        assert a["y"] + a["height"] <= float(root.get("height"))
        for b in boxes[k + 1 :]:
            apart = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
            assert apart or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]


def test_one_variable_alone_can_be_drawn():
    assert draw(Variable(1.0)).alt == "A computation graph of 1 variable, from left to right: input, value 1."
    draw(Variable(np.zeros((0, 3))))
