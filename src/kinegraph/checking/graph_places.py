"""Reading the workout to be checked: a stored workout, an assignment's, or sections that were sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any  # rows of several types
from uuid import UUID

from kinegraph.assignment.store import by_ids as assignments_by_ids
from kinegraph.candidates import store as store_candidates
from kinegraph.candidates.graph_access import visible_catalogue
from kinegraph.candidates.rules import Candidate, Catalogue
from kinegraph.candidates.rules_terms import checked_equipment
from kinegraph.checking import rules, store
from kinegraph.classification.rules_safety import Person
from kinegraph.exercise.rules_terms import ExerciseStatus
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store import members
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.errors import InvalidInput, NotFound
from kinegraph.kit.graph import given
from kinegraph.layers.graph_safety import condition_keys
from kinegraph.workout import store as store_workouts
from kinegraph.workout.graph_details import SectionInput
from kinegraph.workout.rules import NO_WORKOUT
from kinegraph.workout.rules_tree import checked_tree


@dataclass(frozen=True, slots=True)
class WorkoutToCheck:
    """The arguments that name a workout: at least one of the first three."""

    workout_id: str | None
    assignment_id: str | None
    sections: list[SectionInput] | None
    athlete_id: str | None


async def check_of(
    info: Info, organization_id: str, conditions: list[str], wanted: WorkoutToCheck, equipment: list[str] | None
) -> rules.Check:
    """The check of a workout. Raises Refused, NotFound and InvalidInput."""
    organization = require_key(organization_id, "organizationId")
    if wanted.workout_id is None and wanted.assignment_id is None and wanted.sections is None:
        raise InvalidInput("Send workoutId, assignmentId or sections.", "workoutId")
    athlete = None if wanted.athlete_id is None else require_key(wanted.athlete_id, "athleteId")
    needs_library = wanted.sections is not None
    catalogue = await visible_catalogue(info, organization, "organizationId", needs_library=needs_library)
    person = Person(await condition_keys(info, organization, conditions, "conditions"), is_checked=True)
    checks = Checks()
    available = checked_equipment(equipment, catalogue, checks, "availableEquipment")
    places: list[rules.MovementPosition] = []
    workout: UUID | None = None
    if wanted.sections is not None:
        places = _sent(wanted.sections, checks)
    if athlete is not None:
        await _check_athlete(info, organization, athlete, checks)
    checks.done()
    if wanted.workout_id is not None or wanted.assignment_id is not None:
        workout, athlete = await _workout(info, organization, wanted, athlete)
    if wanted.sections is None and workout is not None:
        places = await _stored(info, organization, workout)
    exercises = await _exercises(info, catalogue, places, is_sent=wanted.sections is not None)
    session = await info.context.session()
    overrides = [] if workout is None else await store.in_force(session, workout, athlete)
    viewer: Viewer = await info.context.viewer()
    offered = catalogue if viewer.sees_library(organization) else None
    return rules.checked(places, exercises, offered, person, available, overrides)


async def _check_athlete(info: Info, organization: UUID, athlete: UUID, checks: Checks) -> None:
    """Refuse a user who does not belong to the organization, as overrideSafetyWarning does."""
    if athlete not in await members(await info.context.session(), [organization], [athlete]):
        checks.refusals.append(NotFound("The organization has no such member.", "athleteId"))


def _sent(sections: list[SectionInput], checks: Checks) -> list[rules.MovementPosition]:
    tree = checked_tree([given(section) for section in sections], ("sections",), checks)
    positions = {section["id"]: position for position, section in enumerate(tree.sections)}
    return [
        rules.MovementPosition(
            positions[each["section_id"]],
            each["sort_order"],
            each["id"] if each["id"] in tree.sent else None,
            each["exercise_id"],
        )
        for each in tree.movements
    ]


async def _workout(
    info: Info, organization: UUID, wanted: WorkoutToCheck, athlete: UUID | None
) -> tuple[UUID, UUID | None]:
    """The id of the workout that is to be checked, and the athlete. Raises NotFound for others' workouts."""
    if wanted.assignment_id is not None:
        assignment = await info.context.load(assignments_by_ids, require_key(wanted.assignment_id, "assignmentId"))
        if assignment is None or assignment.organization_id != organization:
            raise NotFound("There is no such assignment.", "assignmentId")
        sent = None if wanted.workout_id is None else require_key(wanted.workout_id, "workoutId")
        if sent not in (None, assignment.workout_id, assignment.snapshot_workout_id):
            raise NotFound("The assignment is not of this workout.", "workoutId")
        return assignment.current_workout_id, athlete or assignment.athlete_id
    assert wanted.workout_id is not None
    workout: Any = await info.context.load(store_workouts.by_ids, require_key(wanted.workout_id, "workoutId"))
    if workout is None or workout.organization_id != organization:
        raise NotFound(NO_WORKOUT, "workoutId")
    return workout.id, athlete


async def _stored(info: Info, organization: UUID, workout: UUID) -> list[rules.MovementPosition]:
    sections = await info.context.load(store_workouts.sections_of, (workout, organization, None))
    session = await info.context.session()
    groups = await store_workouts.movements_of(session, [section.id for section in sections]) if sections else []
    return [
        rules.MovementPosition(section, position, movement.id, movement.exercise_id)
        for section, movements in enumerate(groups)
        for position, movement in enumerate(movements)
    ]


async def _exercises(
    info: Info, catalogue: Catalogue, places: Sequence[rules.MovementPosition], *, is_sent: bool
) -> dict[UUID, Candidate]:
    """The exercises by id: of the catalogue, and discontinued ones by one statement.

    Raises NotFound where some were sent that a workout cannot newly refer to.
    """
    viewer: Viewer = await info.context.viewer()
    ids = dict.fromkeys(place.exercise_id for place in places)
    found = {id: catalogue.by_id[id] for id in ids if id in catalogue.by_id}
    missing = [id for id in ids if id not in found]
    if missing:
        session = await info.context.session()
        keys = [(catalogue.organization_id, id) for id in missing]
        loaded = await store_candidates.candidates(session, keys)
        found |= {each.id: each for each in loaded if each is not None}
    is_coach = viewer.coaches(catalogue.organization_id)
    allowed = (ExerciseStatus.PUBLISHED, ExerciseStatus.DRAFT) if is_coach else (ExerciseStatus.PUBLISHED,)
    for place in places:
        exercise = found.get(place.exercise_id)
        if exercise is None or (is_sent and exercise.status not in allowed):
            path = ("sections", str(place.section), "movements", str(place.position), "exerciseId")
            raise NotFound("There is no such exercise in the organization's library.", *path)
    return found
