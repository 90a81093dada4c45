"""What a loss of a prediction and its target checks first."""

from math import prod

from dlkit.errors import ShapeError
from dlkit.numpy_ops.reduction import expect_reduction
from dlkit.shapes import expect_floats, expect_same_shape


def expect_pair(where: str, x, target, *, reduction: str, others: tuple[str, ...] = (), w=None) -> None:
    """Insist on a target, and a weight if there are weights, for each number of ``x``, and on a known reduction.

    Parameters
    ----------
    where : str
        The operation's name; it opens the messages.
    x, target, w : np.ndarray
        ``w`` may be ``None``.
    reduction : str
    others : tuple of str
        Reductions besides the usual three.

    Raises
    ------
    ShapeError
        When shapes differ. PyTorch stretches ``x`` and ``target`` to fit each other and only warns.
    TypeError
        For anything but floating-point arrays of one dtype.
    ValueError
        For another reduction.
    """
    try:
        expect_same_shape(where, x=x, target=target, w=w)
    except ShapeError as error:
        why = "Stretched to fit, numbers would meet targets that are not theirs, and the loss would look plausible."
        same = tuple(x.shape) != tuple(target.shape) and prod(x.shape) == prod(target.shape)  # as many numbers, in other rows
        tip = " If the numbers are in order, try target.reshape(x.shape)." if same else ""
        raise ShapeError(f"{error}\n{why}{tip}") from None
    expect_floats(where, x=x, target=target, w=w)
    expect_reduction(where, reduction, *others)
