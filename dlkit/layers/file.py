"""Arrays by name in a file of the safetensors format, which PyTorch reads and writes too."""

import os
from contextlib import suppress
from pathlib import Path

import numpy as np


def write(path, arrays: dict[str, np.ndarray]) -> None:
    """Write arrays to a file in one step: a reader, or a kill at any moment, meets the old file or the new one, never a half.

    Parameters
    ----------
    path : str or pathlib.Path
    arrays : dict of str to np.ndarray

    Raises
    ------
    OSError
        When the disk is full or refuses; what stood there before is unharmed.
    """
    from safetensors.numpy import save

    path = Path(path)
    content = save({name: np.array(array, order="C") for name, array in arrays.items()})  # it would write strides wrong
    new = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with open(new, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(new, path)
    except OSError as error:
        kept = "; the file that stood there is unharmed" if path.is_file() else ""
        raise type(error)(error.errno, f"save: {path} was not written: {error.strerror}{kept}") from error
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


def read(path, wanted: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Read the arrays of a file, if they are just those that are wanted.

    Parameters
    ----------
    path : str or pathlib.Path
    wanted : dict of str to np.ndarray
        The names and shapes that must be there. float32 may stand where float64 is wanted, and the other way round.

    Returns
    -------
    dict of str to np.ndarray
        In the order of ``wanted``.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    ValueError
        When the file is damaged, or holds other arrays.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    path = Path(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        beside = sorted(one.name for one in path.parent.glob("*.safetensors"))
        there = f"in that folder: {', '.join(beside)}" if beside else "save a network there first"
        raise FileNotFoundError(f"load: there is no file {path}; {there}") from None
    try:
        found = load(content)
    except SafetensorError as error:
        raise ValueError(
            f"load: {path} is damaged or no safetensors file ({error}). A file of torch.save is another format: in PyTorch, "
            "write it with safetensors.torch.save_file(module.state_dict(), path)"
        ) from error
    except KeyError as error:
        raise ValueError(f"load: {path} holds numbers of type {error}, which NumPy has not; save it as float32") from error
    # PyTorch's batch norm also counts its batches; nothing here needs that number.
    found = {name: a for name, a in found.items() if name in wanted or name.split(".")[-1] != "num_batches_tracked"}
    _expect(path, found, wanted)
    return {name: found[name] for name in wanted}


def _expect(path, found, wanted) -> None:
    problems = [f"  missing: {name} {array.shape}" for name, array in wanted.items() if name not in found]
    problems += [f"  extra: {name} {array.shape}" for name, array in found.items() if name not in wanted]
    for name in wanted.keys() & found.keys():
        mine, other = wanted[name], found[name]
        if mine.shape != other.shape:
            problems.append(f"  another shape: {name} is {mine.shape} in the network, {other.shape} in the file")
        elif mine.dtype.kind != other.dtype.kind:
            problems.append(f"  another kind of number: {name} is {mine.dtype} in the network, {other.dtype} in the file")
    if problems:
        raise ValueError("\n".join([f"load: {path} belongs to another network; nothing was loaded.", *sorted(problems)]))
