"""Faults in interpolation and in turning channels into pixels."""

from faults import Fault

FAULTS = [
    Fault("interpolate", "the step kept where the side stays", "if count == n:\n        u", "if count == -n:\n        u"),
    Fault("interpolate", "corners for centres", "(np.arange(count) + 0.5) * step - 0.5", "np.arange(count) * step"),
    Fault("interpolate", "outside is extrapolated", "0.5) * step - 0.5, 0)", "0.5) * step - 0.5, -9)"),
    Fault("interpolate", "corners aligned by the sizes", "((n - 1) / max(count - 1, 1))", "(n / count)"),
    Fault("interpolate", "weights swapped", "[(low, 1 - share), (high, share)]", "[(low, share), (high, 1 - share)]"),
    Fault("interpolate", "step from the sizes, not the factor", "1 / factor if factor else 0 for factor in factors",
          "n / m for n, m in zip(x.shape[2:], sizes, strict=True)"),
    Fault("interpolate", "twice as large by the factor's own step", "if count in (n, 2 * n)", "if count == n"),
    Fault("interpolate", "gradients not weighted", "_add_back(dx * weight,", "_add_back(dx * 1,"),
    Fault("interpolate", "only the first repetition counts", "np.add.reduceat(dy, starts, axis=axis)", "dy.take(starts, axis)"),
    Fault("pixel_shuffle", "rows and columns swapped", "transpose(0, 1, 4, 2, 5, 3)", "transpose(0, 1, 4, 3, 5, 2)"),
    Fault("pixel_shuffle", "gradients' rows and columns swapped", "transpose(0, 1, 3, 5, 2, 4)", "transpose(0, 1, 5, 3, 2, 4)"),
    Fault("pixel_shuffle", "r² before the channels", "reshape(n, channels // r**2, r, r, height, width)",
          "reshape(n, r, r, channels // r**2, height, width).transpose(0, 3, 1, 2, 4, 5)"),
]  # fmt: skip
