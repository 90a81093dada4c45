"""Faults in convolution."""

from faults import Fault

FAULTS = [
    Fault("conv2d", "overlaps overwritten", "windows[:, :, i, j] += columns", "windows[:, :, i, j] = columns"),
    Fault("conv2d", "dw of the last chunk only", "dw += np.matmul", "dw[:] = np.matmul"),
    Fault("conv2d", "windows of stride 1", "right * g.stride[1]]", "right]"),
    Fault("conv2d", "dilation ignored", "down * g.dilation[0], right * g.dilation[1]", "down, right"),
    Fault("conv2d", "padding left on dx", "padded[:, :, *inner]\n", "padded[:, :, : x.shape[2], : x.shape[3]]\n"),
    Fault("conv2d", "db averaged", "dy.sum(axis=(0, 2, 3))", "dy.mean(axis=(0, 2, 3))"),
    Fault("conv2d", "flipped taps", "columns[:count] =", "columns[:count, :, ::-1, ::-1] ="),
    Fault("conv2d", "windows that wrap are kept", "[..., : g.out[1]]\n    if b", "[..., -g.out[1] :]\n    if b"),
    Fault("conv2d", "rows read one pixel late", "return as_strided(padded, ", "return as_strided(padded[..., 1:], "),
    Fault(
        "conv2d",
        "dy left where windows wrap",
        "wide[:n, ..., : g.out[1]] = dy[images]",
        "wide[:n, ..., -g.out[1] :] = dy[images]",
    ),
    Fault("conv2d", "one place too few", "(p - s) // st + 1", "(p - s - 1) // st + 1", file="dlkit.numpy_ops.windows"),
]
