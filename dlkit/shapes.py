"""The axis letters of the course, and the check that every operation makes before any arithmetic.

One letter stands for one size everywhere: N batch, C channels, H and W image height and width, KH and KW kernel height
and width, D features, T time, V vocabulary, K classes, L length of a signal.
"""

import re
from numbers import Integral, Real

import numpy as np

from dlkit.errors import ShapeError

_LARGEST = float(np.finfo(np.float64).max)
_ARRAY = re.compile(r"(\w+)\[([^\]]*)\](\?)?")


def parse(spec: str) -> list[tuple[str, tuple[str, ...], bool]]:
    """Read ``"x[N C_in H W] b[C_out]?"`` as ``[(name, letters, optional), …]``.

    Parameters
    ----------
    spec : str
        Array names, each with its axis letters in brackets; a ``?`` behind an array lets it be ``None``.

    Returns
    -------
    list of (str, tuple of str, bool)
    """
    return [(name, tuple(axes.split()), bool(optional)) for name, axes, optional in _ARRAY.findall(spec)]


def label(letters: tuple[str, ...]) -> str:
    """Write axis letters the way Python writes a shape: ``(N, C, H, W)``, ``(N,)``."""
    return f"({letters[0]},)" if len(letters) == 1 else f"({', '.join(letters)})"


def listing(spec: str, *arrays) -> str:
    """One line an array: its name, its letters, its shape; for the end of an error message."""
    pairs = zip(parse(spec), arrays, strict=True)
    return "\n".join(f"  {name} {label(letters)} = {tuple(a.shape)}" for (name, letters, _), a in pairs if a is not None)


def expect_shapes(where: str, spec: str, *arrays, owner: str = "the options", **known: int) -> dict[str, int]:
    """Bind every axis letter to one size, or say which two arrays disagree.

    Parameters
    ----------
    where : str
        The operation's name; it opens the message.
    spec : str
        As in :func:`parse`: ``"x[N C_in H W] w[C_out C_in KH KW] b[C_out]?"``. A first letter ``...`` stands for any number
        of axes.
    *arrays : array
        Anything with a ``shape``, in the order of ``spec``.
    owner : str
        Where the sizes in ``known`` come from, for the message.
    **known : int
        Sizes fixed beforehand by something else than these arrays.

    Returns
    -------
    dict of str to int
        The size of each letter.

    Raises
    ------
    ShapeError
        When a number of axes is off, or a letter has two sizes. Every shape is listed by letter.
    TypeError
        When a required array is ``None`` or has no ``shape``.
    """
    wanted = parse(spec)
    if len(wanted) != len(arrays):
        raise TypeError(f"{where}: {spec!r} names {len(wanted)} arrays, {len(arrays)} came")
    for (name, _letters, optional), array in zip(wanted, arrays, strict=True):
        if array is None and optional:
            continue
        if not hasattr(array, "shape"):
            raise TypeError(f"{where}: {name} is a {type(array).__name__}, not an array; try np.asarray({name}, dtype=float)")
    sizes: dict[str, tuple[int, str]] = {letter: (size, owner) for letter, size in known.items()}
    for (name, letters, _), array in zip(wanted, arrays, strict=True):
        if array is None:
            continue
        shape = tuple(array.shape)
        if letters[:1] == ("...",) and len(shape) >= len(letters) - 1:
            letters, shape = letters[1:], shape[len(shape) - len(letters) + 1 :]
        if len(shape) != len(letters):
            advice = _axis_advice(name, letters, shape)
            raise ShapeError(
                f"{where}: {name} has {axes_in_words(len(shape))}, {len(letters)} expected.{advice}\n{listing(spec, *arrays)}"
            )
        for letter, size in zip(letters, shape, strict=True):
            first, owner = sizes.setdefault(letter, (size, name))
            if first != size:
                raise ShapeError(f"{where}: {letter} is {first} in {owner} but {size} in {name}.\n{listing(spec, *arrays)}")
    return {letter: size for letter, (size, _) in sizes.items()}


def axes_in_words(count: int) -> str:
    """Write a number of axes: ``1 axis``, ``2 axes``."""
    return "1 axis" if count == 1 else f"{count} axes"


