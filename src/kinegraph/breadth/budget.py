"""What one answer may hold, counted while it grows, by both executors."""

from collections.abc import Callable

VALUES_PER_OBJECT = 32
"""Values of fields for each object of the limit: aliases can make an answer of few objects large as well."""


class Budget:
    """Counts an answer's objects, their fields, and the bytes of text that was finished beforehand (fragments).

    `refuse` makes the exception that ends an answer that is too large.
    """

    def __init__(self, max_objects: int, max_bytes: int, refuse: Callable[[str], Exception]) -> None:
        self.max_objects = max_objects
        self.max_bytes = max_bytes
        self.bytes = 0
        self.objects = 0
        self.values = 0
        self._refuse = refuse
        self._excess = ""

    @property
    def is_exceeded(self) -> bool:
        """Whether the answer is refused."""
        return bool(self._excess)

    @property
    def refusal(self) -> Exception:
        """The refusal, made anew each time: one that was stored would hold the frames that it went through."""
        return self._refuse(self._excess)

    def spend(self, objects: int, fields: int, within: int = 0) -> None:
        """Count objects of so many fields each, and so many objects within each. Raises the refusal."""
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
        """Count from nothing: the answer is made anew."""
        self.objects = self.values = self.bytes = 0
