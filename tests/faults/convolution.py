"""Faults in convolution."""

from faults import Fault

COLUMNS = "dlkit.numpy_ops.convolution.columns"

FAULTS = [
    Fault("conv2d", "overlaps overwritten", "windows[:, :, i, j] += columns", "windows[:, :, i, j] = columns", file=COLUMNS),
    Fault("conv2d", "dw of the last chunk only", "dw += correlate_filters", "dw[:] = correlate_filters"),
    Fault("conv2d", "windows of stride 1", "right * g.stride[1]]", "right]", file=COLUMNS),
    Fault("conv2d", "dilation ignored", "down * g.dilation[0], right * g.dilation[1]", "down, right", file=COLUMNS),
    Fault("conv2d", "padding left on dx", "g.before[1] : g.before[1] + sizes[1]]", ": sizes[1]]", file=COLUMNS),
    Fault("conv2d", "db averaged", "dy.sum(axis=(0, 2, 3))", "dy.mean(axis=(0, 2, 3))"),
    Fault("conv2d", "flipped taps", "columns[...] = _windows", "columns[:, :, ::-1, ::-1] = _windows", file=COLUMNS),
    Fault("conv2d", "windows that wrap are kept", "_row(g))[..., : g.out[1]]", "_row(g))[..., -g.out[1] :]", file=COLUMNS),
    Fault(
        "conv2d",
        "rows read one pixel late",
        "return as_strided(padded, ",
        "return as_strided(padded[..., 1:], ",
        file=COLUMNS,
    ),
    Fault(
        "conv2d", "dy left where windows wrap", "wide[..., g.out[1] :] = dy, 0", "wide[..., g.out[1] :] = dy, 1", file=COLUMNS
    ),
    Fault("conv2d", "one place too few", "places = (p - s +", "places = (p - s - 1 +", file="dlkit.numpy_ops.windows"),
    Fault("conv_transpose2d", "padding added", "full - 2 * p for", "full + 2 * p for"),
    Fault("conv_transpose2d", "output padding twice", "(f - 1) + 1 + o", "(f - 1) + 1 + 2 * o"),
    Fault("conv_transpose2d", "a cell too many of a dilated kernel", "d * (f - 1) + 1 + o", "d * f + 1 + o"),
    Fault("conv_transpose2d", "offsets never absent", "    if b is not None:\n        y", "        y"),
    Fault("conv_transpose2d", "dw of the last chunk only", "dw += correlate_filters", "dw[:] = correlate_filters"),
    Fault("conv_transpose2d", "db averaged", "dy.sum(axis=(0, 2, 3))", "dy.mean(axis=(0, 2, 3))"),
    Fault(
        "conv_transpose2d", "overlaps overwritten", "windows[:, :, i, j] += columns", "windows[:, :, i, j] = columns", COLUMNS
    ),
    Fault(
        "conv_transpose2d",
        "first filter alone",
        "product(rows.transpose(0, 2, 1), dy,",
        "product(rows.transpose(0, 2, 1)[..., :1], dy[:, :, :1],",
        COLUMNS,
    ),
]
