"""The statements of pages as the product sends them, and their query plans under row-level security."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any  # arguments and plans of statements

import orjson
import pytest

from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.kit.sessions import ReadSession
from tests.conftest import Person

Statement = tuple[str, tuple[Any, ...]]
ROWS = 10_000
"""Canonical exercises that `FILL` makes, and as many of the organization's own."""

FILL = """
INSERT INTO exercises (organization_id, name, status, category, kind, movement_pattern, mechanics, is_unilateral,
                       primary_muscles, equipment, aliases, discipline, difficulty, created_at, updated_at)
SELECT CASE WHEN n > $2::integer THEN $1::uuid END,
       CASE WHEN n % 3 = 0 THEN upper(md5(n::text)) ELSE md5((n / 2)::text) END,
       'published',
       (ARRAY['strength', 'cardio'])[1 + n % 2]::exercise_category,
       (ARRAY['skill', 'test'])[1 + n % 2]::exercise_kind,
       (ARRAY['hinge', 'squat'])[1 + n % 2],
       (ARRAY['band', 'cable'])[1 + n % 2],
       n % 2 = 0,
       ARRAY[(ARRAY['quads', 'lats'])[1 + n % 2]],
       ARRAY[(ARRAY['rack', 'sled'])[1 + n % 2]],
       ARRAY[(ARRAY['one half', 'another'])[1 + n % 2]],
       ARRAY[(ARRAY['rowing', 'yoga'])[1 + n % 2]],
       nullif(1 + (n / 2) % 6, 6),
       timestamptz '2020-01-01' + (hashint4(n) % 1000000) * interval '1 minute',
       timestamptz '2022-01-01' + (hashint4(n + 1) % 1000000) * interval '1 minute'
FROM generate_series(1, 2 * $2::integer) AS n;
"""
DETAILS = (
    """
    INSERT INTO exercise_tags (exercise_id, organization_id, kind, term_id)
    SELECT exercises.id, organization_id, 'category',
           (SELECT id FROM exercise_categories WHERE slug = 'isometric' AND organization_id IS NULL)
    FROM exercises WHERE mechanics = 'band' AND created_at < '2022-01-01' AND slug IS NULL
    """,
    """
    INSERT INTO exercise_tags (exercise_id, organization_id, kind, term_id)
    SELECT exercises.id, organization_id, 'equipment',
           (SELECT id FROM exercise_equipment WHERE slug = 'yoga-mat' AND organization_id IS NULL)
    FROM exercises WHERE mechanics = 'band' AND slug IS NULL
    """,
    """
    INSERT INTO exercise_tags (exercise_id, organization_id, kind, term_id)
    SELECT exercises.id, organization_id, 'body_region',
           (SELECT id FROM exercise_body_regions WHERE slug = 'knee' AND organization_id IS NULL)
    FROM exercises WHERE mechanics = 'band' AND slug IS NULL
    """,
    """
    INSERT INTO exercise_programming_profiles (exercise_id, organization_id, fatigue_score)
    SELECT id, organization_id, CASE mechanics WHEN 'band' THEN 3 ELSE 8 END FROM exercises WHERE slug IS NULL
    """,
    """
    INSERT INTO exercise_contraindications
        (exercise_id, organization_id, condition, condition_key, severity, sort_order)
    SELECT id, organization_id, 'knee_pain', 'knee_pain',
           CASE mechanics WHEN 'band' THEN 'absolute' ELSE 'warning' END, 0
    FROM exercises WHERE slug IS NULL
    """,
    """
    INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides)
    SELECT $1, id, CASE WHEN difficulty = 2 THEN '{"difficulty": 4}'::jsonb
                        ELSE jsonb_build_object('name', md5(id::text)) END
    FROM exercises WHERE organization_id IS NULL AND slug IS NULL AND hashtext(name) % 3 = 0
    """,
)


REPEATED = (
    """
    INSERT INTO canonical_search (exercise_id, slug, name_key, status, search_name, search_aliases, search_tsv)
    SELECT id, slug, name_key, status, search_name, search_aliases, search_tsv
    FROM exercises WHERE organization_id IS NULL
    ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO organization_search
        (organization_id, exercise_id, is_own, slug, name_key, status, search_name, search_aliases, search_tsv)
    SELECT organization_id, id, true, slug, name_key, status, search_name, search_aliases, search_tsv
    FROM exercises WHERE organization_id IS NOT NULL
    ON CONFLICT DO NOTHING
    """,
    """
    SELECT kinegraph_repeat_overridden(exercise_id, array_agg(organization_id))
    FROM exercise_org_overrides WHERE overrides ? 'name'
    GROUP BY exercise_id
    """,
)
"""What triggers repeat for search."""


async def fill(owner: Any, organization_id: Any) -> None:
    """A library of ROWS canonical and as many own exercises, a third of the canonical ones overridden.

    More rows override a difficulty than a page may read, so that no plan that reads them all is as cheap as an index.
    Triggers do not run: they would check each reference, and change one version once for each row.
    """
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(FILL.strip().rstrip(";"), organization_id, ROWS)
        for statement in (*DETAILS, *REPEATED):
            await connection.execute(statement, *([organization_id] if "$1" in statement else []))
    await owner.execute("VACUUM ANALYZE")


@contextmanager
def captured(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Statement]]:
    """The statements of pages that the product sends while the block runs."""
    found: list[Statement] = []
    fetch = ReadSession.fetch

    async def recording(session: ReadSession, statement: str, *arguments: Any) -> Any:
        if "AS sort_key" in statement:
            found.append((statement, arguments))
        return await fetch(session, statement, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(ReadSession, "fetch", recording)
        yield found


def literal(value: Any) -> str:
    """An argument as SQL that needs no type."""
    if isinstance(value, list | tuple):
        inner = ",".join('"' + _as_text(entry).replace("\\", "\\\\").replace('"', '\\"') + '"' for entry in value)
        return "'{" + inner.replace("'", "''") + "}'"
    return "'" + _as_text(value).replace("'", "''") + "'"


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


async def plan_of(database: Database, person: Person, statement: Statement) -> dict[str, Any]:
    """The plan with which the person's own session runs the statement, with the rows that each node touched."""
    text, arguments = statement
    async with database.read(authenticate_as(person.id)) as session:
        await session.fetch(f"PREPARE page AS {text}")
        given = ", ".join(map(literal, arguments))
        rows = await session.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE page ({given})")
        await session.fetch("DEALLOCATE page")
    found = rows[0][0]
    plan: dict[str, Any] = (orjson.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return plan


@dataclass(frozen=True)
class PlanNode:
    """A node of a query plan: its type, its table and index, and the number of rows that it read."""

    kind: str
    table: str
    index: str
    touched: int


def plan_nodes(plan: dict[str, Any]) -> Iterator[PlanNode]:
    """The nodes of a plan."""
    loops = plan["Actual Loops"]
    removed = sum(value for name, value in plan.items() if name.startswith("Rows Removed"))
    touched = round((plan["Actual Rows"] + removed) * loops)
    yield PlanNode(plan["Node Type"], plan.get("Relation Name", ""), plan.get("Index Name", ""), touched)
    for inner in plan.get("Plans", ()):
        yield from plan_nodes(inner)
