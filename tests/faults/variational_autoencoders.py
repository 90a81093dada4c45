"""Faults in drawing a code and in its divergence."""

from faults import Fault

FAULTS = [
    Fault("reparameterize", "stretched by the variance", "np.exp(log_var / 2)", "np.exp(log_var)"),
    Fault("reparameterize", "the half forgotten", "dy * stretched / 2", "dy * stretched"),
    Fault("reparameterize", "mean left out", "return mean + stretched", "return stretched"),
    Fault("gaussian_kl", "averaged over the code's numbers", "terms.sum(axis=-1)", "terms.mean(axis=-1)"),
    Fault("gaussian_kl", "added over the wrong axis", "terms.sum(axis=-1)", "terms.sum(axis=0)"),
    Fault("gaussian_kl", "log_var left out", "+ np.expm1(log_var) - log_var", "+ np.expm1(log_var)"),
    Fault("gaussian_kl", "the one forgotten in the slope", "dy * np.expm1(log_var) / 2", "dy * np.exp(log_var) / 2"),
    Fault("gaussian_kl", "the half forgotten in the slope", "dy * np.expm1(log_var) / 2", "dy * np.expm1(log_var)"),
]
