"""Pictures of matrices, plots and the benchmark's table."""

import xml.etree.ElementTree as ET

import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")

from dlkit import plot, svg


def test_matrices_are_well_formed_and_repeat():
    panels = [svg.Panel("a < b", np.array([[1.0, -2.5], [np.nan, 0]]), [(0, 1)]), svg.Panel("big", np.ones((30, 20)))]
    picture = svg.matrices(panels, 'He said "4 < 5" & left.')
    root = ET.fromstring(picture)
    assert root.attrib["aria-label"] == 'He said "4 < 5" & left.'
    assert "−2.50" in picture
    assert "NaN" in picture
    assert picture == svg.matrices(panels, 'He said "4 < 5" & left.')


@pytest.mark.parametrize(("value", "text"), [
    (3.0, "3"), (-0.25, "−0.25"), (0.0001, "1e−4"), (123456.0, "1e5"), (np.inf, "∞"), (-0.0, "0"), (123.4, "123"),
])  # fmt: skip
def test_numbers(value, text):
    assert svg.number(value) == text


def test_plots_return_their_axes():
    axes = plot.images([np.ones((3, 4)), np.ones((3, 4, 4))], ["grey", "colour"])
    assert [a.get_title() for a in axes] == ["grey", "colour"]
    rows = plot.gallery({"before": np.zeros((3, 2, 2)), "after": np.ones((2, 2, 2))})
    assert [len(a.get_images()) for a in rows] == [1, 1, 1, 1, 1, 0]
    assert [text.get_text() for a in rows for text in a.texts] == ["before", "after"]
    rows = plot.signals({"x": np.arange(4.0), "y": np.ones(4)}, xlabel="position, cells", ylabel="height")
    assert rows[-1].get_xlabel() == "position, cells"
    lines = plot.curves({"a": [1.0, 2.0], "b": ([0, 5], [3.0, 4.0])}, xlabel="epoch", ylabel="loss", yscale="log")
    assert [list(line.get_xdata()) for line in lines.get_lines()] == [[1, 2], [0, 5]]
    scatter = plot.points(np.eye(2), np.array([0, 1]), ["no", "yes"], xlabel="x₁", ylabel="x₂")
    assert [text.get_text() for text in scatter.get_legend().get_texts()] == ["no", "yes"]
    assert plot.times({"slow": 100.0, "fast": 1.0}).get_xscale() == "log"
    words = [text.get_text() for text in plot.receptive_field([("3", 3, 1), ("pool", 2, 2), ("3", 3, 1)]).texts]
    assert words == ["signal: 8 cells", "3: 6 cells", "pool: 3 cells", "3: 1 cell"]
    matplotlib.pyplot.close("all")


def test_live_curves_grow():
    live = plot.LiveCurves(xlabel="epoch", ylabel="loss")
    for value in (3.0, 2.0):
        live.add(training=value, new_images=value + 1)
    assert live.series == {"training": [3.0, 2.0], "new images": [4.0, 3.0]}
    assert not matplotlib.pyplot.get_fignums()
