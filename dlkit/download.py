"""How a file comes from the network whole or not at all: mirrors, SHA-256, resuming, and a message when it cannot."""

import errno
import hashlib
import os
import shutil
import warnings
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from dlkit import lock
from dlkit.errors import DataMissing

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_TIMEOUT = (10, 30)  # seconds to connect, seconds between two packets


class _Refused(Exception):
    """Why one mirror was given up, in a few words."""


@dataclass(frozen=True)
class RemoteFile:
    """One file on the network.

    Attributes
    ----------
    name : str
        Its place below the cache folder, ``"mnist/train-images-idx3-ubyte.gz"``.
    size : int
        Bytes.
    sha256 : str
        What its bytes must hash to.
    urls : tuple of str
        Full addresses, tried in order.
    """

    name: str
    size: int
    sha256: str
    urls: tuple[str, ...]


def obtain(file: RemoteFile, folder: Path) -> Path:
    """Return the path of an intact copy of a file, downloading it first where that is needed.

    A file counts only when its SHA-256 is right. A download grows beside its target as ``.part`` and is taken up again after a
    break; a lock keeps processes that share the folder from writing into each other; a damaged copy is renamed and kept.
    ``DLKIT_DATA_URL``, a URL or a folder, is tried before the file's own addresses.

    Parameters
    ----------
    file : RemoteFile
        What is wanted.
    folder : pathlib.Path
        The cache folder; it is made when missing.

    Returns
    -------
    pathlib.Path
        The intact file.

    Raises
    ------
    DataMissing
        When no mirror gave the file or it cannot be stored. The message names every address tried, with its reason, and says
        how to place the file by hand.
    """
    target = folder / file.name
    if _intact(target, file):
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with lock.held(target.with_name(f".{target.name}.lock"), patience=600) as alone:
            if _intact(target, file):  # another process was faster
                return target
            _set_aside(target)
            part = target.with_name(target.name + ".part")
            usable = alone and (not part.exists() or os.access(part, os.W_OK))  # another user's may not be ours to continue
            _from_mirrors(file, target, part if usable else None)
        with suppress(OSError):
            target.chmod(0o644)  # temporary files are private; this one is for everybody who shares the folder
    except DataMissing:
        raise
    except OSError as error:
        raise DataMissing(_not_stored(file, target, error)) from error
    return target


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    """
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _intact(target, file):
    try:
        return target.stat().st_size == file.size and sha256(target) == file.sha256
    except FileNotFoundError:
        return False
    except OSError as error:
        raise DataMissing(f"{target} cannot be read ({_why(error)}). Ask its owner to make it readable.") from error


def _set_aside(target):
    if not target.exists():
        return
    kept = target.with_name(f"{target.name}.damaged-{datetime.now():%Y%m%d-%H%M%S-%f}")
    os.replace(target, kept)
    warnings.warn(f"{target} was damaged; it is kept as {kept.name} and fetched afresh.", stacklevel=4)


def _from_mirrors(file, target, part):
    reasons = []
    for url in [*_school_mirror(file), *file.urls]:
        try:
            _from_mirror(url, file, target, part)
            return
        except _Refused as reason:
            reasons.append(f"{url}\n    {reason}")
    raise DataMissing(
        f"{file.name} could not be fetched.\nTried:\n  "
        + "\n  ".join(reasons or ["nothing: no address is known"])
        + f"\nTo place it by hand: download it where there is a network ({_megabytes(file.size)}) and put it into the folder"
        f"\n  {target.parent}\nunder the name\n  {target.name}\nthen run the cell again. "
        "Or set DLKIT_DATA_URL to another mirror, a URL or a folder."
    )


def _school_mirror(file):
    base = os.environ.get("DLKIT_DATA_URL", "").removeprefix("file://").rstrip("/\\")
    base = base if "://" in base else os.path.expanduser(base)
    return [f"{base}/{file.name}", f"{base}/{Path(file.name).name}"] if base else []


def _from_mirror(url, file, target, part):
    """Fetch from one mirror; once more from the first byte when bytes left over from before proved wrong."""
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")
    while True:
        taken_up = part is not None and part.exists()
        try:
            pooch.retrieve(url, f"sha256:{file.sha256}", target.name, target.parent, downloader=partial(_stream, file, part))
            return
        except requests.RequestException as error:
            raise _Refused(_reason(error)) from error
        except ValueError as error:  # pooch: the hash is wrong; it has removed the bytes
            if not taken_up:
                raise _Refused("the content is not the expected one (wrong SHA-256)") from error
            part.unlink(missing_ok=True)


def _stream(file, part, url, output, _pooch):
    """Bring the bytes of ``url`` into ``output``, by way of ``part`` where bytes may be kept for later."""
    if not url.startswith(("http://", "https://")):
        _copy(url, file, output)
        return
    import requests
    from tqdm.auto import tqdm

    sink = part or Path(output)
    start = sink.stat().st_size if sink.exists() else 0
    if start >= file.size:
        sink.unlink()
        start = 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as response:
        response.raise_for_status()
        if response.status_code != 206:
            start = 0  # this server cannot continue in the middle
        length = int(response.headers.get("Content-Length", file.size - start))
        if start + length != file.size:
            raise _Refused(f"another file: {start + length:,} bytes instead of {file.size:,}")
        bar = tqdm(total=file.size, initial=start, unit="B", unit_scale=True, desc=Path(file.name).name, leave=False)
        with open(sink, "ab" if start else "wb") as out, bar:
            for chunk in response.iter_content(1 << 16):
                out.write(chunk)
                bar.update(len(chunk))
    if (size := sink.stat().st_size) < file.size:
        raise _Refused(f"the connection broke off after {size:,} of {file.size:,} bytes")
    if part:
        os.replace(part, output)


def _copy(path, file, output):
    try:
        source = open(path, "rb")  # noqa: SIM115 (errors of the source and of the target mean different things)
    except OSError as error:
        raise _Refused(_why(error)) from error
    with source, open(output, "wb") as out:
        shutil.copyfileobj(source, out)
    if (size := os.path.getsize(output)) != file.size:
        raise _Refused(f"another file: {size:,} bytes instead of {file.size:,}")


def _reason(error):
    import requests

    if error.response is not None:
        return f"the server answers {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.exceptions.SSLError):
        return "the certificate of the server is not accepted"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy refuses the connection"
    if isinstance(error, requests.exceptions.Timeout) or "timed out" in str(error):
        return f"no answer within {_TIMEOUT[1]} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off; what came is kept and continued next time"
    if isinstance(error, requests.exceptions.ConnectionError):
        return "no connection"
    return f"{type(error).__name__}: {error}"


def _not_stored(file, target, error):
    if error.errno in _FULL:
        return (
            f"{file.name} could not be stored: the disk of {target.parent} is full. Free {_megabytes(file.size)} and run the "
            "cell again, or set DLKIT_DATA to a folder on another disk."
        )
    damaged = "is damaged and cannot be replaced" if target.exists() else "could not be stored"
    if error.errno in _CLOSED:
        return (
            f"{file.name} {damaged}: the folder {target.parent} is read-only for you. Set DLKIT_DATA to a folder of your own, "
            f"or ask its owner to put the file there under the name {target.name}."
        )
    return f"{file.name} {damaged} in {target.parent}: {_why(error)}. Set DLKIT_DATA to another folder and run the cell again."


def _why(error):
    return error.strerror or f"{type(error).__name__}: {error}"


def _megabytes(size):
    return f"{size / 1e6:,.1f} MB"
