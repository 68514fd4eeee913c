"""Limits on the size of one answer, checked while it is built, by both executors."""

from collections.abc import Callable

VALUES_PER_OBJECT = 32
"""Field values allowed for each allowed object: aliases can make an answer of few objects large as well."""


class Budget:
    """Counts an answer's objects, their field values, and the bytes of JSON text taken from the cache (fragments).

    `refuse` makes the exception (the refusal) that ends an answer that is too large.
    """

    def __init__(self, max_objects: int, max_bytes: int, refuse: Callable[[str], Exception]) -> None:
        self.max_objects = max_objects
        self.max_bytes = max_bytes
        self.bytes = 0
        self.objects = 0
        self.values = 0
        self.hits = 0
        """Answers that were found in the cache."""
        self._refuse = refuse
        self._excess = ""

    @property
    def is_exceeded(self) -> bool:
        """True if the answer was too large."""
        return bool(self._excess)

    @property
    def refusal(self) -> Exception:
        """A new refusal each time: a stored exception would hold the frames that it was raised through."""
        return self._refuse(self._excess)

    def spend(self, objects: int, fields: int, within: int = 0) -> None:
        """Count `objects` of `fields` fields each, and `within` objects inside each. Raises the refusal."""
        self.objects += objects * (1 + within)
        self.values += objects * fields
        if self.objects > self.max_objects:
            self._excess = f"more than {self.max_objects:,} objects"
        elif self.values > self.max_objects * VALUES_PER_OBJECT:
            self._excess = f"more than {self.max_objects * VALUES_PER_OBJECT:,} values"
        if self._excess:
            raise self.refusal

    def spend_bytes(self, count: int) -> None:
        """Count bytes of the answer's text. Raises the refusal."""
        self.bytes += count
        if self.bytes > self.max_bytes:
            self._excess = f"more than {self.max_bytes:,} bytes"
            raise self.refusal

    def restart(self) -> None:
        """Set the counts to zero, because the answer is built again from the start."""
        self.objects = self.values = self.bytes = self.hits = 0
