"""A circuit breaker: after several failures in a row, a vendor is not called for a while.

CLOSED     calls pass; `failures` in a row open it
OPEN       no call passes until `open_seconds` have gone by
HALF_OPEN  one call passes: its success closes the breaker, its failure opens it again
"""

from collections.abc import Callable
from enum import StrEnum


class BreakerState(StrEnum):
    """Whether calls pass."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """The state of one vendor, by the outcomes of its calls. `clock` returns seconds, and never goes back."""

    def __init__(self, clock: Callable[[], float], failures: int = 5, open_seconds: float = 30) -> None:
        self._clock = clock
        self._max_failures = failures
        self._open_seconds = open_seconds
        self._failures = 0
        self._opened_at: float | None = None
        self._is_tried = False

    @property
    def state(self) -> BreakerState:
        """Whether calls pass now."""
        if self._opened_at is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self.seconds_left > 0 else BreakerState.HALF_OPEN

    @property
    def seconds_left(self) -> float:
        """Seconds until a call passes again; 0 unless it is open."""
        return 0 if self._opened_at is None else max(0.0, self._opened_at + self._open_seconds - self._clock())

    def begin(self) -> bool:
        """Return True if a call may begin. Each that begins must end with `succeed`, `fail` or `abandon`."""
        if self.state is BreakerState.CLOSED:
            return True
        if self.state is BreakerState.OPEN or self._is_tried:
            return False
        self._is_tried = True
        return True

    def succeed(self) -> None:
        """Record that the vendor answered a call."""
        self._failures, self._opened_at, self._is_tried = 0, None, False

    def fail(self) -> None:
        """Record that the vendor failed a call."""
        self._failures += 1
        if self._is_tried or self._failures >= self._max_failures:
            self._opened_at = self._clock()
        self._is_tried = False

    def abandon(self) -> None:
        """Record that a call ended without telling anything about the vendor, such as a cancelled one."""
        self._is_tried = False
