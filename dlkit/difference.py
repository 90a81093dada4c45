"""What differs between a student's result and the right one: count, type, shape, dtype, NaN or values, by letter and index."""

from dataclasses import dataclass

import numpy as np

from dlkit import svg
from dlkit.device import to_numpy
from dlkit.shapes import axes_in_words, label, parse

RELATIVE = 1e-4  # of the largest expected value: float32 answers pass, one wrong pixel does not
_LARGEST_PICTURE = 12


@dataclass(frozen=True)
class Difference:
    """One thing that is wrong with a result.

    Attributes
    ----------
    kind : str
        "count", "type", "shape", "dtype", "nan" or "value".
    text : str
        In words, with shapes by letter and the first wrong index.
    picture : str
        SVG of yours, expected and the difference, where the result is an image; else empty.
    """

    kind: str
    text: str
    picture: str = ""


def outputs(value, count: int) -> list | None:
    """Split what was returned into its parts; ``None`` when there are not ``count`` of them."""
    if count == 1:
        return [value]
    return list(value) if isinstance(value, tuple | list) and len(value) == count else None


def array(part) -> np.ndarray | None:
    """Read a list, number, array or tensor as a numeric array; ``None`` where it is none."""
    try:
        part = [to_numpy(p) for p in part] if isinstance(part, list | tuple) else to_numpy(part)
        found = np.asarray(part)
    except Exception:  # a ragged list, an object that cannot be read
        return None
    return found if found.dtype.kind in "biufc" else None


def close(a: np.ndarray, b: np.ndarray, relative: float = RELATIVE) -> bool:
    """Whether two arrays agree in shape and, to float32 accuracy, in value; NaN agrees with NaN, whole numbers are exact."""
    return a.shape == b.shape and not bool(np.any(_wrong(a, b, relative)))


def _wrong(a: np.ndarray, b: np.ndarray, relative: float) -> np.ndarray:
    exact = b.dtype.kind in "iub"
    a, b = _plain(a), _plain(b)
    finite = np.abs(b[np.isfinite(b)])
    with np.errstate(invalid="ignore"):
        agree = np.abs(a - b) <= (0 if exact else relative * (finite.max() if finite.size else 0) + 1e-9)
    return ~(agree | (a == b) | (np.isnan(a) & np.isnan(b)))


def _plain(a: np.ndarray) -> np.ndarray:
    return a.astype(np.complex128 if a.dtype.kind == "c" else np.float64)


def find_difference(value, wanted, spec: str, relative: float = RELATIVE) -> Difference | None:
    """Find the first thing wrong with a result, the coarsest kind first.

    Parameters
    ----------
    value : object
        What the student's function returned.
    wanted : number, array or tuple of them
        The right result.
    spec : str
        Names and letters of the parts: ``"dx[N C_in H W] dw[C_out C_in KH KW] db[C_out]"``.
    relative : float
        Largest difference allowed, as a share of the part's largest value.

    Returns
    -------
    Difference or None
    """
    names = parse(spec)
    right = outputs(wanted, len(names))
    parts = outputs(value, len(names))
    if parts is None:
        listed = ", ".join(name for name, _, _ in names)
        came = f"a {type(value).__name__} of {len(value)}" if isinstance(value, tuple | list) else _describe(value)
        return Difference("count", f"{len(names)} results are expected, ({listed}); yours returned {came}.")
    for (name, letters, _), part, expected in zip(names, parts, right, strict=True):
        found = _find_in_part(name, letters, part, expected, relative)
        if found is not None:
            return found
    return None


def _describe(value) -> str:
    found = array(value)
    if found is None or found.ndim == 0:
        return "one number" if found is not None else f"one {type(value).__name__}"
    return f"one array of shape {found.shape}"


def _find_in_part(name: str, letters: tuple[str, ...], part, expected, relative: float) -> Difference | None:
    if expected is None:
        text = f"{name} should be None: there is no such gradient here."
        return None if part is None else Difference("type", text)
    expected = np.asarray(expected)
    if isinstance(part, tuple) and (expected.ndim == 0 or len(part) != len(expected)):
        comma = " Is there a comma at the end of the line?" if len(part) == 1 else ""
        return Difference("count", f"One result is expected, {name}; yours returned a tuple of {len(part)}.{comma}")
    got = array(part)
    if got is None:
        wants = "a number" if expected.ndim == 0 else f"an array of numbers, {label(letters)} = {expected.shape}"
        return Difference("type", f"{name} should be {wants}; yours is a {type(part).__name__} that does not read as one.")
    if got.shape != expected.shape:
        return Difference("shape", _shape_text(name, letters, got.shape, expected.shape))
    if (text := _dtype_text(name, got, expected, relative)) is not None:
        return Difference("dtype", text)
    if np.isfinite(expected).all() and not np.isfinite(got).all():
        bad = ~np.isfinite(got)
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        what = "NaN (not a number)" if np.isnan(got[first]) else "infinite"
        count = f"; {bad.sum()} of {got.size} values are not finite" if got.size > 1 else ""
        causes = "a division by zero, a log of zero, zero times infinity or an overflow"
        text = f"{name}{_at(first, letters)} is {what}{count}. Look for {causes}."
        return Difference("nan", text)
    wrong = _wrong(got, expected, relative)
    if not wrong.any():
        return None
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    text = f"{name}{_at(first, letters)}: {_both(got[first], expected[first])}."
    if got.size > 1:
        text += f" {int(wrong.sum())} of {got.size} values differ."
    return Difference("value", text, _picture(letters, got, expected, wrong, first))


