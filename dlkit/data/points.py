"""Points in the plane, made on the spot."""

import numpy as np


def ring_centres(modes: int = 8, *, radius: float = 2.0) -> np.ndarray:
    """Give the middles of Gaussians that stand evenly on a circle, the first one at the right.

    Parameters
    ----------
    modes : int
        How many Gaussians there are.
    radius : float
        Of the circle.

    Returns
    -------
    np.ndarray, shape (K, 2), float32

    Raises
    ------
    ValueError
        When there is no mode.
    """
    if isinstance(modes, bool) or not isinstance(modes, int | np.integer) or modes < 1:
        raise ValueError(f"ring_centres: modes is {modes!r}; it must be a whole number of at least 1.")
    angle = 2 * np.pi * np.arange(modes) / modes
    return (radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)).astype(np.float32)


def ring_of_gaussians(
    rng: np.random.Generator, n: int, *, modes: int = 8, radius: float = 2.0, sigma: float = 0.1
) -> np.ndarray:
    """Draw points from narrow Gaussians on a circle, each Gaussian as likely as the next.

    Parameters
    ----------
    rng : np.random.Generator
        Where the points come from.
    n : int
        How many points.
    modes : int
        How many Gaussians there are.
    radius : float
        Of the circle on which they stand.
    sigma : float
        Standard deviation of each, along both axes.

    Returns
    -------
    np.ndarray, shape (N, 2), float32

    Raises
    ------
    ValueError
        When there is no point or no mode, or sigma is below zero.

    Source: L. Metz et al., Unrolled generative adversarial networks, 2017, figure 2.
    """
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise ValueError(f"ring_of_gaussians: n is {n!r}; it must be a whole number of at least 1.")
    if sigma < 0:
        raise ValueError(f"ring_of_gaussians: sigma is {sigma!r}; a standard deviation is not below zero.")
    centres = ring_centres(modes, radius=radius)
    return centres[rng.integers(modes, size=n)] + np.float32(sigma) * rng.standard_normal((n, 2), np.float32)
