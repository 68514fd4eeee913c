"""The resident memory that the cache uses, compared with its setting."""

from dataclasses import dataclass

TOLERANCE = 1.25
"""The factor of its setting that the cache may use at most."""


@dataclass
class Growth:
    """Resident memory of a server in megabytes: when it was ready, and the peak since then."""

    ready_mb: float
    peak_mb: float

    def record(self, resident_mb: float) -> None:
        """Add a measurement."""
        self.peak_mb = max(self.peak_mb, resident_mb)

    @property
    def grown_mb(self) -> float:
        """The growth in megabytes."""
        return self.peak_mb - self.ready_mb


def report(cached: Growth, uncached: Growth, setting_mb: int) -> str:
    """Describe the growth caused by the cache: of the server with it, minus that of the server without it."""
    caused = cached.grown_mb - uncached.grown_mb
    within = caused <= setting_mb * TOLERANCE
    return (
        f"Resident memory grew by {cached.grown_mb:.0f} MB with the cache and by {uncached.grown_mb:.0f} MB without: "
        f"{caused:.0f} MB by the cache, whose setting is {setting_mb} MB ({'within' if within else 'ABOVE'} the bound "
        f"of {setting_mb * TOLERANCE:.0f} MB)."
    )
