"""The check of a patient's conditions where exercises become due: findings, and the overrides that were sent."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any  # values of an input, by name

from kinegraph.enrollment import rules_safety, store_safety
from kinegraph.enrollment.rules import EnrollmentRow
from kinegraph.exercise.store import by_ids as exercises_by_ids
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store import members
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Conflict, NotFound, Path
from kinegraph.kit.sessions import WriteSession


async def require_present(session: WriteSession[Viewer], row: EnrollmentRow, path: Path) -> None:
    """Raise Conflict for the enrollment of a patient who has left the organization: it can only be ended."""
    if row.patient_id not in await members(session, [row.organization_id], [row.patient_id]):
        message = "The patient has left the organization: end the enrollment, or add them to the organization again."
        raise Conflict(message, *path)


async def checked_overrides(
    session: WriteSession[Viewer], sent: Sequence[Mapping[str, Any]], first: date, checks: Checks
) -> list[dict[str, Any]]:
    """The overrides that were sent, for a version that holds from the day `first` on.

    Faults are in `checks`; of exercises that do not exist, too.
    """
    overrides = rules_safety.checked_overrides(sent, first, checks)
    ids = list(dict.fromkeys(override["exercise_id"] for override in overrides))
    exercises = dict(zip(ids, await exercises_by_ids(session, ids), strict=True)) if ids else {}
    for index, override in enumerate(overrides):
        with checks.layer():
            if exercises[override["exercise_id"]] is None:
                raise NotFound("There is no such exercise.", *rules_safety.AT, index, "exerciseId")
    return overrides


async def checked_safety(
    session: WriteSession[Viewer],
    key: store_safety.CheckKey,
    overrides: list[dict[str, Any]],
    first: date,
    checks: Checks,
) -> list[rules_safety.Finding]:
    """The safety findings of a version that holds from the day `first` on.

    Overrides that fit nothing, and what is not overridden on that day, are in `checks`.
    """
    (findings,) = await store_safety.findings(session, [key])
    if overrides:
        rules_safety.matched(findings, overrides, await store_safety.checked_versions(session, key[3]), checks)
    with checks.layer():
        rules_safety.require_overridden(findings, overrides, first)
    return findings
