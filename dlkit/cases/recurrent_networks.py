"""Inputs for recurrent networks."""

from functools import partial

import numpy as np

from dlkit.cases.case import Case, distinct_sizes


def weights(gates: int, d: int, h: int, layers: int = 1, directions: int = 1, offsets: tuple[bool, bool] = (True, True)):
    """The shapes of a recurrent network's weights in PyTorch's flat order.

    Parameters
    ----------
    gates : int
        Blocks of h rows in each.
    d, h : int
        Sizes of input and state.
    layers, directions : int
    offsets : pair of bool
        Whether there is a b_ih, and a b_hh.

    Returns
    -------
    list of tuple of int or None
    """
    shapes = []
    for run in range(layers * directions):
        inputs = d if run < directions else directions * h
        shapes += [(gates * h, inputs), (gates * h, h), *[(gates * h,) if there else None for there in offsets]]
    return shapes


def lasting(*lengths: int, steps: int):
    """A function that gives the mask of sequences of these lengths."""
    return lambda rng: np.arange(steps) < np.array(lengths, int)[:, None]


def zeros(*shape: int):
    """A function that gives zeros: every sum is 0, where ReLU has its kink."""
    return lambda rng: np.zeros(shape)


def cell_cases(gates: int, states: int) -> list[Case]:
    """What every cell is tried on.

    Parameters
    ----------
    gates, states : int
        Blocks of H rows in its weights, and parts of its state.

    Returns
    -------
    list of Case
    """

    def case(name, n=3, d=2, h=5, scale=1.0, **changes):
        return Case(name, ((n, d), *[(n, h)] * states, *weights(gates, d, h, **changes)), scale=scale)

    return [
        case("ordinary"),
        case("no offsets", offsets=(False, False)),
        case("one offset", offsets=(False, True)),
        case("smallest", 1, 1, 1),
        case("empty batch", 0),
        case("extreme", scale=1000.0),
    ]


def sequence_cases(gates: int, states: int) -> list[Case]:
    """What every recurrent network is tried on.

    Parameters
    ----------
    gates, states : int
        As in :func:`cell_cases`.

    Returns
    -------
    list of Case
    """

    def case(name, n=3, t=5, d=2, h=4, start=True, lengths=None, layers=1, directions=1, scale=1.0, **changes):
        first = (layers * directions, n, h) if start else None
        mask = lasting(*lengths, steps=t) if lengths else None
        shapes = ((n, t, d), *[first] * states, mask, *weights(gates, d, h, layers, directions, **changes))
        return Case(name, shapes, {"bidirectional": True} if directions == 2 else {}, scale=scale)

    return [
        case("ordinary", lengths=(3, 5, 2)),
        case("no mask, from zeros", start=False),
        case("no offsets", offsets=(False, False)),
        case("one offset", offsets=(True, False)),
        case("smallest", 1, 1, 1, 1, lengths=(1,)),
        case("one step", t=1),
        case("empty batch", 0),
        case("extreme", scale=1000.0),
        case("all over before the last step", lengths=(2, 4, 1)),
        case("two layers", layers=2),
        case("bidirectional", directions=2),
        case("bidirectional, lengths, from zeros", directions=2, start=False, lengths=(2, 5, 4)),
        case("everything", layers=3, directions=2, lengths=(4, 1, 5), offsets=(False, True)),
    ]


def random_cell(rng: np.random.Generator, gates: int, states: int) -> Case:
    """A cell of random sizes.

    Parameters
    ----------
    rng : np.random.Generator
    gates, states : int
        As in :func:`cell_cases`.

    Returns
    -------
    Case
    """
    n, d, h = distinct_sizes(rng, 3, 1, 6)
    return Case("random", ((n, d), *[(n, h)] * states, *weights(gates, d, h, offsets=tuple(rng.random(2) < 0.7))))


def random_sequences(rng: np.random.Generator, gates: int, states: int) -> Case:
    """A network and sequences of random sizes and lengths.

    Parameters
    ----------
    rng : np.random.Generator
    gates, states : int
        As in :func:`cell_cases`.

    Returns
    -------
    Case
    """
    n, t, d, h = distinct_sizes(rng, 4, 1, 6)
    layers, directions = (int(v) for v in rng.integers(1, 3, 2))
    lengths = rng.integers(1, t + 1, n)
    mask = lasting(*lengths, steps=t) if rng.random() < 0.6 else None
    start = [(layers * directions, n, h) if rng.random() < 0.7 else None for _ in range(states)]
    shapes = ((n, t, d), *start, mask, *weights(gates, d, h, layers, directions, tuple(rng.random(2) < 0.7)))
    return Case("random", shapes, {"bidirectional": directions == 2})


def workloads(name: str, gates: int, states: int) -> dict[str, list[Case]]:
    """What the benchmark times: 64 sequences of 64 steps, 128 numbers a step, 256 in the state.

    Parameters
    ----------
    name : str
        The operation on sequences.
    gates, states : int
        As in :func:`cell_cases`.

    Returns
    -------
    dict of str to list of Case
    """
    n, t, d, h = 64, 64, 128, 256
    four, flops = weights(gates, d, h), 3 * 2 * n * gates * h * (d + h)
    shapes = ((n, t, d), *[None] * states, None, *four)
    return {
        f"{name}_cell": [Case("64×128, 256 wide", ((n, d), *[(n, h)] * states, *four), scale=0.05, flops=flops)],
        name: [Case("64 of 64×128, 256 wide", shapes, scale=0.05, flops=t * flops)],
    }


CASES = {
    "rnn_cell": [
        *cell_cases(1, 1),
        Case("relu", ((3, 2), (3, 5), *weights(1, 2, 5)), {"nonlinearity": "relu"}),
        Case("relu at its kink", (zeros(3, 2), zeros(3, 5), *weights(1, 2, 5, offsets=(False, False))),
             {"nonlinearity": "relu"}, smooth=False),
    ],
    "rnn": [
        *sequence_cases(1, 1),
        Case("relu", ((3, 5, 2), (1, 3, 4), None, *weights(1, 2, 4)), {"nonlinearity": "relu"}),
        Case("relu at its kink", (zeros(3, 5, 2), None, lasting(5, 1, 4, steps=5), *weights(1, 2, 4, offsets=(False, False))),
             {"nonlinearity": "relu"}, smooth=False),
        Case("relu and everything", ((3, 5, 2), (4, 3, 4), lasting(4, 1, 5, steps=5), *weights(1, 2, 4, 2, 2)),
             {"bidirectional": True, "nonlinearity": "relu"}),
    ],
}  # fmt: skip

WORKLOADS = workloads("rnn", 1, 1)


def _any_nonlinearity(draw, rng):
    case = draw(rng, 1, 1)
    return Case(case.name, case.shapes, case.options | {"nonlinearity": str(rng.choice(["tanh", "relu"]))})


RANDOM = {"rnn_cell": partial(_any_nonlinearity, random_cell), "rnn": partial(_any_nonlinearity, random_sequences)}
