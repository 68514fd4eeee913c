"""The rules of exercises: checks of values, visibility, write access and transitions of the status."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal, Protocol  # Any: values of an input, by column
from uuid import UUID

from kinegraph.exercise.rules_columns import COLUMNS, MAX_ENTRIES, TEXT_INPUTS, Kind, api_name
from kinegraph.exercise.rules_terms import ExerciseStatus
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_editor_of_row
from kinegraph.kit.checks import Checks, parse_key
from kinegraph.kit.errors import Conflict, InvalidInput, Path, Refusal
from kinegraph.kit.text import identity_of, normalized
from kinegraph.video.rules import VideoRow
from kinegraph.video.rules_suggestions import SuggestionsRow

MOVES: Mapping[ExerciseStatus, frozenset[ExerciseStatus]] = {
    ExerciseStatus.DRAFT: frozenset({ExerciseStatus.PUBLISHED, ExerciseStatus.ARCHIVED}),
    ExerciseStatus.PUBLISHED: frozenset({ExerciseStatus.ARCHIVED}),
    ExerciseStatus.ARCHIVED: frozenset({ExerciseStatus.PUBLISHED}),
}
"""The statuses that may follow each status (docs/domain.md, Exercises)."""

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class ExerciseRow(VideoRow, SuggestionsRow, Protocol):
    """A row of `exercises`: the columns that code reads by name.

    GraphQL reads the others by the names of its fields, and rules by the names in the registry. A row of a narrowed
    batch function has the requested columns only (`kit.batches`).
    """

    id: UUID
    organization_id: UUID | None
    forked_from_id: UUID | None
    slug: str | None
    name: str
    status: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None

    def __getitem__(self, column: Literal["id", "organization_id"], /) -> Any:
        """The value of a column that is read for every row; this takes a fraction of the time of an attribute."""


class SlugTaken(Conflict):
    """Another canonical exercise has the slug."""


class ExerciseNotVisible(Refusal):
    """The exercise does not exist, is another organization's, or a draft that the caller may not see."""

    code = "EXERCISE_NOT_VISIBLE"


class ExerciseNotAvailable(Refusal):
    """The exercise is archived or deleted, and cannot be newly referred to."""

    code = "EXERCISE_NOT_AVAILABLE"


def stored_id(id: str) -> str:
    """The id of the stored row, from any id that the API gave out for an exercise: the row's, or a view's of it.

    A view's id is `<organization>:<exercise>` (`EffectiveExercise.id`). Any other text is returned as it is.
    """
    organization, _, exercise = id.rpartition(":")
    return exercise if parse_key(organization) else id


def reference_fault(
    exercise: ExerciseRow | None, organization_ids: Collection[UUID], *path: str | int
) -> Refusal | None:
    """The refusal of a new reference from a workout of one of these organizations to this row; None if allowed.

    They are the workout's; all that the viewer coaches, where the workout itself was refused. `exercise` is None where
    there is no such row.
    """
    if exercise is None or exercise.organization_id not in (None, *organization_ids):
        return ExerciseNotVisible("There is no such exercise in the organization's library.", *path)
    is_own = exercise.organization_id is not None
    if exercise.status == ExerciseStatus.DRAFT and not is_own:
        return ExerciseNotVisible("There is no such exercise in the organization's library.", *path)
    if exercise.deleted_at is not None or exercise.status == ExerciseStatus.ARCHIVED:
        return ExerciseNotAvailable("The exercise is discontinued; choose a published one.", *path)
    return None


def checked(values: Mapping[str, Any], at: Path, checks: Checks) -> dict[str, Any]:
    """Check the values of an input, and return them cleaned. A null list becomes an empty one.

    `values` are the sent keys, by column; one of TEXT_INPUTS is a text, which is split into the list. Problems are
    recorded in `checks`, at the path `at` and the API's name.
    """
    found = {}
    for name, value in without_absent(values).items():
        path = (*at, api_name(name))
        if name in TEXT_INPUTS:
            column = TEXT_INPUTS[name]
            found[column.name] = checks.separated(value or "", path, column.max_length, MAX_ENTRIES)
        else:
            found[name] = _checked_value(name, value, path, checks)
    return found


