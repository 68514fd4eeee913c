"""Reading effective exercises and an organization's library; writing overrides."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kinegraph.exercise.rules import Filter, api_name
from kinegraph.exercise.rules_terms import ExerciseSort, ExerciseStatus
from kinegraph.exercise.store import E_COLUMNS
from kinegraph.exercise.store_lists import ORDERS, STORED, after, conditions, ordering
from kinegraph.kit.batches import narrow, narrowed
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.sessions import Arguments, ReadSession, WriteSession, grouped
from kinegraph.library.rules import COLUMNS, OVERRIDABLE, EffectiveExercise, LibrarySource, merge

ExerciseKey = tuple[UUID, UUID]
"""An organization and an exercise."""

LibraryKey = tuple[UUID, bool]
"""An organization, and whether the viewer has coach access to it."""

_ARRAYS = frozenset(
    ("primary_muscles", "secondary_muscles", "equipment", "aliases", "discipline", "cues", "common_faults")
)


def _effective(column: str) -> str:
    """The SQL of a column as the organization sees it; o is the override that was joined."""
    key, stored = api_name(column), STORED[column]
    if column in _ARRAYS:
        return (
            f"(CASE WHEN jsonb_typeof(o.overrides -> '{key}') = 'array' "
            f"THEN ARRAY(SELECT jsonb_array_elements_text(o.overrides -> '{key}')) ELSE {stored} END)"
        )
    if column == "difficulty":
        return f"coalesce((o.overrides ->> '{key}')::integer, {stored})"
    return f"coalesce(o.overrides ->> '{key}', {stored}::text)"


EFFECTIVE = {column: _effective(column) if column in COLUMNS else sql for column, sql in STORED.items()}
"""What a filter or an order sees of an organization's library."""

ALWAYS = "id organization_id status deleted_at"
"""The columns that the merge, and what is computed from it, need in any case."""

CUSTOMIZED = f"jsonb_strip_nulls(o.overrides) ?| ARRAY[{', '.join(repr(key) for key in OVERRIDABLE)}]"
"""Whether the joined override supplies anything, by the same rule as the merge."""


@narrowed
async def effective(
    session: ReadSession, keys: Sequence[ExerciseKey], names: frozenset[str] | None = None
) -> list[EffectiveExercise | None]:
    """Exercises as organizations see them, deleted and archived ones too; None for what is not there for one.

    Where `names` say what is asked of them, only these columns are read.
    """
    organizations = {organization for organization, _ in keys}
    columns = f"e.id AS exercise_id, o.overrides, {narrow(E_COLUMNS, names, ALWAYS)}"
    if len(organizations) > 1:
        return await _effective_in_several(session, keys, columns)
    (organization,) = organizations
    rows = await session.fetch(
        f"""
        SELECT {columns}
        FROM exercises e
        LEFT JOIN exercise_org_overrides o
            ON o.exercise_id = e.id AND o.organization_id = $1
        WHERE e.id = ANY (string_to_array($2, ',')::uuid[])
          AND (e.organization_id IS NULL OR e.organization_id = $1)
        """,
        organization,
        ",".join([str(exercise) for _, exercise in keys]),
    )
    found = {row[0]: merge(row, row[1], organization) for row in rows}
    return [found.get(exercise) for _, exercise in keys]


async def _effective_in_several(
    session: ReadSession, keys: Sequence[ExerciseKey], columns: str
) -> list[EffectiveExercise | None]:
    """The same for keys of several organizations."""
    rows = await session.fetch(
        f"""
        SELECT {columns}, wanted.place, wanted.organization_id AS seen_by
        FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (organization_id, exercise_id, place)
        JOIN exercises e
            ON e.id = wanted.exercise_id
        LEFT JOIN exercise_org_overrides o
            ON o.exercise_id = e.id AND o.organization_id = wanted.organization_id
        WHERE e.organization_id IS NULL OR e.organization_id = wanted.organization_id
        """,
        [organization for organization, _ in keys],
        [exercise for _, exercise in keys],
    )
    found = {row.place: merge(row, row.overrides, row.seen_by) for row in rows}
    return [found.get(place) for place in range(1, len(keys) + 1)]


def _listed(source: LibrarySource, wanted: Filter, arguments: Arguments) -> list[str]:
    """The conditions of a library: its source, what its viewer may list, and the filter."""
    statuses = arguments.bind(sorted(wanted.status), "text[]") if wanted.status is not None else None
    canonical = "e.organization_id IS NULL AND e.status = 'published'"
    own = "e.organization_id = wanted.organization_id AND (wanted.coached OR e.status = 'published')"
    if statuses:
        canonical += f" AND e.status = ANY ({statuses})"
        own += f" AND e.status = ANY ({statuses})"
    else:
        own += f" AND e.status <> '{ExerciseStatus.ARCHIVED}'"
    parts = {
        LibrarySource.ALL: f"({canonical} OR {own})",
        LibrarySource.CANONICAL: canonical,
        LibrarySource.ORG: own,
        LibrarySource.CUSTOMIZED: f"{canonical} AND {CUSTOMIZED}",
    }
    return [parts[source], "e.deleted_at IS NULL", *conditions(wanted, EFFECTIVE, arguments)]


