"""The result of erasing a person."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass
class Erased:
    """The result of an erasure: rows by table; the files and the documents that are to be deleted elsewhere."""

    rows: dict[str, int] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    ids: set[UUID] = field(default_factory=set)

    def count(self, table: str, rows: int) -> None:
        """Add rows of a table."""
        if rows:
            self.rows[table] = self.rows.get(table, 0) + rows
