"""Faults in a layer of neurons."""

from faults import Fault

FAULTS = [
    Fault("linear", "bias forgotten", "y += b", "y += 0 * b"),
    Fault("linear", "bias subtracted", "y += b", "y -= b"),
    Fault("linear", "dx through the wrong axis", "dx = (rows @ w)", "dx = (rows @ w[::-1])"),
    Fault(
        "linear",
        "dw averaged over the batch",
        "rows.T @ _rows(x)",
        "rows.T @ _rows(x) / len(x)",
    ),
    Fault("linear", "db of the first example", "np.ones(len(rows), rows.dtype) @ rows", "rows[:1].sum(axis=0)"),
]
