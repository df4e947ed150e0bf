"""Web nodes are killed while people type; they come back to another, and in the end all is compared."""

from benchmarks.measuring.board_house import Deployment
from benchmarks.measuring.board_step import Pace
from benchmarks.report import Row


def kills(deployed: Deployment, pace: Pace) -> list[Row]:
    return []
