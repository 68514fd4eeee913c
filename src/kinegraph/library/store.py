"""Reading effective exercises."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from kinegraph.exercise.rules import is_visible
from kinegraph.exercise.store import E_COLUMNS
from kinegraph.identity.rules import Viewer
from kinegraph.kit.batches import narrow, narrowed
from kinegraph.kit.sessions import ReadSession
from kinegraph.library.rules import EffectiveExercise, merge

ExerciseKey = tuple[UUID, UUID]
"""An organization and an exercise."""

VERSION = """CASE WHEN o.exercise_id IS NULL THEN e.updated_at
                 ELSE greatest(o.updated_at, e.updated_at + interval '1 microsecond') END AS version"""
"""The version of an effective exercise: it grows with its row and with the override, also by a reset."""

ALWAYS = "id organization_id status deleted_at"
"""The columns that are always selected: the merge, and fields that it computes, read them."""


def version_column(names: frozenset[str] | None, version: str = VERSION) -> str:
    """The column of the version for the end of a SELECT, where `updated_at` is requested."""
    return f", {version}" if names is None or "updated_at" in names else ""


@narrowed
async def effective(
    session: ReadSession, keys: Sequence[ExerciseKey], names: frozenset[str] | None = None
) -> list[EffectiveExercise | None]:
    """Exercises as organizations see them, in key order: deleted and archived ones too; None for others' exercises.

    Only the columns in `names` are read, and those of ALWAYS.
    """
    columns = f"e.id AS exercise_id, o.overrides, {narrow(E_COLUMNS, names, ALWAYS)}{version_column(names)}"
    if len({organization for organization, _ in keys}) == 1:
        of_organization = await _of_one_organization(session, keys, columns)
        return [of_organization.get(exercise) for _, exercise in keys]
    by_key = await _of_several_organizations(session, keys, columns)
    return [by_key.get(key) for key in keys]


@narrowed
async def shown(
    session: ReadSession[Viewer], keys: Sequence[ExerciseKey], names: frozenset[str] | None = None
) -> list[EffectiveExercise | None]:
    """Exercises that the viewer may read by their id, as organizations of theirs see them, in key order."""
    viewer: Viewer = session.viewer
    own = [key for key in keys if key[0] in viewer.by_organization]
    found = dict(zip(own, await effective(session, own, names), strict=True)) if own else {}
    return [view if (view := found.get(key)) and is_visible(viewer, view.row) else None for key in keys]


async def effective_everywhere(
    session: ReadSession[Viewer], exercise_ids: Sequence[UUID]
) -> list[list[EffectiveExercise]]:
    """Each exercise as each of the viewer's organizations sees it, by name of the organization."""
    organizations = list(session.viewer.by_organization)
    keys = [(organization, exercise) for exercise in exercise_ids for organization in organizations]
    found = await effective(session, keys) if keys else []
    size = len(organizations)
    groups = [found[index * size : (index + 1) * size] for index in range(len(exercise_ids))]
    return [[exercise for exercise in group if exercise is not None] for group in groups]


async def _of_one_organization(
    session: ReadSession, keys: Sequence[ExerciseKey], columns: str
) -> Mapping[UUID, EffectiveExercise]:
    """The exercises of keys of one organization, by exercise id."""
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
    # A row begins with the exercise's id and the overrides; reading them by position takes the least time.
    return {row[0]: merge(row, row[1], organization) for row in rows}


async def _of_several_organizations(
    session: ReadSession, keys: Sequence[ExerciseKey], columns: str
) -> Mapping[ExerciseKey, EffectiveExercise]:
    """The exercises of keys of several organizations, by key."""
    rows = await session.fetch(
        f"""
        SELECT {columns}, wanted.organization_id AS view_id
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
    return {(row.view_id, row[0]): merge(row, row[1], row.view_id) for row in rows}
