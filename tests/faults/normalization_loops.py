"""Faults in the readable batch normalisation."""

from faults import Fault

FAULTS = [
    Fault(
        "batch_norm_loops", "the mean's share forgotten", "dhat - through_mean - through_variance", "dhat - through_variance"
    ),
    Fault(
        "batch_norm_loops", "the variance's share forgotten", "dhat - through_mean - through_variance", "dhat - through_mean"
    ),
    Fault("batch_norm_loops", "scale forgotten on the way back", "dhat = dy[:, c] * scale[c]", "dhat = dy[:, c]"),
    Fault("batch_norm_loops", "eps outside the root", "np.sqrt(var + eps)", "np.sqrt(var) + eps"),
]
