"""Faults in a layer of neurons."""

from faults import Fault

FAULTS = [
    Fault("linear", "bias forgotten", "y += b", "y += 0 * b"),
    Fault("linear", "bias subtracted", "y += b", "y -= b"),
    Fault("linear", "dx through the wrong axis", "dx = dy @ w ", "dx = dy @ w[::-1] "),
    Fault(
        "linear",
        "dw averaged over the batch",
        "rows.T @ x.reshape(-1, w.shape[1])",
        "rows.T @ x.reshape(-1, w.shape[1]) / len(x)",
    ),
    Fault("linear", "db of the first example", "rows.sum(axis=0)", "rows[:1].sum(axis=0)"),
]
