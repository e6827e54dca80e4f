"""What a row on a broker is told: `python -m tests.bench.<module> BROKER GROUP SOURCE NAME=SINK...`."""

import sys
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Route:
    """From where to where. `sinks`: topic of each disposition, or the one named `copy`."""

    broker: str
    group: str
    source: str
    sinks: dict[str, str]

    @classmethod
    def from_arguments(cls) -> Self:
        """The route on the command line."""
        broker, group, source, *sinks = sys.argv[1:]
        sys.argv[1:] = []  # Faust reads the command line too
        return cls(broker, group, source, dict(sink.split("=", 1) for sink in sinks))

    def arguments(self) -> list[str]:
        """The command line of this route."""
        return [self.broker, self.group, self.source, *(f"{name}={topic}" for name, topic in self.sinks.items())]
