"""The only place that asks for a GPU, and the two ways between NumPy and PyTorch."""

import os
import sys

import numpy as np


def best_device():
    """Find the fastest device PyTorch can use: an NVIDIA or AMD GPU, an Apple GPU, or the processor.

    Returns
    -------
    torch.device
        ``cuda``, ``mps`` or ``cpu``; the environment variable ``DLKIT_DEVICE`` overrides the search.

    Raises
    ------
    ImportError
        When PyTorch is not installed; the message says how to install it.
    """
    torch = _torch()
    if chosen := os.environ.get("DLKIT_DEVICE"):
        return torch.device(chosen)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def to_torch(*arrays, device=None):
    """Copy NumPy arrays into tensors of the same dtype.

    Parameters
    ----------
    *arrays : np.ndarray or None
        ``None`` stays ``None``.
    device : torch.device or str, optional
        Where to; the processor by default. Apple GPUs have no float64, there it becomes float32.

    Returns
    -------
    torch.Tensor or tuple of torch.Tensor
        One for one array, a tuple for several.
    """
    torch = _torch()
    device = torch.device(device or "cpu")

    def copy(array):
        if array is None:
            return None
        tensor = torch.from_numpy(np.array(array))
        return tensor.to(device, torch.float32 if device.type == "mps" and tensor.dtype == torch.float64 else tensor.dtype)

    return copy(arrays[0]) if len(arrays) == 1 else tuple(copy(array) for array in arrays)


def to_numpy(value):
    """Bring a tensor back as an array; anything that is not a tensor is left as it is. Never loads PyTorch.

    Parameters
    ----------
    value : torch.Tensor or anything

    Returns
    -------
    np.ndarray or the value itself
    """
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return value.detach().cpu().numpy()
    return value


def _torch():
    try:
        import torch
    except ImportError as error:
        raise ImportError(
            f'PyTorch does not load ({error}). Install it with: python -m pip install "torch>=2.11". '
            "The NumPy half of the course runs without it."
        ) from error
    return torch
