"""Binaries that some tests need: absent, such a test is skipped and says why; where CI=true it fails."""

import os
import shutil

import pytest


def need(binary: str) -> str:
    """The path of `binary`."""
    path = shutil.which(binary)
    if path is None:
        why = f"{binary} is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    return path
