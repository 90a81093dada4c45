"""Layers: an operation together with its parameters and its last cache, and layers made of layers.

Most are named, and their parameters too, as those of ``torch.nn``. A new layer is two or three lines; :class:`Layer` shows how.
"""

from dlkit.layers.activations import (
    ELU,
    GELU,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)  # fmt: skip
from dlkit.layers.containers import Flatten, Residual, Sequential
from dlkit.layers.layer import Layer
from dlkit.layers.normalization import BatchNorm, Dropout, GroupNorm, LayerNorm, LocalResponseNorm
from dlkit.layers.pooling import (
    AdaptiveAvgPool2d,
    AvgPool1d,
    AvgPool2d,
    GlobalAvgPool2d,
    MaxPool1d,
    MaxPool2d,
    PixelShuffle,
    Upsample,
)  # fmt: skip
from dlkit.layers.sequences import GRU, LSTM, RNN, Embedding, MultiHeadAttention
from dlkit.layers.weights import Conv1d, Conv2d, ConvTranspose2d, Linear

__all__ = [
    "ELU", "GELU", "GRU", "LSTM", "RNN", "AdaptiveAvgPool2d", "AvgPool1d", "AvgPool2d", "BatchNorm", "Conv1d", "Conv2d",
    "ConvTranspose2d", "Dropout", "Embedding", "Flatten", "GlobalAvgPool2d", "GroupNorm", "Layer", "LayerNorm", "LeakyReLU",
    "Linear", "LocalResponseNorm", "LogSoftmax", "MaxPool1d", "MaxPool2d", "MultiHeadAttention", "PixelShuffle", "ReLU",
    "Residual", "Sequential", "SiLU", "Sigmoid", "Softmax", "Softplus", "Tanh", "Upsample",
]  # fmt: skip
