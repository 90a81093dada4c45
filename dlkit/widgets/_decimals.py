"""Numbers with four decimals, as the pictures of this lesson write them."""

import numpy as np


def decimal(value: float) -> str:
    """Write a number with up to four decimals, a very small or large one with a power of ten."""
    if not np.isfinite(value):
        return "NaN" if np.isnan(value) else ("∞" if value > 0 else "−∞")
    size = abs(value)
    if value != 0 and (size < 5e-5 or size >= 1e5):
        digits, power = f"{value:.2e}".split("e")
        text = f"{digits}e{int(power)}"
    else:
        text = f"{value + 0.0:.4f}".rstrip("0").rstrip(".")  # −0 becomes 0
    return text.replace("-", "−")
