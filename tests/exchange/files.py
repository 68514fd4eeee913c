"""Functions that import and export in tests, and rows in the shape of each format."""

from collections.abc import Mapping, Sequence
from typing import Any  # inputs and answers are JSON
from uuid import UUID

import orjson

from kinegraph.exchange.jobs import EXERCISES, export_exercises, import_exercises
from kinegraph.exchange.rules import Choices, Duplicates, Plan
from kinegraph.exchange.rules_entries import read_file
from kinegraph.formats.records import File, Format
from kinegraph.kit.database import Database
from kinegraph.kit.rows import Row

Pool = Any
KEEP = Duplicates.KEEP
EDIT = """
mutation ($id: ID!, $input: UpdateExerciseInput!) { updateExercise(id: $id, input: $input) { userErrors { code } } }
"""


def free(name: str, /, **values: Any) -> dict[str, Any]:
    """A row as free-exercise-db has them."""
    return {
        "id": name.replace(" ", "_"),
        "name": name,
        "force": "pull",
        "level": "beginner",
        "mechanic": "compound",
        "equipment": "barbell",
        "primaryMuscles": ["lats"],
        "secondaryMuscles": ["biceps"],
        "instructions": ["Stand tall. This will be your starting position.", "Pull.", "Tip: breathe."],
        "category": "strength",
        "images": [f"{name}/0.jpg"],
        **values,
    }


def parse(format: Format, content: bytes | str | Sequence[Any], beside: Mapping[str, bytes] | None = None) -> Any:
    """The rows of a file of this content."""
    data = content.encode() if isinstance(content, str) else content
    data = data if isinstance(data, bytes) else orjson.dumps(data)
    return read_file(format, File("exercises", data, beside or {}))


async def bring(
    database: Database,
    slug: str | None,
    content: bytes | str | Sequence[Any],
    format: Format = Format.FREE_EXERCISE_DB,
    **choices: Any,
) -> Plan:
    """Import a file, and return the plan that was carried out."""
    return await import_exercises(database, slug, parse(format, content), Choices(**choices), ignored, ignored)


async def take(database: Database, slug: str | None) -> list[dict[str, Any]]:
    """The exercises of an export, as rows."""
    return [orjson.loads(line) async for kind, line in export_exercises(database, slug) if kind == EXERCISES]


async def exported(database: Database, slug: str | None) -> bytes:
    """A whole export, with taxonomy terms and overrides."""
    return b"".join([line async for _, line in export_exercises(database, slug)])


def ignored(*arguments: Any) -> None:
    """Ignore a message."""


def verdicts(plan: Plan) -> list[str]:
    """The verdict on each entry, in the order of the file."""
    return [str(decision.verdict) for decision in plan.decisions]


def without_ids(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Exported rows without the fields that differ between organizations."""
    return [{name: value for name, value in row.items() if name not in ("id", "importKey")} for row in rows]


async def stored(owner: Pool, organization_id: UUID | None) -> list[Row]:
    """A scope's rows, by name, past row-level security."""
    rows: list[Row] = await owner.fetch(
        """
        SELECT xmin::text AS version, exercises.*
        FROM exercises
        WHERE organization_id IS NOT DISTINCT FROM $1 AND deleted_at IS NULL
        ORDER BY name, id
        """,
        organization_id,
    )
    return rows


async def everything(owner: Pool) -> dict[str, list[Any]]:
    """Every row that an import may touch, with its version."""
    tables = ("exercises", "exercise_instructions", "exercise_contraindications", "exercise_tags",
              "exercise_programming_profiles", "outbox")  # fmt: skip
    return {
        table: [tuple(row) for row in await owner.fetch(f"SELECT xmin::text, * FROM {table} ORDER BY id")]
        for table in tables
    }
