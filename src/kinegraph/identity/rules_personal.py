"""The treatment of a column with ids of users in an erasure.

A room declares it where the column is: `Column("author_id", Uuid, ForeignKey("users.id"), info={"personal":
Handling.CLEAR})`. A column of JSON, bytes or ids without a reference, in a table whose rows are not deleted, that names
nobody says `info={"personal": None}`. `privacy` collects them (docs/domain.md, Privacy).
"""

from enum import StrEnum


class Handling(StrEnum):
    """The treatment, in an erasure, of a person's rows, or of their id in rows of others."""

    DELETE = "delete"
    """The rows are the person's: they are exported and deleted."""
    CLEAR = "clear"
    """The id becomes null."""
    REPLACE = "replace"
    """The id becomes that of the erased user, since the column has to have one."""
    SPECIAL = "special"
    """The row is the person's in part; `store_erasing` says how it is erased, `store` how it is exported."""