def _both(mine, right) -> str:
    """Two numbers that differ, with as many digits as it takes to see it."""
    if isinstance(right, np.bool_):
        return f"yours {bool(mine)}, expected {bool(right)}"
    texts = [(_number(mine, digits), _number(right, digits)) for digits in (4, 6, 9, 17)]
    mine, right = next((pair for pair in texts if pair[0] != pair[1]), texts[-1])
    return f"yours {mine}, expected {right}"


def _number(value, digits: int) -> str:
    whole = np.isreal(value) and np.isfinite(value) and value == np.round(value) and abs(value) < 1e15
    return (str(int(np.real(value))) if whole else f"{value:.{digits}g}").replace("-", "−")


def _at(index: tuple[int, ...], letters: tuple[str, ...]) -> str:
    if not index:
        return ""
    where = ", ".join(f"{letter} {i}" for letter, i in zip(letters, index, strict=True) if letter != "1")
    return f"[{', '.join(map(str, index))}] ({where})"


def _shape_text(name, letters, got, expected) -> str:
    if not expected:
        return f"{name} should be one number; yours is an array of shape {got}."
    text = f"{name} {label(letters)} should have shape {expected}; yours has {got}"
    if len(got) != len(expected):
        return f"{text}: {axes_in_words(len(got))} instead of {len(expected)}."
    called = ["the axis of size 1" if letter == "1" else letter for letter in letters]
    off = [f"{letter} is {g} instead of {e}" for letter, g, e in zip(called, got, expected, strict=True) if g != e]
    return f"{text}: {', '.join(off)}."


def _dtype_text(name, got, expected, relative) -> str | None:
    """Whole numbers where fractions are wanted, and the reverse; complex numbers; truth values."""
    whole, kind = expected.dtype.kind in "iu", got.dtype.kind
    if kind == "c" and expected.dtype.kind != "c":
        return f"{name} holds complex numbers; take the real part (.real) after an FFT."
    if kind == "b" and expected.dtype.kind != "b":
        return f"{name} holds True and False; numbers are expected."
    if expected.dtype.kind == "b" and kind in "iuf" and expected.ndim and np.array_equal(got, expected):
        zero, one = ("0.0", "1.0") if kind == "f" else ("0", "1")
        return (
            f"{name} holds {zero} and {one} ({got.dtype}) instead of False and True. To dlkit and PyTorch only truth values "
            "are a mask: floats are numbers to add to the scores, and hide nothing. A comparison makes truth values."
        )
    if whole and kind == "f" and np.array_equal(got, expected):
        if expected.ndim:
            return f"{name} holds floats ({got.dtype}) where whole numbers are expected: .astype(int) makes them so."
        return (
            f"{name} is a float ({got.ravel()[0]}) where a whole number is expected; use // or int(…), "
            "sizes and counts must be ints."
        )
    if (
        kind in "iu"
        and expected.dtype.kind == "f"
        and _wrong(got, expected, relative).any()
        and np.abs(got - expected).max() <= 1
    ):
        return (
            f"{name} holds whole numbers ({got.dtype}), so the fractions were cut off; "
            "make the result array with a float dtype."
        )
    return None


def _picture(letters, got, expected, wrong, first) -> str:
    """Yours, expected and difference side by side, for the image that holds the first wrong pixel."""
    if len(letters) < 2 or letters[-2][0] != "H" or letters[-1][0] != "W" or got.dtype.kind == "c":
        return ""
    image = first[:-2]
    top, left = (max(0, min(i - 2, n - _LARGEST_PICTURE)) for i, n in zip(first[-2:], got.shape[-2:], strict=True))
    window = (*image, slice(top, top + _LARGEST_PICTURE), slice(left, left + _LARGEST_PICTURE))
    mine, right, cell = got[window].astype(float), expected[window].astype(float), [(first[-2] - top, first[-1] - left)]
    limit = float(max(np.abs(mine).max(), np.abs(right).max()))
    alt = f"Your result, the expected one and the difference; {int(wrong[window].sum())} of {mine.size} pixels shown differ."
    panels = [("yours", mine, cell, limit), ("expected", right, cell, limit), ("yours − expected", mine - right, cell, None)]
    return svg.matrices([svg.Panel(*panel) for panel in panels], alt)


def constant_factor(mine: list[np.ndarray], right: list[np.ndarray]) -> float | None:
    """Find the one number by which every result is off.

    Parameters
    ----------
    mine, right : list of np.ndarray
        The results of all calls, a student's and the right ones.

    Returns
    -------
    float or None
        ``None`` where there is no such number.
    """
    if any(m.shape != r.shape or m.dtype.kind not in "iuf" for m, r in zip(mine, right, strict=True)):
        return None
    a, b = (np.concatenate([np.ravel(x).astype(float) for x in xs]) for xs in (mine, right))
    if a.size < 2 or not np.isfinite(a).all() or not (b != 0).any():
        return None
    factor = float(a @ b / (b @ b))
    factor = round(factor) if abs(factor - round(factor)) < 1e-6 else factor
    return factor if factor != 0 and f"{factor:.4g}" != "1" and close(a, factor * b) else None
