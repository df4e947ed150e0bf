"""What a test needs of the machine: there, or the test is skipped and says why, or with CI=true it fails."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

OTHER_NAMES = {"chromium": ("chromium-browser", "google-chrome")}


def need(program: str) -> str:
    """The path of `program`; without it the test ends here."""
    for name in (program, *OTHER_NAMES.get(program, ())):
        if path := shutil.which(name):
            return path
    lacking(f"{program} is not installed")


def need_folder(folder: Path, what: str) -> Path:
    """`folder`, which holds `what`; without it the test ends here."""
    return folder if folder.is_dir() else lacking(f"{what} is not at {folder}")


def lacking(why: str) -> NoReturn:
    """End the test: skipped on a developer's machine, failed where all must run."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)
