"""Exercises of lesson 18: drawing a code, its divergence from the standard normal one, the bound, the way between codes."""

from dlkit.exercises.variational_autoencoders.divergence import kl_backward, kl_divergence
from dlkit.exercises.variational_autoencoders.objective import elbo
from dlkit.exercises.variational_autoencoders.sampling import reparameterize, reparameterize_backward
from dlkit.exercises.variational_autoencoders.units import kl_per_unit
from dlkit.exercises.variational_autoencoders.way import interpolate

__all__ = [
    "reparameterize",
    "reparameterize_backward",
    "kl_divergence",
    "kl_backward",
    "elbo",
    "kl_per_unit",
    "interpolate",
]
