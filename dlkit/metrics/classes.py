"""How well classes are told apart: accuracy, confusion, and the overlap of regions."""

import numpy as np

from dlkit.errors import ShapeError
from dlkit.shapes import expect_below, expect_floats, expect_same_shape, expect_shapes, expect_whole_numbers, whole


def accuracy(predicted: np.ndarray, target: np.ndarray) -> float:
    """Count the share of predictions that are right.

    Parameters
    ----------
    predicted : np.ndarray, any shape, whole numbers
        The class chosen for each example, or each pixel.
    target : np.ndarray, shape of ``predicted``, whole numbers
        The right class.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    ShapeError
        When the shapes differ, or there is nothing to count.
    TypeError
        For anything but whole numbers; scores are first turned into classes by ``scores.argmax(axis=1)``.

    Lesson: 04_training
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 5.1.2.
    """
    _expect_classes("accuracy", predicted, target)
    _expect_some("accuracy", "target", target)
    return float(np.mean(predicted == target))


def top_k_accuracy(scores: np.ndarray, target: np.ndarray, *, k: int = 5) -> float:
    """Count the share of examples whose right class is among the k of highest score.

    Parameters
    ----------
    scores : np.ndarray, shape (N, K)
        A score, or a probability, for every class.
    target : np.ndarray, shape (N,), whole numbers
        The right class, 0 to K − 1.
    k : int
        1 for the accuracy; ImageNet is reported with 1 and 5.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    ShapeError
        When sizes do not fit, a class does not exist, ``k`` is larger than K, or there is nothing to count.
    TypeError
        For scores that are not floating-point numbers, or classes that are not whole.

    Notes
    -----
    Among equal scores the lower class comes first, as with ``argmax``: a network that gives every class the same score
    does not score full marks.

    Lesson: 07_cnn_architectures
    Source: Russakovsky and others, 2015, ImageNet large scale visual recognition challenge, section 4.1.
    """
    where = "top_k_accuracy"
    sizes = expect_shapes(where, "scores[N K] target[N]", scores, target)
    expect_floats(where, scores=scores)
    expect_whole_numbers(where, target=target)
    expect_below(where, "target", target, sizes["K"], "K")
    _expect_some(where, "target", target)
    k = whole(where, "k", k, least=1)
    if k > sizes["K"]:
        raise ShapeError(f"{where}: k is {k}, but there are only {sizes['K']} classes")
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]  # (N, k)
    return float(np.mean((best == target[:, None]).any(axis=1)))


def confusion_matrix(predicted: np.ndarray, target: np.ndarray, *, num_classes: int) -> np.ndarray:
    """Count how often each class was taken for each.

    counts[i, j] = how many examples of class i were predicted to be of class j

    Parameters
    ----------
    predicted : np.ndarray, any shape, whole numbers
        The class chosen for each example, or each pixel.
    target : np.ndarray, shape of ``predicted``, whole numbers
        The right class.
    num_classes : int
        K.

    Returns
    -------
    np.ndarray, shape (K, K), int64
        The right classes go down, the predicted ones across. Matrices of several batches may be added.

    Raises
    ------
    ShapeError
        When the shapes differ, or a class is not 0 to K − 1.
    TypeError
        For anything but whole numbers.

    Lesson: 04_training
    Source: sklearn.metrics.confusion_matrix has the same rows and columns.
    """
    return _confusion("confusion_matrix", predicted, target, num_classes)


