"""Latencies in buckets that grow by a tenth: any number of values in a few hundred numbers, and sums of them."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

from pytest_zstack_ticket.model.exchange import JsonObject

GROWTH = math.log(1.1)
SHORTEST = 1e-5


@dataclass(slots=True)
class Histogram:
    """Counts of seconds by bucket. A quantile is right to five per cent."""

    buckets: Counter[int] = field(default_factory=Counter)
    count: int = 0
    total: float = 0.0
    longest: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one value."""
        self.buckets[math.floor(math.log(max(seconds, SHORTEST)) / GROWTH)] += 1
        self.count += 1
        self.total += seconds
        self.longest = max(self.longest, seconds)

    def merge(self, other: Histogram) -> None:
        """Add the values of another histogram."""
        self.buckets.update(other.buckets)
        self.count += other.count
        self.total += other.total
        self.longest = max(self.longest, other.longest)

    def quantile(self, share: float) -> float:
        """Seconds that this share of all values is not above; 0 without values."""
        wanted, seen = math.ceil(share * self.count), 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen >= wanted:
                return min(self.longest, math.exp((bucket + 0.5) * GROWTH))
        return 0.0

    def figures(self) -> JsonObject:
        """Count, mean and quantiles, in seconds."""
        quantiles = {f"p{share * 100:g}": round(self.quantile(share), 4) for share in (0.5, 0.95, 0.99)}
        mean = self.total / self.count if self.count else 0.0
        return {"count": self.count, "mean": round(mean, 4), **quantiles, "max": round(self.longest, 4)}

    def to_json(self) -> JsonObject:
        """Return all of it, for another process."""
        buckets = {str(bucket): count for bucket, count in self.buckets.items()}
        return {"buckets": buckets, "count": self.count, "total": self.total, "longest": self.longest}

    @classmethod
    def from_json(cls, data: JsonObject) -> Histogram:
        """Read what another process sent."""
        buckets = Counter({int(bucket): count for bucket, count in data["buckets"].items()})
        return cls(buckets=buckets, count=data["count"], total=data["total"], longest=data["longest"])
