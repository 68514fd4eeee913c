"""The source of each subscription field: its topic from the arguments, and who may subscribe."""

from collections.abc import Callable, Mapping
from typing import Any  # arguments of a field, by name
from uuid import UUID

from kinegraph.background import store as store_jobs
from kinegraph.background.graph import ADMINS_ONLY
from kinegraph.events.rules import EventKind, Topic
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_member, require_platform_admin
from kinegraph.kit.errors import InvalidInput, NotFound
from kinegraph.kit.sessions import ReadSession
from kinegraph.subscription import store
from kinegraph.subscription.rules import Source, key_of

Arguments = Mapping[str, Any]
NO_WORKOUT = "There is no such workout, or none that you see."


def _comments(arguments: Arguments) -> Source:
    workout_id = _required(arguments, "workoutId")

    async def authorize(session: ReadSession[Viewer]) -> None:
        if not await store.may_comment(session, workout_id):
            raise NotFound(NO_WORKOUT, "workoutId")

    return Source(Topic(EventKind.COMMENT_ADDED, workout_id), authorize)


def _workout(arguments: Arguments) -> Source:
    workout_id = _required(arguments, "id")

    async def authorize(session: ReadSession[Viewer]) -> None:
        if not await store.sees_workout(session, workout_id):
            raise NotFound(NO_WORKOUT, "id")

    return Source(Topic(EventKind.WORKOUT_CHANGED, workout_id), authorize)


def _job(arguments: Arguments) -> Source:
    job_id = _required(arguments, "id")

    async def authorize(session: ReadSession[Viewer]) -> None:
        require_platform_admin(session.viewer, ADMINS_ONLY)
        if (await store_jobs.jobs(session, [job_id]))[0] is None:
            raise NotFound("There is no such job.", "id")

    return Source(Topic(EventKind.JOB_CHANGED, job_id), authorize, shows_state=True)


def _assignments(arguments: Arguments) -> Source:
    organization_id, athlete_id = key_of(arguments, "organizationId"), key_of(arguments, "athleteId")
    if organization_id is None and athlete_id is None:
        raise InvalidInput("Send organizationId, athleteId, or both.", "organizationId")

    async def authorize(session: ReadSession[Viewer]) -> None:
        viewer = session.viewer
        if organization_id is not None:
            require_member(viewer, organization_id, "organizationId")
        if athlete_id not in (None, viewer.user.id):
            assert athlete_id is not None
            if not await store.coaches_person(session, athlete_id, organization_id):
                raise NotFound("There is no such athlete, or none whom you coach.", "athleteId")

    if organization_id is not None:
        topic = Topic(EventKind.ASSIGNMENT_CHANGED, organization_id, is_organization=True)
        return Source(topic, authorize, athlete_id)
    assert athlete_id is not None
    return Source(Topic(EventKind.ASSIGNMENT_CHANGED, athlete_id), authorize, athlete_id)


def _required(arguments: Arguments, name: str) -> UUID:
    key = key_of(arguments, name)
    assert key is not None, "The schema requires the argument."
    return key


SOURCES: Mapping[str, Callable[[Arguments], Source]] = {
    "commentAdded": _comments,
    "assignmentChanged": _assignments,
    "workoutChanged": _workout,
    "jobProgress": _job,
}
"""By the name of the subscription's field. Each raises InvalidInput for wrong arguments."""
