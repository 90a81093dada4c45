"""What the tests measured is printed at the end of the run; random numbers come from a generator with a fixed seed."""

import numpy as np
import pytest


@pytest.fixture
def rng():
    """A generator of random numbers that starts alike in every test."""
    return np.random.default_rng(0)


def pytest_terminal_summary(terminalreporter):
    """Print what the tests measured; times are reported and never asserted."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties if report.when == "call" else ():
            terminalreporter.write_line(f"{name}: {value}")