async def library_pages(
    session: ReadSession,
    keys: Sequence[LibraryKey],
    window: Window,
    source: LibrarySource,
    wanted: Filter,
    sort: ExerciseSort,
    names: frozenset[str] | None = None,
) -> list[Page]:
    """A page of each organization's library, on effective values."""
    arguments, order = Arguments(), ORDERS[sort]
    libraries = _libraries(keys, arguments)
    where = _listed(source, wanted, arguments) + after(order, window, EFFECTIVE, arguments)
    rows = await session.fetch(
        f"""
        SELECT wanted.place, wanted.organization_id AS seen_by, page.*
        FROM {libraries}
        CROSS JOIN LATERAL (
            SELECT {narrow(E_COLUMNS, names, ALWAYS)}, o.overrides, {order.key(EFFECTIVE)} AS sort_key
            FROM exercises e
            LEFT JOIN exercise_org_overrides o
                ON o.exercise_id = e.id AND o.organization_id = wanted.organization_id AND e.organization_id IS NULL
            WHERE {" AND ".join(where)}
            ORDER BY {ordering(order)}
            LIMIT {window.first + 1}
        ) AS page
        ORDER BY wanted.place, {ordering(order, "page.")}
        """,
        *arguments.values,
    )
    return [
        Page.of([_listing(row) for row in group], window, "sort_key", "id")
        for group in grouped(rows, range(1, len(keys) + 1), "place")
    ]


def _listing(row: Any) -> EffectiveExercise:
    exercise = merge(row, row.overrides, row.seen_by)
    exercise.sort_key = row.sort_key
    return exercise


async def library_counts(
    session: ReadSession, keys: Sequence[LibraryKey], source: LibrarySource, wanted: Filter, sort: ExerciseSort
) -> list[int]:
    """How many rows each organization's library has."""
    arguments = Arguments()
    libraries = _libraries(keys, arguments)
    where = _listed(source, wanted, arguments)
    rows = await session.fetch(
        f"""
        SELECT (SELECT count(*)
                FROM exercises e
                LEFT JOIN exercise_org_overrides o
                    ON o.exercise_id = e.id AND o.organization_id = wanted.organization_id
                       AND e.organization_id IS NULL
                WHERE {" AND ".join(where)}) AS exercises
        FROM {libraries}
        ORDER BY wanted.place
        """,
        *arguments.values,
    )
    return [row.exercises for row in rows]


def _libraries(keys: Sequence[LibraryKey], arguments: Arguments) -> str:
    """The organizations asked for, as a table that the rest of the statement refers to."""
    organizations = arguments.bind([organization for organization, _ in keys], "uuid[]")
    coached = arguments.bind([coached for _, coached in keys], "boolean[]")
    columns = "(organization_id, coached, place)"
    return f"unnest({organizations}, {coached}) WITH ORDINALITY AS wanted {columns}"


async def upsert_override(
    session: WriteSession, key: ExerciseKey, set_values: Mapping[str, Any], removed: Sequence[str], user_id: UUID
) -> None:
    """Merge values into an organization's diff and take keys out of it; a diff that becomes empty goes."""
    await session.run(
        """
        INSERT INTO exercise_org_overrides
            (organization_id, exercise_id, overrides, created_by_user_id, updated_by_user_id)
        VALUES ($1, $2, $3, $5, $5)
        ON CONFLICT (organization_id, exercise_id) DO UPDATE
        SET overrides = (exercise_org_overrides.overrides || excluded.overrides) - $4::text[],
            updated_by_user_id = excluded.updated_by_user_id,
            updated_at = now()
        WHERE (exercise_org_overrides.overrides || excluded.overrides) - $4::text[]
              <> exercise_org_overrides.overrides
        """,
        *key,
        dict(set_values),
        list(removed),
        user_id,
    )
    await session.run(
        "DELETE FROM exercise_org_overrides WHERE (organization_id, exercise_id) = ($1, $2) AND overrides = '{}'", *key
    )


async def reset_override(session: WriteSession, key: ExerciseKey) -> None:
    """Drop an organization's diff, if there is one."""
    await session.run("DELETE FROM exercise_org_overrides WHERE (organization_id, exercise_id) = ($1, $2)", *key)
