"""Which pages may open a WebSocket: browsers send their origin, and apply no CORS."""

import re
from collections.abc import Sequence


class Origins:
    """The origins whose pages may open a WebSocket; browsers apply no CORS to it. `pattern` is for more of them."""

    def __init__(self, allowed: Sequence[str], pattern: str | None) -> None:
        self._allowed = allowed
        self._pattern = pattern

    def allow(self, origin: str | None, host: str) -> bool:
        """True for the API's own pages, for those of other origins that are allowed, and without an origin."""
        return (
            origin is None
            or origin in self._allowed
            or origin.partition("://")[2] == host
            or (self._pattern is not None and re.fullmatch(self._pattern, origin) is not None)
        )
