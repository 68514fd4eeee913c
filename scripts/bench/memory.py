"""What the cache takes in resident memory, held against its setting."""

from dataclasses import dataclass

TOLERANCE = 1.25
"""How much more than its setting the cache may take, as a factor."""


@dataclass
class Growth:
    """Resident memory of a server, in megabytes, when it was ready and at most since."""

    ready_mb: float
    peak_mb: float

    def record(self, resident_mb: float) -> None:
        """Another measurement."""
        self.peak_mb = max(self.peak_mb, resident_mb)

    @property
    def grown_mb(self) -> float:
        """By how much it grew."""
        return self.peak_mb - self.ready_mb


def report(cached: Growth, uncached: Growth, setting_mb: int) -> str:
    """The growth that the cache is the cause of: what the server with it grew by more than the one without."""
    caused = cached.grown_mb - uncached.grown_mb
    within = caused <= setting_mb * TOLERANCE
    return (
        f"Resident memory grew by {cached.grown_mb:.0f} MB with the cache and by {uncached.grown_mb:.0f} MB without: "
        f"{caused:.0f} MB by the cache, whose setting is {setting_mb} MB ({'within' if within else 'ABOVE'} the bound "
        f"of {setting_mb * TOLERANCE:.0f} MB)."
    )
