"""The notebook of live pictures that the tests open, and how they find and read one."""

import matplotlib.cbook
import matplotlib.pyplot as plt
import nbformat
import numpy as np

from dlkit.numpy_ops.convolution import conv2d_forward

RAMP = [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [5, 4, 3, 2, 1], [10, 9, 8, 7, 6]]
CORNERS = [[1, 0, -1], [0, 1, -1], [2, 0, 1]]
BINARY = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
CROSS = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
SOBEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
rng = np.random.default_rng(5)
RANDOM = [
    (rng.integers(-9, 10, (5, 6)).tolist(), rng.integers(-2, 3, (2, 3)).tolist()),
    (rng.normal(size=(4, 4)).round(3).tolist(), rng.normal(size=(3, 2)).round(3).tolist()),
]

# One cell each; the tests find a picture by its place in this list.
WORKED, BINARY_5, INTEGERS, FRACTIONS, PHOTO, ARITHMETIC, BROADCAST, TWIN_1, TWIN_2 = range(9)
CELLS = [
    "from dlkit.widgets.convolution import ArithmeticExplorer, SlidingWindow\n"
    "from dlkit.widgets.welcome import BroadcastingExplorer\n"
    "import matplotlib.cbook, matplotlib.pyplot as plt",
    f"SlidingWindow({RAMP}, {CORNERS})",
    f"SlidingWindow({BINARY}, {CROSS})",
    *(f"SlidingWindow({image}, {kernel}, padding=1, stride=2)" for image, kernel in RANDOM),
    f"SlidingWindow(plt.imread(matplotlib.cbook.get_sample_data('grace_hopper.jpg')), {SOBEL}, padding=1)",
    "ArithmeticExplorer()",
    "BroadcastingExplorer()",
    "twin = ArithmeticExplorer(7, 3, 2)\ntwin",
    "twin",
    "twin.S = 3\nprint(f'S is {twin.S}')",
]


def write_notebook(folder, cells):
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": kernel}, cells=[nbformat.v4.new_code_cell(c) for c in cells])
    path = folder / "widgets.ipynb"
    nbformat.write(notebook, path)
    return path


def picture(page, k):
    found = page.locator(".dl-widget").nth(k)
    found.scroll_into_view_if_needed()
    return found


def says(found):
    return found.locator(".dl-status").inner_text().replace("\u00a0", " ")


def set_field(found, label, value):
    found.get_by_role("spinbutton", name=label).fill(str(value))


def convolve(image, kernel, *, stride=1, padding=0):
    x, w = (np.asarray(a, dtype=float)[None, None] for a in (image, kernel))  # (1, 1, H, W), (1, 1, KH, KW)
    return conv2d_forward(x, w, stride=stride, padding=padding)[0][0, 0]


def photograph():
    colours = plt.imread(matplotlib.cbook.get_sample_data("grace_hopper.jpg"))  # (H, W, 3)
    return np.rint(colours.astype(float).mean(axis=2))
