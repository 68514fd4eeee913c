"""The enums, rows, refusals and values of treatment plans."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol  # Any: values of an input, by column
from uuid import UUID

from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Conflict, Path, Refusal

MAX_WEEKS, MAX_DAYS = 104, 7
MAX_TITLE_LENGTH, MAX_DESCRIPTION_LENGTH, MAX_NOTES_LENGTH, MAX_REASON_LENGTH = 255, 10_000, 2_000, 2_000

MAX_VERSIONS = 500
"""Maximum number of versions of a plan."""

NO_PLAN = "There is no such treatment plan."


class PlanStatus(StrEnum):
    """Where a plan stands in its life."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class PlanSort(StrEnum):
    """The orders of a list of plans."""

    CREATED_AT_DESC = "CREATED_AT_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"
    UPDATED_AT_DESC = "UPDATED_AT_DESC"
    TITLE_ASC = "TITLE_ASC"
    TITLE_DESC = "TITLE_DESC"


class PlanArchived(Refusal):
    """The treatment plan is archived: it is not edited, published or begun until it is restored."""

    code = "PLAN_ARCHIVED"


class PlanPublished(Refusal):
    """The treatment plan has published versions, which stay: it is archived, not deleted."""

    code = "PLAN_PUBLISHED"


class PlanRow(Protocol):
    """A plan with its author's name and, while they belong to the organization, their e-mail address."""

    id: UUID
    organization_id: UUID
    author_id: UUID
    author_name: str
    author_email: str | None
    title: str
    description: str | None
    weeks: int
    status: str
    current_version_id: UUID | None
    copied_from_id: UUID | None
    created_at: datetime
    updated_at: datetime


class VersionRow(Protocol):
    """A version of a plan, with the name of who published it."""

    id: UUID
    organization_id: UUID
    plan_id: UUID
    number: int
    title: str
    description: str | None
    weeks: int
    reason: str | None
    published_by_id: UUID
    published_by_name: str
    published_by_email: str | None
    published_at: datetime


class SessionRow(Protocol):
    """A session of a working copy, where it is its own source, or of a version."""

    id: UUID
    organization_id: UUID
    plan_id: UUID
    version_id: UUID | None
    source_id: UUID
    week: int
    day: int
    title: str | None
    sort_order: int


class Prescription(Protocol):
    """An exercise, and how much of it is done."""

    exercise_id: UUID
    sets: int | None
    reps: int | None
    duration_seconds: int | None
    hold_seconds: int | None
    rest_seconds: int | None
    per_side: bool
    notes: str | None


class ExerciseRow(Prescription, Protocol):
    """An exercise of a session of a working copy, where it is its own source, or of a version."""

    id: UUID
    organization_id: UUID
    session_id: UUID
    version_id: UUID | None
    source_id: UUID
    sort_order: int
    content_hash: str | None


class NothingToPublish(Conflict):
    """The working copy equals the last version. The payload has both."""

    def __init__(self, plan: PlanRow, version: VersionRow, *path: str) -> None:
        published = (
            f"version {version.number}, published on {version.published_at:%Y-%m-%d} by {version.published_by_name}"
        )
        super().__init__(f"Nothing has changed since {published}: there is nothing to publish.", *path)
        self.payload = {"plan": plan, "version": version}


@dataclass(frozen=True, slots=True)
class WantedPlans:
    """The conditions of a list of plans, which all hold together; None is no condition."""

    status: str | None = None
    title: str | None = None
    author_id: UUID | None = None


def checked_filter(status: PlanStatus | None, values: Mapping[str, Any]) -> WantedPlans:
    """Check the values of a filter of plans, and return the conditions. Raises Refused."""
    checks = Checks()
    title, author = values.get("title"), values.get("author_id")
    sought = None if title is None else checks.text(title, ("filter", "title"), MAX_TITLE_LENGTH, empty=True) or None
    author_id = None if author is None else checks.key(author, ("filter", "authorId"))
    checks.done()
    return WantedPlans(None if status is None else status.value, sought, author_id)


def checked_columns(values: Mapping[str, Any], at: Path, checks: Checks) -> dict[str, Any]:
    """Check those of an input's values that are columns of a plan, and return them. Faults are recorded in `checks`."""
    columns: dict[str, Any] = {}
    if "title" in values:
        title = values["title"] if values["title"] is not None else ""
        columns["title"] = checks.text(title, (*at, "title"), MAX_TITLE_LENGTH, lines=False)
    if "description" in values:
        columns["description"] = checked_text(values["description"], (*at, "description"), checks)
    if "weeks" in values:
        if values["weeks"] is None:
            checks.refuse("Must not be null; leave it out to retain the number of weeks.", *at, "weeks")
        else:
            columns["weeks"] = checks.whole(values["weeks"], (*at, "weeks"), 1, MAX_WEEKS)
    return columns


def checked_text(
    value: str | None, path: Path, checks: Checks, max_length: int = MAX_DESCRIPTION_LENGTH, *, lines: bool = True
) -> str | None:
    """A text that may be absent; an empty one becomes None. Faults are recorded in `checks`."""
    return None if value is None else checks.text(value, path, max_length, empty=True, lines=lines) or None


def copied_title(title: str) -> str:
    """The title of a copy, shortened to the length that is allowed."""
    mark = " (copy)"
    return f"{title[: MAX_TITLE_LENGTH - len(mark)].rstrip()}{mark}"


def require_not_archived(plan: PlanRow, *path: str) -> None:
    """Raise PlanArchived for an archived plan."""
    if plan.status == PlanStatus.ARCHIVED:
        raise PlanArchived("The plan is archived; restore it first, or duplicate it.", *path)
