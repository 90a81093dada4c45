"""What it takes to repaint an image: a measure of its manner that forgets the places, and one of its roughness."""

import numpy as np

from dlkit.numpy_ops.reduction import expect_reduction, reduce, share
from dlkit.shapes import expect_floats, expect_shapes, expect_upstream, flag


def gram_matrix_forward(x: np.ndarray, *, normalize: bool = True):
    """Count which channels of a feature map light up together, wherever they do.

    y[n, c, k] = 1 / (C·H·W) · Σ_i Σ_j x[n, c, i, j] · x[n, k, i, j]

    Parameters
    ----------
    x : np.ndarray, shape (N, C, H, W)
        Feature maps.
    normalize : bool
        Divide by C·H·W, so that layers of all sizes can be compared; without it, the sum alone.

    Returns
    -------
    y : np.ndarray, shape (N, C, C)
    cache : tuple
        For :func:`gram_matrix_backward`.

    Raises
    ------
    ShapeError
        When ``x`` has not four axes.
    TypeError
        For anything but a floating-point array, or when ``normalize`` is neither True nor False.

    Notes
    -----
    Gatys and others take the plain sum (their equation 3) and divide the squared difference of two of them by 4·C²·(H·W)²
    (equation 4). Dividing each matrix by C·H·W, as Johnson, Alahi and Fei-Fei do (2016, Perceptual losses for real-time style
    transfer and super-resolution, equation 3), is the same but for the 4. The matrix of an image without pixels is zero.

    Lesson: 20_image_translation
    Source: Gatys, Ecker and Bethge, 2016, Image style transfer using convolutional neural networks, equation 3.
    """
    where = "gram_matrix_forward"
    expect_shapes(where, "x[N C H W]", x)
    expect_floats(where, x=x)
    flag(where, "normalize", normalize)
    n, c, h, w = x.shape
    scale = 1 / max(c * h * w, 1) if normalize else 1.0
    maps = x.reshape(n, c, h * w)  # (N, C, H·W)
    return maps @ maps.transpose(0, 2, 1) * scale, (maps, x.shape, scale)


def gram_matrix_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of Gram matrices back to the feature maps.

    dx[n, c, i, j] = 1 / (C·H·W) · Σ_k (dy[n, c, k] + dy[n, k, c]) · x[n, k, i, j]

    Parameters
    ----------
    dy : np.ndarray, shape (N, C, C)
        The gradient of the loss with respect to ``y``; it need not be symmetric.
    cache : tuple
        From :func:`gram_matrix_forward`.

    Returns
    -------
    np.ndarray, shape (N, C, H, W)

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Lesson: 20_image_translation
    Source: Gatys, Ecker and Bethge, 2016, Image style transfer using convolutional neural networks, equation 6.
    """
    maps, shape, scale = cache
    dy = expect_upstream("gram_matrix_backward", dy, (*shape[:2], shape[1]), maps.dtype)
    both = (dy + dy.transpose(0, 2, 1)) * scale  # (N, C, C): every channel is a row of the matrix and a column
    return (both @ maps).reshape(shape)


def total_variation_forward(x: np.ndarray, *, reduction="mean"):
    """Add up how much neighbouring pixels differ: little in smooth images, much in noisy ones.

    y = mean_n Σ_c ( Σ_i Σ_j |x[n, c, i+1, j] − x[n, c, i, j]| + Σ_i Σ_j |x[n, c, i, j+1] − x[n, c, i, j]| )

    Parameters
    ----------
    x : np.ndarray, shape (N, C, H, W)
        The images.
    reduction : {"mean", "sum", "none"}
        What becomes of the images' variations. The differences within an image are always added up.

    Returns
    -------
    y : np.ndarray, shape (), with ``reduction="none"`` (N,)
    cache : tuple
        For :func:`total_variation_backward`.

    Raises
    ------
    ShapeError
        When ``x`` has not four axes.
    TypeError
        For anything but a floating-point array.
    ValueError
        For another reduction.

    Notes
    -----
    This is the anisotropic form: differences down and across are measured each for itself. The paper's is √(down² + across²),
    which does not prefer upright edges, but has no slope wherever both are zero.

    Lesson: 20_image_translation
    Source: Rudin, Osher and Fatemi, 1992, Nonlinear total variation based noise removal algorithms, section 2.
    """
    where = "total_variation_forward"
    expect_shapes(where, "x[N C H W]", x)
    expect_floats(where, x=x)
    expect_reduction(where, reduction)
    down, across = np.diff(x, axis=2), np.diff(x, axis=3)  # (N, C, H − 1, W), (N, C, H, W − 1)
    losses = np.abs(down).sum(axis=(1, 2, 3)) + np.abs(across).sum(axis=(1, 2, 3))  # (N,)
    return reduce(losses, reduction), (np.sign(down), np.sign(across), x.shape, reduction)


def total_variation_backward(dy, cache: tuple):
    """Pull every pixel towards each of its neighbours, with the same force however far they are.

    Of every difference, the sign goes to the later pixel and its negative to the earlier one: ∂|b − a| / ∂b = sign(b − a).

    Parameters
    ----------
    dy : np.ndarray or float, shape (), with ``reduction="none"`` (N,)
        The gradient of what follows with respect to ``y``.
    cache : tuple
        From :func:`total_variation_forward`.

    Returns
    -------
    np.ndarray, shape (N, C, H, W)

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Notes
    -----
    Between equal pixels the slope is 0, as in PyTorch.

    Lesson: 20_image_translation
    Source: Rudin, Osher and Fatemi, 1992, Nonlinear total variation based noise removal algorithms, section 2.
    """
    down, across, shape, reduction = cache
    dy = share("total_variation_backward", dy, shape[:1], down.dtype, reduction)
    dx = np.zeros(shape, down.dtype)  # (N, C, H, W)
    dx[:, :, 1:] += down
    dx[:, :, :-1] -= down
    dx[:, :, :, 1:] += across
    dx[:, :, :, :-1] -= across
    dx *= dy[:, None, None, None]
    return dx
