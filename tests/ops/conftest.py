"""Overflow, division by zero and invalid values inside an operation are mistakes even where the result looks right."""

from pathlib import Path

import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("error::RuntimeWarning"))
            item.add_marker(pytest.mark.filterwarnings("ignore::UserWarning"))  # PyTorch's own, where ours refuses
