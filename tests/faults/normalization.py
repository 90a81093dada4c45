"""Faults in batch, layer, group and local response normalisation."""

from faults import Fault

_SHARED = "dlkit.numpy_ops.normalization.moments"

FAULTS = [
    Fault("batch_norm", "centred the wrong way", "c -= layout", "c += layout", file=_SHARED),
    Fault("batch_norm", "variance of n − 1", "c, c) / count", "c, c) / (count - 1)", file=_SHARED),
    Fault("batch_norm", "the mean taken for given", "product += layout.along(level, kept)", "level", file=_SHARED),
    Fault("batch_norm", "the variance taken for given", "count * r**3", "count * 0", file=_SHARED),
    Fault("batch_norm", "running mean ignored", "_by_channel(x) - running_mean[:, None, None]", "_by_channel(x).copy()"),
    Fault("batch_norm", "eps ignored at evaluation", "np.sqrt(running_var + eps)", "np.sqrt(running_var)"),
    Fault("batch_norm", "evaluation goes back as training", "if training:\n        dx", "if True:\n        dx"),
    Fault("batch_norm", "dw of the centred input", 'dy, centred) * rstd, np', "dy, centred), np"),
    Fault("layer_norm", "eps outside the root", "/ count + eps)", "/ count) + eps", file=_SHARED),
    Fault("layer_norm", "dw of the last chunk only", "dw[own] += np", "dw[own] = np", file=_SHARED),
    Fault("layer_norm", "db averaged", '->{affine}", g)', '->{affine}", g) / len(g)', file=_SHARED),
    Fault("layer_norm", "scale left out of dx", "(r, kept) * layout.along(w[own], affine)", "(r, kept)", file=_SHARED),
    Fault("layer_norm", "offset ignored", "gain, None if b is None else b.reshape(-1), LAYER", "gain, None, LAYER"),
    Fault("layer_norm", "one axis of several", "rows = x.reshape(prod(x.shape[: x.ndim - len(sizes)]), prod(sizes))",
          "rows = x.reshape(-1, sizes[-1])"),
    Fault("group_norm", "as many groups as a group has channels", "split = (groups, x.shape[1] // groups)",
          "split = (x.shape[1] // groups, groups)"),
    Fault("group_norm", "level left without its spread", "/ count * r\n", "/ count\n", file=_SHARED),
    Fault("local_response_norm", "front and back not exchanged", "(blame, (size - 1) // 2, size // 2)",
          "(blame, size // 2, (size - 1) // 2)"),
    Fault("local_response_norm", "alpha not divided", "least=0) / size", "least=0)"),
    Fault("local_response_norm", "a factor of 2 lost", "2 * beta * share", "beta * share"),
    Fault("local_response_norm", "one neighbour too few", "if d <= after", "if d < after"),
    Fault("local_response_norm", "k ignored", "base += k", "base += 1"),
]  # fmt: skip
