"""What a graph is allowed in a second, whoever asks for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Throughput:
    """``autoscale``: then ``ru`` is the most it scales to."""

    ru: int
    autoscale: bool

    def __str__(self) -> str:
        return f"{self.ru:,} RU/s{' (autoscale)' if self.autoscale else ''}"