def iou(predicted: np.ndarray, target: np.ndarray, *, num_classes: int) -> np.ndarray:
    """Measure how far predicted and right regions overlap, class by class: intersection over union.

    iou[k] = |predicted k and right k| / |predicted k or right k|

    Parameters
    ----------
    predicted : np.ndarray, any shape, whole numbers
        The class chosen for each pixel.
    target : np.ndarray, shape of ``predicted``, whole numbers
        The right class.
    num_classes : int
        K.

    Returns
    -------
    np.ndarray, shape (K,), float64
        0 to 1; nan for a class that is neither there nor predicted.

    Raises
    ------
    ShapeError, TypeError
        As in :func:`confusion_matrix`.

    Notes
    -----
    Over several batches, add their confusion matrices and take :func:`iou_from_confusion`; a mean of the batches' own
    numbers would be another number.

    Lesson: 10_segmentation
    Source: Jaccard, 1912, The distribution of the flora in the alpine zone; Everingham and others, 2010, The Pascal visual
    object classes challenge, section 4.
    """
    return iou_from_confusion(_confusion("iou", predicted, target, num_classes))


def iou_from_confusion(matrix: np.ndarray) -> np.ndarray:
    """Measure the overlap of each class from a confusion matrix.

    iou[k] = matrix[k, k] / (Σ_j matrix[k, j] + Σ_i matrix[i, k] − matrix[k, k])

    Parameters
    ----------
    matrix : np.ndarray, shape (K, K), whole numbers
        From :func:`confusion_matrix`.

    Returns
    -------
    np.ndarray, shape (K,), float64
        0 to 1; nan for a class that is neither there nor predicted.

    Raises
    ------
    ShapeError
        When the matrix is not square.
    TypeError
        When it does not hold whole numbers.

    Lesson: 10_segmentation
    Source: Long, Shelhamer and Darrell, 2015, Fully convolutional networks for semantic segmentation, section 5.
    """
    expect_shapes("iou_from_confusion", "matrix[K K]", matrix)
    expect_whole_numbers("iou_from_confusion", matrix=matrix)
    intersection = np.diag(matrix)  # (K,)
    union = matrix.sum(axis=1) + matrix.sum(axis=0) - intersection  # (K,)
    return np.divide(intersection, union, out=np.full(len(matrix), np.nan), where=union > 0)


def mean_iou(ious: np.ndarray) -> float:
    """Average the overlap of the classes that occur.

    Parameters
    ----------
    ious : np.ndarray, shape (K,)
        From :func:`iou` or :func:`iou_from_confusion`.

    Returns
    -------
    float
        0 to 1; every class counts the same, however few pixels it has.

    Raises
    ------
    ShapeError
        When no class occurs, or there is more than one axis.
    TypeError
        For anything but an array of floating-point numbers.

    Lesson: 10_segmentation
    Source: Long, Shelhamer and Darrell, 2015, Fully convolutional networks for semantic segmentation, section 5.
    """
    expect_shapes("mean_iou", "ious[K]", ious)
    expect_floats("mean_iou", ious=ious)
    occurring = ious[~np.isnan(ious)]
    if occurring.size == 0:
        raise ShapeError("mean_iou: no class occurs, there is nothing to average")
    return float(occurring.mean())


def _confusion(where: str, predicted, target, num_classes) -> np.ndarray:
    k = whole(where, "num_classes", num_classes, least=1)
    _expect_classes(where, predicted, target)
    expect_below(where, "predicted", predicted, k, "num_classes")
    expect_below(where, "target", target, k, "num_classes")
    pairs = target.astype(np.int64) * k + predicted.astype(np.int64)  # one number for each pair of classes
    return np.bincount(pairs.ravel(), minlength=k * k).reshape(k, k)


def _expect_classes(where: str, predicted, target) -> None:
    expect_whole_numbers(where, target=target)
    if isinstance(predicted, np.ndarray) and predicted.dtype.kind == "f" and predicted.ndim == target.ndim + 1:
        raise TypeError(f"{where}: predicted holds scores, not classes; try predicted.argmax(axis=1)")
    expect_whole_numbers(where, predicted=predicted)
    expect_same_shape(where, predicted=predicted, target=target)


def _expect_some(where: str, name: str, array) -> None:
    if array.size == 0:
        raise ShapeError(f"{where}: {name} is empty, shape {array.shape}; there is nothing to count")
