"""One cell after another along time, in layers and in both directions: what all recurrent networks share."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dlkit.errors import ShapeError
from dlkit.numpy_ops.neurons import linear_backward, linear_forward
from dlkit.shapes import expect_floats, expect_shapes, expect_upstream, flag, listing, parse


@dataclass(frozen=True)
class Cell:
    """What one kind of recurrent network has that another has not.

    Attributes
    ----------
    gates : int
        How many blocks of H rows its weights have.
    states : tuple of str
        What it carries from step to step: ``("h",)`` or ``("h", "c")``. The first is what it shows.
    step : callable
        ``step(zx, zh, state) -> (state, saved)``: the next state from the two products ``zx`` = w_ih·x + b_ih and ``zh`` =
        w_hh·h + b_hh; ``saved`` is for the way back.
    step_backward : callable
        ``step_backward(dstate, saved) -> (dzx, dzh, dstate)``: the gradients of both products, and of the state before as far
        as it does not pass through ``zh``.
    adds : bool
        Whether a step only ever uses the sum of the products: then one gradient serves both.
    """

    gates: int
    states: tuple[str, ...]
    step: Callable
    step_backward: Callable
    adds: bool = True


def expect_cell(where: str, cell: Cell, x, state: tuple, weights: tuple) -> None:
    """Check the arrays of a single step.

    Parameters
    ----------
    where : str
        The operation's name; it opens the messages.
    cell : Cell
    x : np.ndarray, shape (N, D)
    state : tuple of np.ndarray, each of shape (N, H)
    weights : tuple
        w_ih, w_hh, b_ih, b_hh; the last two may be ``None``.

    Raises
    ------
    ShapeError, TypeError
    """
    spec = " ".join(["x[N D]", *[f"{name}[N H]" for name in cell.states], _weights_spec(cell)])
    _expect_arrays(where, cell, spec, (x, *state, *weights), weights)


def _weights_spec(cell: Cell, suffix: str = "", inputs: str = "D") -> str:
    rows = _times(cell.gates)
    return f"w_ih{suffix}[{rows} {inputs}] w_hh{suffix}[{rows} H] b_ih{suffix}[{rows}]? b_hh{suffix}[{rows}]?"


def _times(count: int) -> str:
    """The letter of so many sizes H in a row: ``4H``."""
    return f"{count}H" if count > 1 else "H"


def _expect_arrays(where: str, cell: Cell, spec: str, arrays: tuple, weights: tuple, **known: int) -> None:
    shape = getattr(weights[1], "shape", ())
    if len(shape) == 2:  # any other number of axes is refused below
        known |= {_times(count): count * shape[1] for count in (2, cell.gates) if count > 1}
    sizes = expect_shapes(where, spec, *arrays, owner="the weights", **known)
    floats = {name: array for (name, _, _), array in zip(parse(spec), arrays, strict=True) if name != "mask"}
    expect_floats(where, **floats)
    for letter in "DH":
        if not sizes[letter]:
            raise ShapeError(f"{where}: {letter} is 0, there is nothing to read or to remember.\n{listing(spec, *arrays)}")


def expect_sequences(where: str, cell: Cell, x, start: tuple, mask, weights: tuple, bidirectional: bool) -> int:
    """Check the arrays of a whole run.

    Parameters
    ----------
    where, cell, x, start, mask, weights, bidirectional
        As in :func:`unroll`.

    Returns
    -------
    int
        The number of directions.

    Raises
    ------
    ShapeError, TypeError, ValueError
    """
    directions = 2 if flag(where, "bidirectional", bidirectional) else 1
    runs, rest = divmod(len(weights), 4)
    if rest or not runs or runs % directions:
        each = "direction, forward and backward, of every layer" if directions == 2 else "layer"
        raise TypeError(f"{where}: {len(weights)} weights came; give w_ih, w_hh, b_ih, b_hh for each {each}, None for no b")
    states = [f"{name}0[layers·directions N H]?" for name in cell.states]
    spec = ["x[N T D]", *states, "mask[N T]?"]
    for k in range(runs):
        layer, reverse = divmod(k, directions)
        inputs = _times(directions) if layer else "D"
        spec.append(_weights_spec(cell, f"_l{layer}{'_reverse' * reverse}", inputs))
    spec, arrays = " ".join(spec), (x, *start, mask, *weights)
    _expect_arrays(where, cell, spec, arrays, weights, **{"layers·directions": runs})
    if not x.shape[1]:
        raise ShapeError(f"{where}: T is 0, there is no step to take.\n{listing(spec, *arrays)}")
    if mask is not None:
        _expect_lengths(where, mask)
    return directions


def _expect_lengths(where: str, mask) -> None:
    if not isinstance(mask, np.ndarray) or mask.dtype != bool:
        kind = getattr(mask, "dtype", type(mask).__name__)
        raise TypeError(f"{where}: mask holds {kind}, not booleans; give True while a sequence lasts, False after its end")
    odd = ~mask[:, 0] | (mask[:, 1:] > mask[:, :-1]).any(axis=1)  # (N,)
    if odd.any():
        n = int(odd.argmax())
        raise ShapeError(
            f"{where}: mask[{n}] is {mask[n].astype(int)}: a sequence starts at its first step and ends once. "
            "Give Trues, at least one, then Falses; try np.arange(T) < lengths[:, None]"
        )


def unroll(where: str, cell: Cell, x, start: tuple, mask, weights: tuple, bidirectional: bool):
    """Run a recurrent network over a batch of sequences.

    Parameters
    ----------
    where : str
        The operation's name; it opens the messages.
    cell : Cell
    x : np.ndarray, shape (N, T, D)
    start : tuple of np.ndarray or None, each of shape (layers·directions, N, H)
        The first state; ``None`` for zeros.
    mask : np.ndarray or None, shape (N, T)
        True while the sequence lasts.
    weights : tuple
        Four for each layer and direction.
    bidirectional : bool

    Returns
    -------
    outputs : tuple of np.ndarray
        y, shape (N, T, directions·H), and the last state, each part of shape (layers·directions, N, H).
    cache : tuple
        For :func:`back_through_time`.

    Raises
    ------
    ShapeError, TypeError, ValueError

    Notes
    -----
    Inside, time comes first, so that a step lies in one piece. The backward direction is the forward one on the sequence
    turned round. Where the mask is False the state stands still: at the end it is what it was at each sequence's own end, and
    the backward direction, which meets the Falses first, starts there.
    """
    directions = expect_sequences(where, cell, x, start, mask, weights, bidirectional)
    alive = None if mask is None else mask.T[..., None]  # (T, N, 1)
    y = x.swapaxes(0, 1)  # (T, N, D)
    if mask is not None:
        y = np.where(alive, y, 0)  # whatever stands after the end, even NaN, it counts for nothing
    n, width = len(x), weights[1].shape[1]
    caches, ends = [], []
    for k in range(0, len(weights) // 4, directions):
        shown = np.empty((len(y), n, directions * width), x.dtype)  # (T, N, directions·H)
        for run, turn, columns in _directions(k, directions, width):
            state = tuple(np.zeros((n, width), x.dtype) if part is None else part[run] for part in start)
            here = None if alive is None else alive[turn]
            h, end, cache = _run(cell, y[turn], state, here, *weights[4 * run : 4 * run + 4])
            shown[turn, :, columns] = h
            caches.append(cache)
            ends.append(end)
        y = shown
    y = np.ascontiguousarray(y.swapaxes(0, 1))  # (N, T, directions·H)
    if mask is not None:
        y[~mask] = 0
    outputs = (y, *map(np.stack, zip(*ends, strict=True)))
    absent = tuple(part is None for part in start)
    return outputs, (cell, [part.shape for part in outputs], mask, absent, directions, caches)


def _directions(first: int, directions: int, width: int):
    """For each direction of a layer its number among all, how to turn time, and its columns of the output."""
    for d in range(directions):
        yield first + d, slice(None, None, (1, -1)[d]), slice(d * width, (d + 1) * width)


def _run(cell: Cell, x, state: tuple, alive, w_ih, w_hh, b_ih, b_hh):
    """One layer in one direction; x has shape (T, N, D)."""
    zx, linear = linear_forward(_rows(x), w_ih, b_ih)  # every step's product at once: (T·N, gates·H)
    zx = zx.reshape(*x.shape[:2], len(w_ih))  # (T, N, gates·H)
    h = np.empty((len(x) + 1, *state[0].shape), x.dtype)  # (T + 1, N, H), from the first state on
    h[0] = state[0]
    saved = []
    for t in range(len(x)):
        zh = h[t] @ w_hh.T  # (N, gates·H)
        if b_hh is not None:
            zh += b_hh
        new, kept = cell.step(zx[t], zh, state)
        state = new if alive is None else _choose(alive[t], new, state)
        h[t + 1] = state[0]
        saved.append(kept)
    return h[1:], state, (linear, h, saved, w_hh, b_hh is not None)


def _choose(alive: np.ndarray, new: tuple, old: tuple) -> tuple:
    """The new state of the sequences that last, the old one of those that are over."""
    return tuple(np.where(alive, a, b) for a, b in zip(new, old, strict=True))


def back_through_time(where: str, dy: tuple, cache: tuple) -> tuple:
    """Send the gradients of :func:`unroll`'s outputs back, from the last step to the first.

    Parameters
    ----------
    where : str
        The operation's name; it opens the messages.
    dy : tuple of np.ndarray or None
        One for each output; ``None`` stands for zeros.
    cache : tuple
        From :func:`unroll`.

    Returns
    -------
    tuple of np.ndarray or None
        The gradients of x, of each part of the first state, ``None`` for the mask, and those of the weights.

    Raises
    ------
    ShapeError, TypeError
    """
    cell, shapes, mask, absent, directions, caches = cache
    dtype, width = caches[0][1].dtype, shapes[1][2]
    names = ("y", *[f"{name}_n" for name in cell.states])
    dy, *dend = upstreams(where, dy, dict(zip(names, shapes, strict=True)), dtype)
    alive = None if mask is None else mask.T[..., None]  # (T, N, 1)
    dy = dy.swapaxes(0, 1) if mask is None else np.where(alive, dy.swapaxes(0, 1), 0)  # (T, N, directions·H)
    dstart, dweights = [None] * len(caches), [None] * len(caches)
    for k in reversed(range(0, len(caches), directions)):
        dx = 0
        for run, turn, columns in _directions(k, directions, width):
            here = None if alive is None else alive[turn]
            end = tuple(part[run] for part in dend)
            own, dstart[run], dweights[run] = _run_back(cell, dy[turn, :, columns], end, here, caches[run])
            dx = dx + own[turn]
        dy = dx
    dstart = [None if gone else np.stack(part) for gone, part in zip(absent, zip(*dstart, strict=True), strict=True)]
    dx = np.ascontiguousarray(dy.swapaxes(0, 1))  # (N, T, D)
    return (dx, *dstart, None, *[gradient for four in dweights for gradient in four])


def upstreams(where: str, dy: tuple, shapes: dict[str, tuple], dtype) -> list[np.ndarray]:
    """Insist on one upstream gradient, or ``None``, for each of several results.

    Parameters
    ----------
    where : str
        The backward's name; it opens the messages.
    dy : tuple of np.ndarray or None
    shapes : dict of str to tuple of int
        The shape of each result by name.
    dtype : np.dtype

    Returns
    -------
    list of np.ndarray
        With zeros for ``None``.

    Raises
    ------
    ShapeError, TypeError
    """
    if not isinstance(dy, tuple) or len(dy) != len(shapes):
        names = ", ".join(f"d{name}" for name in shapes)
        came = f"{len(dy)} came" if isinstance(dy, tuple) else f"a {type(dy).__name__} came"
        raise TypeError(f"{where}: {came}; give the tuple ({names}), with None for a result the loss does not use")
    return [
        np.zeros(shape, dtype) if part is None else expect_upstream(where, part, shape, dtype, name=f"d{name}", of=name)
        for part, (name, shape) in zip(dy, shapes.items(), strict=True)
    ]


def _run_back(cell: Cell, dy, dstate: tuple, alive, cache: tuple):
    """One layer in one direction; dy has shape (T, N, H)."""
    linear, h, saved, w_hh, has_bias = cache
    dzx = np.empty((*dy.shape[:2], len(w_hh)), h.dtype)  # (T, N, gates·H)
    dzh = dzx if cell.adds else np.empty_like(dzx)
    for t in reversed(range(len(dy))):
        later = (dstate[0] + dy[t], *dstate[1:])  # h[t] is shown, and it is remembered
        live = later if alive is None else _choose(alive[t], later, (0,) * len(later))
        dzx[t], dzh[t], before = cell.step_backward(live, saved[t])
        before = (dzh[t] @ w_hh + before[0], *before[1:])
        dstate = before if alive is None else _choose(alive[t], before, later)
    dx, dw_ih, db_ih = linear_backward(_rows(dzx), linear)
    dw_hh = _rows(dzh).T @ _rows(h[:-1])  # (gates·H, H): every step's share at once
    db_hh = _rows(dzh).sum(axis=0) if has_bias else None  # (gates·H,)
    return dx.reshape(*dy.shape[:2], dx.shape[1]), dstate, (dw_ih, dw_hh, db_ih, db_hh)


def _rows(a: np.ndarray) -> np.ndarray:
    """All steps of all sequences one below another, for one large product instead of many: (T, N, …) becomes (T·N, …)."""
    return a.reshape(-1, a.shape[2])