def _axis_advice(name: str, letters: tuple[str, ...], shape: tuple[int, ...]) -> str:
    if len(shape) == len(letters) - 1:
        return f" For a missing {letters[0]} axis of one, try {name}[None]."
    if len(shape) == len(letters) + 1 and 1 in shape:
        return f" To drop the axis of size 1, try {name}.squeeze({shape.index(1)})."
    return ""


def whole(where: str, name: str, value, *, least: int) -> int:
    """Read an option that is one whole number.

    Parameters
    ----------
    where, name : str
        The operation and the option, for the message.
    value : int
    least : int
        The smallest value allowed.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        When it is not a whole number.
    ShapeError
        When it is below ``least``.
    """
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{where}: {name} is {value!r}; give a whole number")
    if value < least:
        raise ShapeError(f"{where}: {name} is {value}; the smallest allowed is {least}")
    return int(value)


def per_axis(where: str, name: str, value, *, least: int, sides: tuple[str, ...] = ("height", "width")) -> tuple[int, ...]:
    """Read an option given as one whole number for all axes, or as one for each.

    Parameters
    ----------
    where, name : str
        The operation and the option, for the message.
    value : int or tuple of int
        In pixels.
    least : int
        The smallest value allowed.
    sides : tuple of str
        The axes' names.

    Returns
    -------
    tuple of int
        One number an axis.

    Raises
    ------
    TypeError
        When it is not made of whole numbers.
    ShapeError
        When a number is below ``least``, or there are not as many as axes.
    """
    values = tuple(value) if isinstance(value, tuple | list) else (value,) * len(sides)
    if len(values) != len(sides):
        wanted = f"one, or one for each of {' and '.join(sides)}" if len(sides) > 1 else "one"
        raise ShapeError(f"{where}: {name} has {len(values)} numbers, {value!r}; give {wanted}")
    return tuple(whole(where, name, v, least=least) for v in values)


def number(where: str, name: str, value, *, least: float | None = None, most: float | None = None) -> float:
    """Read an option that is one real number.

    Parameters
    ----------
    where, name : str
        The operation and the option, for the message.
    value : float
    least, most : float, optional
        The bounds, both allowed. Infinity is allowed only where it is one of them.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        When it is not a number.
    ValueError
        When it is out of bounds, infinite or not a number.
    """
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{where}: {name} is {value!r}; give a number")
    low, high = (-_LARGEST if least is None else least), (_LARGEST if most is None else most)
    if not low <= value <= high:
        bounds = {
            (True, True): "any finite number", (False, True): f"at least {low:g}", (True, False): f"at most {high:g}",
            (False, False): f"{low:g} to {high:g}",
        }[least is None, most in (None, np.inf)]  # fmt: skip
        raise ValueError(f"{where}: {name} is {value}; {bounds} is allowed")
    return float(value)


def flag(where: str, name: str, value) -> bool:
    """Read an option that is on or off.

    Parameters
    ----------
    where, name : str
        The operation and the option, for the message.
    value : bool

    Returns
    -------
    bool

    Raises
    ------
    TypeError
        When it is neither ``True`` nor ``False``: "no" would count as yes.
    """
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{where}: {name} is {value!r}; give True or False")
    return bool(value)


def one_of(where: str, name: str, value: str, *choices: str) -> str:
    """Read an option that is one word of a few.

    Parameters
    ----------
    where, name : str
        The operation and the option, for the message.
    value : str
    *choices : str

    Returns
    -------
    str

    Raises
    ------
    ValueError
        When it is none of them.
    """
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{where}: {name} is {value!r}; give {' or '.join(repr(choice) for choice in choices)}")
    return value


def expect_same_shape(where: str, **arrays) -> None:
    """Insist on arrays of one shape: what NumPy would stretch silently is refused.

    Parameters
    ----------
    where : str
        The operation's name; it opens the message.
    **arrays : np.ndarray or None
        The arrays by name; ``None`` is passed over.

    Raises
    ------
    ShapeError
        With every shape by name.
    TypeError
        When one has no ``shape``.
    """
    for name, array in arrays.items():
        if array is not None and not hasattr(array, "shape"):
            raise TypeError(f"{where}: {name} is a {type(array).__name__}, not an array; try np.asarray({name}, dtype=float)")
    shapes = {name: tuple(array.shape) for name, array in arrays.items() if array is not None}
    if len(set(shapes.values())) > 1:
        lines = "\n".join(f"  {name} = {shape}" for name, shape in shapes.items())
        raise ShapeError(f"{where}: {' and '.join(shapes)} must have one shape.\n{lines}")


