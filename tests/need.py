"""What tests need and a machine may lack: absent, a test is skipped and says why; with CI=true it fails."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


def need(binary: str) -> str:
    """The path of `binary`."""
    path = shutil.which(binary)
    return path if path is not None else _lacking(f"{binary} is not installed")


def need_folder(folder: Path, what: str) -> Path:
    """`folder`, which holds `what`."""
    return folder if folder.is_dir() else _lacking(f"{what} is not at {folder}")


def _lacking(why: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)
