"""Points made on the spot."""

import numpy as np
import pytest

from dlkit.data import ring_centres, ring_of_gaussians


def test_the_centres_stand_evenly_on_the_circle():
    np.testing.assert_allclose(ring_centres(4, radius=3), [[3, 0], [0, 3], [-3, 0], [0, -3]], atol=1e-6)
    assert ring_centres().shape == (8, 2)
    assert ring_centres().dtype == np.float32


def test_the_points_are_those_of_eight_narrow_gaussians():
    x, centres = ring_of_gaussians(np.random.default_rng(0), 8000), ring_centres()
    assert (x.shape, x.dtype) == ((8000, 2), np.float32)
    d = np.linalg.norm(x[:, None] - centres, axis=2)
    counts = np.bincount(d.argmin(axis=1), minlength=8)
    assert counts.min() > 850
    off = x - centres[d.argmin(axis=1)]
    np.testing.assert_allclose(off.std(axis=0), 0.1, atol=0.005)
    np.testing.assert_allclose(off.mean(axis=0), 0, atol=0.005)


def test_the_same_generator_gives_the_same_points():
    one, other = (ring_of_gaussians(np.random.default_rng(3), 5, modes=3, radius=1, sigma=0) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(np.linalg.norm(one, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(("n", "options"), [(0, {}), (2.0, {}), (True, {}), (3, {"modes": 0}), (3, {"sigma": -0.1})])
def test_what_cannot_be_drawn_is_refused(n, options):
    with pytest.raises(ValueError, match="ring_"):
        ring_of_gaussians(np.random.default_rng(0), n, **options)
