"""Faults in attention."""

from faults import Fault

DOT, LOOPS, ADDITIVE = "scaled_dot_product_attention", "scaled_dot_product_attention_loops", "additive_attention"
WEIGHTS = "dlkit.numpy_ops.attention.weights"
FAULTS = [
    Fault(DOT, "divided by D, not by its root", "1 / sqrt(max(sizes", "1 / (max(sizes"),
    Fault(DOT, "softmax over the queries", "total = scores.sum(axis=-1", "total = scores.sum(axis=-2", WEIGHTS),
    Fault(DOT, "largest score not taken off", "scores -= np.where(", "0 * np.where(", WEIGHTS),
    Fault(DOT, "nothing to look at is not a number", "np.where(largest == -np.inf, 0, largest)", "largest", WEIGHTS),
    Fault(DOT, "nothing to look at divides by zero", "np.where(total == 0, 1, total)", "total", WEIGHTS),
    Fault(DOT, "mask upside down", "np.where(mask, 0, -np.inf)", "np.where(mask, -np.inf, 0)"),
    Fault(DOT, "causal queries do not see themselves", "np.tri(t, s, dtype", "np.tri(t, s, -1, dtype", WEIGHTS),
    Fault(DOT, "softmax backward without the mean", "dp -= np.vecdot(p, dp)[..., None]", "dp -= 0", WEIGHTS),
    Fault(DOT, "mean of dp unweighted", "np.vecdot(p, dp)[..., None]", "dp.mean(axis=-1, keepdims=True)", WEIGHTS),
    Fault(DOT, "dq not scaled", "dq *= scale", "dq *= 1"),
    Fault(DOT, "dk from the weights", "np.matmul(ds.swapaxes(1, 2), q[some]", "np.matmul(p.swapaxes(1, 2), q[some]"),
    Fault(DOT, "mask of the first chunk only", "bias[some], out", "bias[: len(q[some])], out"),
    Fault(DOT, "gradient of the mask averaged", "array.sum(axis=tuple", "array.mean(axis=tuple"),
    Fault(LOOPS, "keys overwritten", "dk[head] += scale", "dk[head] = scale"),
    Fault(LOOPS, "mask's gradient overwritten", "dmask.flat[stretched[here]] += ds", "dmask.flat[stretched[here]] = ds"),
    Fault(ADDITIVE, "slope of tanh", "(1 - h * h)", "(1 - h)"),
    Fault(ADDITIVE, "score weights forgotten", "ds[..., None] * w_score *", "ds[..., None] *"),
    Fault(ADDITIVE, "queries and keys mixed up", "dz.sum(axis=2), dz.sum(axis=1)", "dz.sum(axis=1), dz.sum(axis=2)"),
    Fault(ADDITIVE, "mask ignored", "np.copyto(p, -np.inf, where=~mask[:, None])", "pass"),
    Fault(ADDITIVE, "weights instead of their gradient", "dw_k, dw_score, None", "dw_k, w_score, None"),
]
