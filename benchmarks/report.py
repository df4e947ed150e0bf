"""What every benchmark prints: a table to read, and last one line of JSON."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Literal

import msgspec
import psutil
from rich.console import Console
from rich.table import Table


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. `target` is the most that `ours` may be; a figure without one only informs.

    `ratio` says how many times as good ours is as the peer's: ours / peer where more is better, else
    peer / ours. With `target_of` "ratio" it is the ratio that has to reach `target`, with "least" `ours`.
    """

    work: str
    unit: str
    ours: float
    peer: float | None = None
    ratio: float | None = None
    target: float | None = None
    met: bool | None = None
    target_of: Literal["ratio", "least"] | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True)
class Arguments:
    """What a benchmark was asked for. `data` is the folder of real input."""

    quick: bool
    data: Path | None


def arguments(name: str, about: str | None) -> Arguments:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=about)
    parser.add_argument("--quick", action="store_true", help="end within 60 seconds")
    parser.add_argument("--data", type=Path, help="folder of real input, where there is any")
    read = parser.parse_args()
    return Arguments(quick=read.quick, data=read.data)


def at_most(work: str, unit: str, ours: float, target: float | None = None, peer: float | None = None) -> Row:
    """A figure that should be small, the peer's beside it."""
    return Row(
        work=work,
        unit=unit,
        ours=_rounded(ours),
        peer=None if peer is None else _rounded(peer),
        ratio=None if peer is None or not ours else _rounded(peer / ours),
        target=None if target is None else _rounded(target),
        met=None if target is None else ours <= target,
    )


def at_least(
    work: str, unit: str, ours: float, target: float | None = None, peer: float | None = None, digits: int = 2
) -> Row:
    """A figure that should be large, the peer's beside it, and what it has to reach."""
    return Row(
        work=work,
        unit=unit,
        ours=round(ours, digits),
        peer=peer,
        ratio=None if not peer else _rounded(ours / peer),
        target=target,
        met=None if target is None else ours >= target,
        target_of=msgspec.UNSET if target is None else "least",
    )


def at_least_times(work: str, unit: str, ours: float, peer: float | None, target: float | None = None) -> Row:
    """A figure that should be large: `target` times the peer's at least. Nothing is met without a peer."""
    ratio = None if peer is None or not peer else ours / peer
    return Row(
        work=work,
        unit=unit,
        ours=_rounded(ours),
        peer=None if peer is None else _rounded(peer),
        ratio=None if ratio is None else _rounded(ratio),
        target=target,
        met=None if ratio is None or target is None else ratio >= target,
        target_of=msgspec.UNSET if target is None else "ratio",
    )


def median(samples: Sequence[float]) -> float:
    """The middle one."""
    return quantile(samples, 0.5)


def quantile(samples: Sequence[float], part: float) -> float:
    """The smallest sample that at least this part of them does not exceed."""
    return sorted(samples)[max(0, ceil(part * len(samples)) - 1)]


def spread(
    work: str, samples: Sequence[float], p50: float | None = None, p99: float | None = None
) -> list[Row]:
    """Median and 99th percentile of milliseconds, each beside its target if it has one."""
    return [
        at_most(f"{work}, p50 of {len(samples)}", "ms", median(samples), p50),
        at_most(f"{work}, p99", "ms", quantile(samples, 0.99), p99),
    ]


def show(benchmark: str, rows: Sequence[Row], no_peer: str | None = None) -> None:
    """Print the table and the line. `no_peer` says why there is no peer to compare with."""
    table = Table(title=f"{benchmark} ({machine()})", title_justify="left")
    table.add_column("work", overflow="fold")
    compared = any(row.peer is not None for row in rows)
    columns = ("ours", "peer", "ratio", "target") if compared else ("ours", "target")
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("met")
    for row in rows:
        met = "" if row.met is None else "yes" if row.met else "NO"
        table.add_row(row.work, *(_cell(row, column) for column in columns), met)
    Console(width=140 if compared else 110).print(table)
    if no_peer:
        print(f"No peer: {no_peer}")
    line = {"benchmark": benchmark, "rows": rows, "no_peer": no_peer, "machine": machine()}
    print(msgspec.json.encode(line).decode(), flush=True)


def machine() -> str:
    """The size of this machine, and how much else it was doing: its load when the table is printed."""
    gib = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores, {gib:.0f} GiB, load {os.getloadavg()[0]:.1f}"


def _rounded(value: float) -> float:
    return round(value, 2) if abs(value) < 1000 else round(value)


def _cell(row: Row, column: str) -> str:
    value: float | None = getattr(row, column)
    if value is None:
        return ""
    of_ratio = column == "ratio" or (column == "target" and row.target_of == "ratio")
    return f"{value:,.10g} {'×' if of_ratio else row.unit}"  # noqa: RUF001
