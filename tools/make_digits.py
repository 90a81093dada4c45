"""Make data/digits.npz from scikit-learn's copy of the UCI digits: ``python -m tools.make_digits``.

The same bytes come out on every machine: the members are stored, not compressed (two zlib builds compress differently),
and carry a fixed date.
"""

import io
import zipfile
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "data" / "digits.npz"


def digits() -> dict[str, np.ndarray]:
    """Return the digits as scikit-learn has them, in the smallest dtype that holds them.

    Returns
    -------
    dict of str to np.ndarray
        ``x``, shape (N, H, W), grey levels 0 to 16, and ``y``, shape (N,), classes 0 to 9; both uint8.
    """
    from sklearn.datasets import load_digits

    source = load_digits()
    return {"x": source.images.astype(np.uint8), "y": source.target.astype(np.uint8)}


def write(target: Path) -> None:
    """Write the digits as an ``.npz`` file.

    Parameters
    ----------
    target : pathlib.Path
        The file to write.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, array in digits().items():
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system = 3  # else the byte differs between Windows and the rest
            content = io.BytesIO()
            np.lib.format.write_array(content, array, version=(1, 0), allow_pickle=False)
            archive.writestr(member, content.getvalue())


if __name__ == "__main__":
    write(TARGET)
