"""Where windows stand on a padded signal or image: the arithmetic that convolution and pooling share."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dlkit.errors import ShapeError
from dlkit.shapes import per_axis, whole


class Windows(NamedTuple):
    """Where the windows of a kernel stand; each field has one number an axis: (along the height, along the width).

    Attributes
    ----------
    kernel, stride, dilation : tuple of int
        Cells of the kernel, from window to window, from kernel cell to kernel cell.
    before, padded : tuple of int
        Zeros before the first cell, and cells with all zeros counted.
    out : tuple of int
        Places along each axis.
    """

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    before: tuple[int, ...]
    padded: tuple[int, ...]
    out: tuple[int, ...]

    def inner(self, array: np.ndarray) -> tuple[slice, ...]:
        """The slices of the padded ``array`` that hold the array itself."""
        sizes = array.shape[-len(self.before) :]
        return tuple(slice(p, p + n) for p, n in zip(self.before, sizes, strict=True))

    def as_image(self) -> "Windows":
        """The windows of a signal as those of an image one pixel high."""
        return Windows(*((0 if field == "before" else 1, *value) for field, value in zip(self._fields, self, strict=True)))


def place(
    where: str,
    sizes,
    kernel,
    *,
    stride,
    padding,
    dilation,
    shapes: Callable[[], str],
    sides=("height", "width"),
    ceil_mode=False,
) -> Windows:
    """Read stride, padding and dilation and place the windows, or refuse what PyTorch refuses, before any arithmetic.

    ⌊(n + zeros − dilation·(f − 1) − 1) / stride⌋ + 1 places along each axis; ⌈…⌉ + 1 with ``ceil_mode``

    Parameters
    ----------
    where : str
        The operation's name; it opens the messages.
    sizes, kernel : tuple of int
        Cells of the input and of the kernel along each axis.
    stride, padding, dilation : int or tuple of int
        ``padding`` may be "same" or "valid".
    shapes : callable
        Gives the lines that list the arrays, for the end of a message.
    sides : tuple of str
        The axes' names.
    ceil_mode : bool
        Whether a last window may hang over the end, as long as it starts inside the input or the padding before it.

    Returns
    -------
    Windows

    Raises
    ------
    ShapeError
        When a number is out of range or the kernel is larger than the padded input.
    TypeError
        When an option is not made of whole numbers.

    Lesson: 05_convolution
    Source: Dumoulin and Visin, 2016, A guide to convolution arithmetic for deep learning, relationship 6 and section 5.1.
    """
    stride = per_axis(where, "stride", stride, least=1, sides=sides)
    dilation = per_axis(where, "dilation", dilation, least=1, sides=sides)
    span = tuple(d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True))
    if isinstance(padding, str) and padding == "same":
        if max(stride) > 1:
            raise ShapeError(f'{where}: padding="same" needs stride 1; give the padding as a number')
        before = tuple((s - 1) // 2 for s in span)  # an odd zero goes to the end, as in PyTorch
        padded = tuple(n + s - 1 for n, s in zip(sizes, span, strict=True))
    else:
        if isinstance(padding, str) and padding != "valid":
            raise ShapeError(f'{where}: padding is {padding!r}; give a whole number, "same" or "valid"')
        before = per_axis(where, "padding", 0 if isinstance(padding, str) else padding, least=0, sides=sides)
        padded = tuple(n + 2 * p for n, p in zip(sizes, before, strict=True))
    out = []
    for side, s, n, p, st, first in zip(sides, span, sizes, padded, stride, before, strict=True):
        places = (p - s + (st - 1 if ceil_mode else 0)) // st + 1
        if ceil_mode and (places - 1) * st >= n + first:
            places -= 1
        if places < 1:
            raise ShapeError(
                f"{where}: the kernel spans {s} cells along the {side}, the padded input has {p} ({n} + {p - n}).\n"
                f"{shapes()}\n  Try more padding or a smaller kernel."
            )
        out.append(places)
    return Windows(tuple(kernel), stride, dilation, before, padded, tuple(out))


def output_size(n: int, f: int, *, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Count the places where a filter of ``f`` cells fits on ``n`` padded cells.

    ⌊(n + 2·padding − dilation·(f − 1) − 1) / stride⌋ + 1

    Parameters
    ----------
    n, f : int
        Cells of the input and of the filter, along one axis.
    stride, padding, dilation : int
        Cells from window to window, zeros added on each side, cells from tap to tap of the filter.

    Returns
    -------
    int
        Rounded down, as every framework does: cells left over at the end are never seen.

    Raises
    ------
    ShapeError
        When the filter is larger than the padded input, or a number is out of range.
    TypeError
        When a number is not whole.

    Lesson: 05_convolution
    Source: Dumoulin and Visin, 2016, A guide to convolution arithmetic for deep learning, relationship 6.
    """
    sizes = whole("output_size", "n", n, least=0), whole("output_size", "f", f, least=1)
    options = {"stride": stride, "padding": padding, "dilation": dilation, "sides": ("length",)}
    return place("output_size", sizes[:1], sizes[1:], shapes=lambda: f"  n = {n}, f = {f}", **options).out[0]
