"""Names are compared whole: keys of conditions, terms and imported rows have everything that the name has.

Before, a key was made of a name's letters and digits alone, cut at 100 characters: `Plank` and `Plank ++` had the same
one, and an import of the second wrote over the first. A key that a coach's or a file's own words make is left as it is.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any  # rows of a result have no types

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

TERMS = ("exercise_categories", "exercise_body_regions", "exercise_equipment")
MAX_NAME_LENGTH = 100
MAX_KEY_LENGTH = 255


def identity_of(name: str) -> str:
    """The form in which names are compared, as of this revision."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).split())


def key_of(name: str) -> str:
    """The import key of a CSV's row, as of this revision."""
    key = f"csv:{identity_of(name)}"
    return key if len(key) <= MAX_KEY_LENGTH else f"csv:sha256:{hashlib.sha256(key[4:].encode()).hexdigest()}"


def former_key_of(name: str) -> str:
    """The import key of a CSV's row before this revision."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name).lower() if not unicodedata.combining(c))
    slug = "-".join(re.findall(r"[^\W_]+", plain))[:100].strip("-")
    return f"csv:{slug or name}"


def former_condition_key(condition: str) -> str:
    """The key of a condition before this revision."""
    return "_".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", condition).casefold()))[:255]


def upgrade() -> None:
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table can be altered while triggers wait
    op.execute("ALTER TABLE exercise_contraindications ALTER COLUMN condition_key TYPE text")
    set_condition_keys(identity_of)
    for table in TERMS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN identity text")
        set_identities(table)
        op.execute(f"""
            ALTER TABLE {table} ALTER COLUMN identity SET NOT NULL;
            CREATE UNIQUE INDEX {table}_identity_idx ON {table} (scope, identity);
        """)
    replace_keys(former_key_of, key_of)


def downgrade() -> None:
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table can be altered while triggers wait
    replace_keys(key_of, former_key_of)
    for table in TERMS:
        op.execute(f"ALTER TABLE {table} DROP COLUMN identity")
    set_condition_keys(former_condition_key)
    op.execute("ALTER TABLE exercise_contraindications ALTER COLUMN condition_key TYPE varchar(255)")


def fetch(statement: str) -> list[Any]:
    return list(op.get_bind().execute(sa.text(statement)))


def write(statement: str, rows: Iterable[dict[str, Any]]) -> None:
    if sent := [*rows]:
        op.get_bind().execute(sa.text(statement), sent)


def set_condition_keys(key: Callable[[str], str]) -> None:
    conditions = fetch("SELECT DISTINCT condition FROM exercise_contraindications")
    write(
        "UPDATE exercise_contraindications SET condition_key = :key WHERE condition = :condition",
        ({"condition": row.condition, "key": key(row.condition)} for row in conditions),
    )


def set_identities(table: str) -> None:
    """Each term's identity. Of two terms of one name, the later one is numbered: `Core (2)`."""
    taken: set[tuple[Any, str]] = set()
    sent = []
    for row in fetch(f"SELECT id, scope, name FROM {table} ORDER BY created_at, id"):
        name, number = row.name, 1
        while (row.scope, identity_of(name)) in taken:
            number += 1
            suffix = f" ({number})"
            name = row.name[: MAX_NAME_LENGTH - len(suffix)] + suffix
        taken.add((row.scope, identity_of(name)))
        sent.append({"id": row.id, "name": name, "identity": identity_of(name)})
    write(f"UPDATE {table} SET name = :name, identity = :identity WHERE id = :id", sent)


def replace_keys(before: Callable[[str], str], after: Callable[[str], str]) -> None:
    """Give rows whose key was made of their name the new key, except where another row of the scope has it.

    A row that cannot have it keeps its key if that is free, and else counts as one that was never imported.
    """
    rows = fetch("""
        SELECT id, scope, name, import_key FROM exercises
        WHERE import_key IS NOT NULL AND deleted_at IS NULL
        ORDER BY id
    """)
    of_name = [row for row in rows if row.import_key == before(row.name)]
    moved = {row.id for row in of_name}
    taken = {(row.scope, row.import_key) for row in rows if row.id not in moved}
    sent, left = [], []
    for row in of_name:
        key = after(row.name)
        if (row.scope, key) in taken:
            left.append(row)
        else:
            taken.add((row.scope, key))
            sent.append({"id": row.id, "key": key})
    sent += [{"id": row.id, "key": row.import_key} for row in left if (row.scope, row.import_key) not in taken]
    # No two rows may have one key at any moment.
    write("UPDATE exercises SET import_key = NULL WHERE id = :id", ({"id": row.id} for row in of_name))
    write("UPDATE exercises SET import_key = :key WHERE id = :id", sent)