def without_absent(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an input but for a null beside a list or its text, which counts as absent."""
    absent = {
        text if values[text] is None else column.name
        for text, column in TEXT_INPUTS.items()
        if text in values and column.name in values and None in (values[text], values[column.name])
    }
    return {name: value for name, value in values.items() if name not in absent}


def refuse_lists_and_texts(values: Mapping[str, Any], at: Path, checks: Checks) -> None:
    """Record a problem for each list that is sent both as a list and as a text to be split; a null is absent."""
    for name, column in TEXT_INPUTS.items():
        if values.get(name) is not None and values.get(column.name) is not None:
            message = f"Send {column.api_name} (a list, stored as it is) or {api_name(name)} (a text, split), not both."
            checks.refuse(message, *at, api_name(name))


def _checked_value(name: str, value: Any, path: Path, checks: Checks) -> Any:
    column = COLUMNS[name]
    if value is None:
        if column.is_required:
            checks.refuse("Must not be null; leave it out to keep it as it is.", *path)
        return [] if column.is_list else None
    if name == "slug":
        return _checked_slug(value, path, checks)
    if column.kind is Kind.TEXT:
        return checks.text(value, path, column.max_length, lines=column.is_multiline)
    if column.kind is Kind.LIST:
        same = identity_of if column.is_caseless else normalized
        return checks.texts(value, path, column.max_length, MAX_ENTRIES, same)
    if column.kind is Kind.URL:
        return checks.url(value, path)
    return checks.whole(value, path, *column.bounds) if column.kind is Kind.NUMBER else value


def _checked_slug(value: str, path: Path, checks: Checks) -> str:
    max_length = COLUMNS["slug"].max_length
    slug = checks.text(value, path, max_length)
    if 0 < len(slug) <= max_length and not _SLUG.fullmatch(slug):
        checks.refuse("Must be lower-case letters and digits in groups joined by hyphens, such as back-squat.", *path)
    return slug


def require_writer(viewer: Viewer, organization_id: UUID | None, *path: str) -> None:
    """Raise Forbidden or NotFound unless the viewer may write this organization's exercises (None: canonical ones)."""
    message = "Only platform admins write canonical exercises; override them in your organization instead."
    require_editor_of_row(viewer, organization_id, message, *path)


def require_move(old: str, new: str, *path: str) -> None:
    """Raise InvalidInput if the status may not change from `old` to `new`."""
    if old != new and ExerciseStatus(new) not in MOVES[ExerciseStatus(old)]:
        allowed = " or ".join(sorted(move.name for move in MOVES[ExerciseStatus(old)]))
        raise InvalidInput(f"An exercise that is {old.upper()} can become {allowed}, not {new.upper()}.", *path)


def is_published(exercise: ExerciseRow) -> bool:
    """True if the row is there for everybody who sees its library: neither draft nor archived nor deleted."""
    return exercise.deleted_at is None and exercise.status == ExerciseStatus.PUBLISHED


def is_visible(viewer: Viewer, exercise: ExerciseRow) -> bool:
    """True if the viewer may read the row by its id (docs/domain.md, Access). References to it are `is_readable`."""
    if exercise.deleted_at is not None:
        return False
    if exercise.organization_id is None:
        return exercise.status == ExerciseStatus.PUBLISHED or viewer.is_platform_admin
    if viewer.coaches(exercise.organization_id):
        return True
    return exercise.status == ExerciseStatus.PUBLISHED and viewer.sees_library(exercise.organization_id)


def is_readable(viewer: Viewer, exercise: ExerciseRow) -> bool:
    """True if the viewer may read the row through a reference from a row that they see: all but others' drafts."""
    return is_edited_by(viewer, exercise) or exercise.status != ExerciseStatus.DRAFT


def is_edited_by(viewer: Viewer, exercise: ExerciseRow) -> bool:
    """True if the viewer may write the row, or might before it was deleted."""
    owner = exercise.organization_id
    return viewer.is_platform_admin if owner is None else viewer.coaches(owner)
