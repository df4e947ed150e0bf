"""Write the golden files that are missing."""

from tests.golden.store import write_missing

for path in write_missing():
    print(path.name)  # noqa: T201  a command line
