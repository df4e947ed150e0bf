"""Programs in C that make load, compiled when they are first needed."""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".cache" / "load"


class NoCompiler(Exception):
    """The load is made by a program in C, and there is no C compiler here (gcc, clang or cc)."""


def compiled(source: Path, options: Sequence[str] = ()) -> Path:
    """What becomes of the source. Raises `NoCompiler`."""
    made = CACHE / f"{source.stem}-{hashlib.sha256(source.read_bytes()).hexdigest()[:12]}"
    if made.exists():
        return made
    compiler = shutil.which("gcc") or shutil.which("clang") or shutil.which("cc")
    if compiler is None:
        raise NoCompiler(NoCompiler.__doc__)
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        draft = Path(folder) / source.stem
        subprocess.run((compiler, "-O2", "-o", str(draft), str(source), *options), check=True)
        draft.rename(made)
    return made
