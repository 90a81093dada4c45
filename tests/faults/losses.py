"""Faults in losses."""

from faults import Fault

_REDUCTION = "dlkit.numpy_ops.reduction"

FAULTS = [
    Fault("mse_loss", "the 2 forgotten", "difference * (2 * g)", "difference * g"),
    Fault(
        "mse_loss",
        "target pulled along",
        "dx = difference * (2 * g)  # (...)\n    return dx, -dx",
        "dx = difference * (2 * g)\n    return dx, dx",
    ),
    Fault("mse_loss", "the mean of a sum", "losses.size if count is None", "1 if count is None", file=_REDUCTION),
    Fault("mse_loss", "the gradient of a sum", "dy / dtype.type(count) if count", "dy if count", file=_REDUCTION),
    Fault("mse_loss", "a mean of nothing divided", " if count else np.zeros_like(dy)", "", file=_REDUCTION),
    Fault("l1_loss", "a slope on the target", "np.sign(difference) * g", "np.where(difference < 0, -1.0, 1.0) * g"),
    Fault("l1_loss", "squared", "reduce(np.abs(difference)", "reduce(difference * difference"),
    Fault(
        "smooth_l1_loss", "beta ignored in the slope", "np.clip(difference, -beta, beta) / beta", "np.clip(difference, -1, 1)"
    ),
    Fault("smooth_l1_loss", "a step at beta", "losses -= near / 2", "losses -= beta / 2"),
    Fault(
        "smooth_l1_loss",
        "beta 0 divides",
        "np.clip(difference, -beta, beta) / beta if beta > 0 else",
        "np.clip(difference, -beta, beta) / beta if True else",
    ),
    Fault("nll_loss", "the sign forgotten", "losses = -(weights", "losses = (weights"),
    Fault("nll_loss", "a mean over all labels", "reduction, weights.sum()), (x.shape", "reduction, weights.size), (x.shape"),
    Fault("nll_loss", "weights left out of the gradient", "labels, -weights * g", "labels, -(weights > 0) * g"),
    Fault("nll_loss", "ignored labels count", "w[labels] * kept", "w[labels]"),
    Fault(
        "nll_loss",
        "0 times infinity",
        "np.where(kept, np.take_along_axis(x, labels, axis=1), 0)",
        "np.take_along_axis(x, labels, axis=1)",
    ),
    Fault("cross_entropy", "the largest score left in", "rows - rows.max(axis=1, keepdims=True)", "rows"),
    Fault("cross_entropy", "the largest of the batch", "rows.max(axis=1, keepdims=True)", "rows.max()"),
    Fault("cross_entropy", "target left out of the gradient", "labels, axis=1) - q * g", "labels, axis=1)"),
    Fault("cross_entropy", "weights left out of p", "e * (mass * g / total)", "e * (g / total)"),
    Fault("cross_entropy", "probabilities not normalised", "e * (mass * g / total)", "e * (mass * g)"),
    Fault(
        "cross_entropy",
        "smoothed after the weights",
        "target * (1 - smoothing) + smoothing / target.shape[1]",
        "target * (1 - smoothing) + smoothing",
    ),
    Fault(
        "cross_entropy",
        "smoothing spreads over ignored labels",
        "_wanted(one_hot, w, smoothing) * kept",
        "_wanted(one_hot, w, smoothing)",
    ),
    Fault("cross_entropy", "smoothing left out of dtarget", "(unspread * g)", "g"),
    Fault("cross_entropy", "weights left out of dtarget", "        dtarget *= _by_class(w, dtarget)", "        pass"),
    Fault("cross_entropy", "a mean over labels that are ignored", "target.shape, q.sum()", "target.shape, q.size"),
    Fault("cross_entropy", "a mean over classes", "count = x.size // q.shape[1]", "count = x.size"),
    Fault("binary_cross_entropy", "no for yes", "(1 - target) * np.maximum(no, -100)", "target * np.maximum(no, -100)"),
    Fault("binary_cross_entropy", "infinite logarithms", "np.maximum(yes, -100)", "yes"),
    Fault("binary_cross_entropy", "division by 0", "np.maximum(x * (1 - x), _LEAST)", "(x * (1 - x))"),
    Fault(
        "binary_cross_entropy",
        "a mean over the weights",
        "losses = losses * w\n    return reduce(losses, reduction), (x,",
        "losses = losses * w / w.mean()\n    return reduce(losses, reduction), (x,",
    ),
    Fault("binary_cross_entropy_with_logits", "overflow", "np.exp(-np.abs(x))", "np.exp(-x)"),
    Fault(
        "binary_cross_entropy_with_logits",
        "pos_weight on the noes too",
        "(1 - target) * no ",
        "(positive / target - positive) * no ",
    ),
    Fault(
        "binary_cross_entropy_with_logits",
        "pos_weight left out of the gradient",
        "- positive * np.exp(-no)",
        "- target * np.exp(-no)",
    ),
    Fault(
        "binary_cross_entropy_with_logits",
        "sigmoids exchanged",
        "np.exp(-yes) - positive * np.exp(-no)",
        "np.exp(-no) - positive * np.exp(-yes)",
    ),
    Fault("kl_div", "0 log 0", "np.where(target == 0, 0, target * np.log(target))", "target * np.log(target)"),
    Fault("kl_div", "the 1 forgotten", "(log_t + 1 - x)", "(log_t - x)"),
    Fault("kl_div", "log_target ignored", "    if log_target:\n        losses", "    if False:\n        losses"),
    Fault("kl_div", "batchmean as mean", "(*x.shape, 1)[0] if", "x.size if"),
    Fault("dice_loss", "the 2 forgotten", "(2 * overlap + smooth)", "(overlap + smooth)"),
    Fault("dice_loss", "smoothing below only", "(2 * overlap + smooth)", "(2 * overlap)"),
    Fault("dice_loss", "classes in one sum", "tuple(range(2, x.ndim))", "tuple(range(1, x.ndim))"),
    Fault("dice_loss", "the lower part held constant", "pull * (score * x - target)", "pull * (-target)"),
]