def expect_upstream(where: str, dy, shape: tuple[int, ...], dtype, *, name: str = "dy", of: str = "y") -> np.ndarray:
    """Insist on an upstream gradient of the shape and dtype of the result it belongs to.

    Parameters
    ----------
    where : str
        The backward's name; it opens the message.
    dy : np.ndarray, or a Python number for a result that is one number
    shape : tuple of int
        The result's.
    dtype : np.dtype
        The result's.
    name, of : str
        What the gradient and the result are called.

    Returns
    -------
    np.ndarray, of that shape and dtype

    Raises
    ------
    ShapeError
        For another shape.
    TypeError
        For another dtype, or no array.
    """
    if shape == () and isinstance(dy, int | float):
        return np.asarray(dy, dtype)
    expect_floats(where, **{of: np.empty(0, dtype), name: dy})
    if dy.shape != tuple(shape):
        raise ShapeError(f"{where}: {name} has shape {dy.shape}, {of} had {tuple(shape)}")
    return dy


def expect_whole_numbers(where: str, **arrays) -> None:
    """Insist on NumPy arrays of whole numbers, such as labels and indices.

    Parameters
    ----------
    where : str
        The operation's name; it opens the message.
    **arrays : np.ndarray or None
        The arrays by name; ``None`` is passed over.

    Raises
    ------
    TypeError
        For a list, a tensor, booleans or floating-point numbers.
    """
    for name, array in arrays.items():
        if array is None:
            continue
        _expect_numpy(where, name, array, f"np.asarray({name})")
        if array.dtype.kind not in "iu":
            raise TypeError(f"{where}: {name} holds {array.dtype}, not whole numbers; try {name}.astype(np.int64)")


def expect_below(where: str, name: str, array: np.ndarray, size: int, letter: str) -> None:
    """Insist on whole numbers from 0 to ``size`` − 1, the positions along an axis.

    Parameters
    ----------
    where, name : str
        The operation and the array, for the message.
    array : np.ndarray
        Whole numbers.
    size : int
        Length of the axis.
    letter : str
        The axis's letter.

    Raises
    ------
    ShapeError
        Names the first number out of range and its index.
    """
    outside = (array < 0) | (array >= size)
    if outside.any():
        first = tuple(int(k) for k in np.argwhere(outside)[0])
        at = "" if array.ndim == 0 else f"[{', '.join(map(str, first))}]"
        raise ShapeError(f"{where}: {name}{at} is {array[first]}, but {letter} is {size}: give 0 to {size - 1}")


def _expect_numpy(where: str, name: str, array, tip: str) -> None:
    kind = type(array)
    if kind.__module__.partition(".")[0] != "numpy" or not hasattr(array, "dtype"):
        tip = f"to_numpy({name})" if kind.__module__.partition(".")[0] == "torch" else tip
        called = f"{kind.__module__}.{kind.__name__}".removeprefix("builtins.")
        raise TypeError(f"{where}: {name} is a {called}, not a NumPy array; try {tip}")


def expect_floats(where: str, **arrays) -> None:
    """Insist on floating-point NumPy arrays of one dtype, as PyTorch does.

    Parameters
    ----------
    where : str
        The operation's name; it opens the message.
    **arrays : np.ndarray or None
        The arrays by name; ``None`` is passed over.

    Raises
    ------
    TypeError
        For a list, a tensor, integers, or a mixture of float32 and float64.
    """
    found: dict[str, str] = {}
    for name, array in arrays.items():
        if array is None:
            continue
        _expect_numpy(where, name, array, f"np.asarray({name}, dtype=float)")
        if array.dtype.kind != "f":
            dtypes = [getattr(other, "dtype", None) for other in arrays.values()]
            wanted = next((dtype.name for dtype in dtypes if getattr(dtype, "kind", "") == "f"), "float32")
            raise TypeError(f"{where}: {name} holds {array.dtype}, not floating-point numbers; try {name}.astype(np.{wanted})")
        if not array.dtype.isnative:
            raise TypeError(f"{where}: {name} holds bytes in foreign order; try {name}.astype(np.{array.dtype.name})")
        found.setdefault(array.dtype.name, name)
    if len(found) > 1:
        (first, name), (second, other) = list(found.items())[:2]
        raise TypeError(f"{where}: {name} is {first} but {other} is {second}; try {other}.astype(np.{first})")
