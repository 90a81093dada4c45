"""Faults in pooling."""

from faults import Fault

CELLS, WINDOWS = "dlkit.numpy_ops.pooling.cells", "dlkit.numpy_ops.windows"

FAULTS = [
    Fault("max_pool2d", "zeros for padding", "-np.inf, x.dtype)", "0, x.dtype)"),
    Fault("max_pool2d", "last of equal numbers wins", "(here > y[windows])", "(here >= y[windows])"),
    Fault("max_pool2d", "NaN loses", " | np.isnan(here)", ""),
    Fault("max_pool2d", "256 cells counted in a byte", "np.min_scalar_type(g.kernel[0] * g.kernel[1])", "np.uint8"),
    Fault("max_pool2d", "padding wins where all is −∞", "down[:, None] * g.kernel[1] + right", "0"),
    Fault("max_pool2d", "overlaps overwritten", "dx[pixels] += won", "dx[pixels] = won"),
    Fault("max_pool2d", "windows that touch taken for apart", "+ 1 > s for", "> s + 1 for", CELLS),
    Fault("max_pool2d", "dilation ignored", "shift = i * d - b", "shift = i - b", CELLS),
    Fault("max_pool2d", "a window past the end", "n + first:", "n + first + p:", WINDOWS),
    Fault("max_pool2d", "ceil mode ignored", "(st - 1 if ceil_mode else 0)", "0", WINDOWS),
    Fault("max_pool1d", "dilation of one", '"dilation": dilation, "ceil_mode": ceil_mode}\n    g = prepare("max_pool1d',
          '"dilation": 1, "ceil_mode": ceil_mode}\n    g = prepare("max_pool1d'),
    Fault("avg_pool2d", "padding counted always", "if count_include_pad else (b, b + n)", "if True else (b, b + n)"),
    Fault("avg_pool2d", "what hangs over counted", "np.minimum(start + k, high)", "(start + k)"),
    Fault("avg_pool2d", "gradient not divided", "dy / count.astype(dy.dtype)", "dy * 1"),
    Fault("avg_pool2d", "divisor ignored", "if divisor_override is not None", "if divisor_override is False"),
    Fault("avg_pool2d", "overlaps overwritten", "dx[pixels] += share", "dx[pixels] = share"),
    Fault("adaptive_avg_pool2d", "windows never share a row", "-(-(k + 1) * n // count)", "(k + 1) * n // count or 1"),
    Fault("adaptive_avg_pool2d", "shared rows overwritten", "dx[:, :, rows, columns] += dy", "dx[:, :, rows, columns] = dy"),
    Fault("adaptive_avg_pool2d", "divided by the height alone", " * (columns.stop - columns.start)", ""),
    Fault("global_avg_pool2d", "divided by the height alone", "dy / (shape[2] * shape[3])", "dy / shape[2]"),
    Fault("global_max_pool2d", "last of equal numbers wins", "flat.argmax(axis=2)[:, :, None]",
          "(flat.shape[2] - 1 - flat[:, :, ::-1].argmax(axis=2))[:, :, None]"),
    Fault("global_max_pool2d", "gradient to the first pixel", "(dx, winner, dy", "(dx, 0 * winner, dy"),
]  # fmt: skip
