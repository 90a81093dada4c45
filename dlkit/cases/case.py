"""What a row of the table of cases is, and sizes of which no two are equal."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Case:
    """One input of an operation.

    Attributes
    ----------
    name : str
        What is special about it.
    shapes : tuple of (tuple of int, None or callable)
        The arrays' shapes in argument order; ``None`` for an absent array; for anything but normal numbers (labels, masks,
        exact ties) a function that takes the ``rng`` and gives the array, floating-point ones in float64.
    options : dict
        Keyword options.
    scale : float
        Standard deviation of the normal numbers the arrays are filled with.
    constants : tuple of int
        Positions of floating-point arrays that the operation takes as given: they have no gradient.
    smooth : bool
        Whether the operation has a slope here. At a kink or a tie, finite differences see two slopes; only the twins are
        compared.
    step : float, optional
        How far finite differences move a number; by default a hundred-thousandth of the largest, or of one.
    flops : float
        For a workload: multiplications and additions of a forward and a backward pass; 0 where memory sets the pace.
    """

    name: str
    shapes: tuple
    options: dict = field(default_factory=dict)
    scale: float = 1.0
    constants: tuple[int, ...] = ()
    smooth: bool = True
    step: float | None = None
    flops: float = 0

    def arrays(self, rng: np.random.Generator, dtype=np.float64) -> list[np.ndarray | None]:
        """Fill the shapes with random numbers that are nowhere zero, one or tied.

        Parameters
        ----------
        rng : np.random.Generator
        dtype : np.dtype

        Returns
        -------
        list of np.ndarray or None
        """
        filled = [s if s is None else s(rng) if callable(s) else self.scale * rng.standard_normal(s) for s in self.shapes]
        return [a if a is None or np.asarray(a).dtype.kind != "f" else np.asarray(a, dtype) for a in filled]


def distinct_sizes(rng: np.random.Generator, count: int, low: int, high: int) -> list[int]:
    """Draw sizes of which no two are equal, so that no axis can be taken for another.

    Parameters
    ----------
    rng : np.random.Generator
    count : int
        How many.
    low, high : int
        The smallest size, and one more than the largest.

    Returns
    -------
    list of int
    """
    return [int(size) for size in rng.permutation(np.arange(low, high))[:count]]
