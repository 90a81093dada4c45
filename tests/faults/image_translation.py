"""Faults in the manner and the roughness of images."""

from faults import Fault

FAULTS = [
    Fault("gram_matrix", "rows of dy only", "(dy + dy.transpose(0, 2, 1)) * scale", "dy * scale"),
    Fault("gram_matrix", "twice the rows", "(dy + dy.transpose(0, 2, 1)) * scale", "2 * dy * scale"),
    Fault("gram_matrix", "divided by the pixels only", "max(c * h * w, 1)", "max(h * w, 1)"),
    Fault("gram_matrix", "always divided", " if normalize else 1.0", ""),
    Fault("gram_matrix", "slope not divided", "dy.transpose(0, 2, 1)) * scale", "dy.transpose(0, 2, 1))"),
    Fault("total_variation", "down only", " + np.abs(across).sum(axis=(1, 2, 3))", ""),
    Fault("total_variation", "earlier pixels forgotten", "dx[:, :, :-1] -= down", "pass"),
    Fault("total_variation", "overwritten", "dx[:, :, :, 1:] += across", "dx[:, :, :, 1:] = across"),
    Fault("total_variation", "a slope between equal pixels", "np.sign(down)", "np.where(down < 0, -1, 1).astype(x.dtype)"),
    Fault("total_variation", "rows for columns", "np.diff(x, axis=3)", "np.diff(x, axis=2)"),
    Fault("total_variation", "upstream ignored", "dx *= dy[:, None, None, None]", "pass"),
]
