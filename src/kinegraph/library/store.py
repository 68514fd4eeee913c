"""Reading effective exercises."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.exercise.store import E_COLUMNS
from kinegraph.kit.batches import narrow, narrowed
from kinegraph.kit.sessions import ReadSession
from kinegraph.library.rules import EffectiveExercise, merge
from kinegraph.library.store_kept import shelf

ExerciseKey = tuple[UUID, UUID]
"""An organization and an exercise."""

ALWAYS = "id organization_id status deleted_at"
"""The columns that the merge, and what is computed from it, need in any case."""


@narrowed
async def effective(
    session: ReadSession, keys: Sequence[ExerciseKey], names: frozenset[str] | None = None
) -> list[EffectiveExercise | None]:
    """Exercises as organizations see them, deleted and archived ones too; None for what is not there for one.

    What a snapshot shows is kept for later ones that see the same versions of the libraries, whole rows then;
    where nothing is kept, only columns are read that `names` say are asked for.
    """
    shelves = {organization: shelf(session, organization) for organization in dict.fromkeys([key[0] for key in keys])}
    found: dict[UUID, dict[UUID, EffectiveExercise]] = {
        organization: {} if kept is None else kept for organization, kept in shelves.items()
    }
    missing = [key for key in keys if key[1] not in found[key[0]]]
    if missing:
        reads = _effective_in_several if len({organization for organization, _ in missing}) > 1 else _effective_in_one
        wanted = names if None in shelves.values() else None
        for exercise in await reads(session, missing, f"e.id AS exercise_id, o.overrides, {_columns(wanted)}"):
            assert exercise.organization_id is not None
            found[exercise.organization_id][exercise.row[0]] = exercise
            if shelves[exercise.organization_id] is not None:
                exercise.pieces = {}
        if session.kept is not None:
            session.kept.bound()
    return [found[organization].get(exercise) for organization, exercise in keys]


def _columns(names: frozenset[str] | None) -> str:
    return narrow(E_COLUMNS, names, ALWAYS)


async def _effective_in_one(session: ReadSession, keys: Sequence[ExerciseKey], columns: str) -> list[EffectiveExercise]:
    """What there is of keys of one organization."""
    organization = keys[0][0]
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
    return [merge(row, row[1], organization) for row in rows]


async def _effective_in_several(
    session: ReadSession, keys: Sequence[ExerciseKey], columns: str
) -> list[EffectiveExercise]:
    """What there is of keys of several organizations."""
    rows = await session.fetch(
        f"""
        SELECT {columns}, wanted.organization_id AS seen_by
        FROM unnest($1::uuid[], $2::uuid[]) AS wanted (organization_id, exercise_id)
        JOIN exercises e
            ON e.id = wanted.exercise_id
        LEFT JOIN exercise_org_overrides o
            ON o.exercise_id = e.id AND o.organization_id = wanted.organization_id
        WHERE e.organization_id IS NULL OR e.organization_id = wanted.organization_id
        """,
        [organization for organization, _ in keys],
        [exercise for _, exercise in keys],
    )
    return [merge(row, row.overrides, row.seen_by) for row in rows]
