"""Faults in dropout."""

from faults import Fault

FAULTS = [
    Fault("dropout", "scaled by p", "1 / (1 - p)", "1 / p"),
    Fault("dropout", "drops what should stay", "x * mask * scale", "x * ~mask * scale"),
    Fault("dropout", "gradient not scaled", "dy * mask * scale", "dy * mask"),
    Fault("dropout", "drops at evaluation", "if not training or (p == 0 and mask is None)", "if mask is None"),
    Fault("dropout", "p of 1 divides by 0", "0.0 if p == 1 else ", ""),
]
