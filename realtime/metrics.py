"""What is counted, and shown at `/metrics` for Prometheus."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest


class Metrics:
    """The counters and gauges of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._refused = Counter(
            "lyceum_refused",
            "Input that was refused, by where it came in and why.",
            ("boundary", "reason"),
            registry=self.registry,
        )
        self._commands = Counter(
            "lyceum_commands", "Commands performed.", ("command", "outcome"), registry=self.registry
        )

    def refused(self, boundary: str, reason: str) -> None:
        """Count one refusal at `http`, `board`, `voice`, `feed` or `bus`."""
        self._refused.labels(boundary, reason).inc()

    def command(self, name: str, outcome: str) -> None:
        """Count one command as `done`, `repeated` or `refused`."""
        self._commands.labels(name, outcome).inc()

    def gauge(self, name: str, text: str, read: Callable[[], float]) -> None:
        """Show what `read` answers when it is asked for."""
        Gauge(f"lyceum_{name}", text, registry=self.registry).set_function(read)

    def text(self) -> bytes:
        """The present figures in the exposition format."""
        return generate_latest(self.registry)
