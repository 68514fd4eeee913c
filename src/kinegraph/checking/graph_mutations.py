"""The mutations that override safety warnings of workouts, and withdraw overrides."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any  # values of an input, by name
from uuid import UUID

import strawberry
from strawberry import UNSET

from kinegraph.candidates import store as store_candidates
from kinegraph.candidates.rules import Candidate
from kinegraph.checking import rules_overrides, store, store_targets
from kinegraph.checking.graph_overrides import SafetyOverride
from kinegraph.classification.rules_safety import Person
from kinegraph.exercise.rules import stored_id
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_coach
from kinegraph.identity.store import members
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import given, mutation
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import payload, stored_row
from kinegraph.layers.rules_safety import keys_of
from kinegraph.taxonomy.rules_conditions import MAX_CONDITION_LENGTH
from kinegraph.workout.graph_mutations import coached_workout
from kinegraph.workout.rules_rows import WorkoutRow

MAX_DAYS = 365
MAX_NOTE = 1_000


@strawberry.input(description="A warning of a workout's check that is overridden, why, and until when.")
class OverrideSafetyWarningInput:
    workout_id: strawberry.ID = strawberry.field(description="A workout of an organization that the caller coaches.")
    movement_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="One movement, in this workout alone: not in the snapshots of assignments, which have movements of "
        "their own; or send exerciseId.",
    )
    exercise_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Each movement of the exercise, in the workout and in its later snapshots."
    )
    condition: str = strawberry.field(description="The condition of the warning, as checkWorkout shows it.")
    reason: rules_overrides.OverrideReason = strawberry.field(description="Why it is overridden.")
    note: str | None = strawberry.field(
        default=UNSET, description=f"What else to know, at most {MAX_NOTE:,} characters; needed for MODIFIED and OTHER."
    )
    expires_at: datetime = strawberry.field(description=f"When it ends: in the future, within {MAX_DAYS} days.")
    athlete_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="A member whom it is for; null for everybody who does the workout."
    )


@strawberry.input(description="An override that ends now.")
class WithdrawSafetyOverrideInput:
    id: strawberry.ID = strawberry.field(description="The override's id.")


@payload("The override that was written.")
class SafetyOverridePayload:
    override: SafetyOverride | None = strawberry.field(default=None, description="The override as it is stored now.")


@strawberry.type
class Mutation:
    @mutation(
        "Override a warning that checkWorkout shows, with a reason and an end (coach access). It is recorded who did "
        "it, and the warning stays, with the override beside it. An override of the same that holds is replaced."
    )
    async def override_safety_warning(
        self,
        info: Info,
        input: Annotated[OverrideSafetyWarningInput, strawberry.argument(description="The warning, and why.")],
    ) -> SafetyOverridePayload:
        values, checks, found = given(input), Checks(), None
        ids = _checked_ids(values, checks)
        _check_texts(values, checks)
        session = await info.context.write_session()
        if not await store_targets.is_within(session, values["expires_at"], MAX_DAYS):
            checks.refuse(f"Must be in the future, at most {MAX_DAYS} days from now.", "input", "expiresAt")
        with checks.layer():
            found = await coached_workout(session, ids["workout_id"])
        organizations = session.viewer.coached() if found is None else [found.organization_id]
        exercise_id = await _exercise(session, found, ids, organizations, checks)
        await _check_athlete(session, organizations, ids.get("athlete_id"), checks)
        condition = await _condition(session, found, exercise_id, values["condition"], checks)
        checks.done()
        assert found is not None
        row = {
            "organization_id": found.organization_id,
            "workout_id": found.id,
            "movement_id": ids.get("movement_id"),
            "exercise_id": exercise_id,
            "condition": condition,
            "reason": values["reason"],
            "note": values["note"] or None,
            "athlete_id": ids.get("athlete_id"),
            "expires_at": values["expires_at"],
        }
        id = await store.insert(session, row)
        return SafetyOverridePayload(override=await stored_row(session, store.by_ids, id))

    @mutation("End an override now (coach access). It stays recorded.")
    async def withdraw_safety_override(
        self,
        info: Info,
        input: Annotated[WithdrawSafetyOverrideInput, strawberry.argument(description="The override that ends.")],
    ) -> SafetyOverridePayload:
        checks = Checks()
        key = checks.key(input.id, ("input", "id"))
        checks.done()
        session = await info.context.write_session()
        stored: rules_overrides.OverrideRow | None = await stored_row(session, store.by_ids, key)
        if stored is None:
            raise NotFound("There is no such override of an organization that you coach.", "input", "id")
        require_coach(session.viewer, stored.organization_id, "input", "id")
        await store.withdraw(session, key)
        return SafetyOverridePayload(override=await stored_row(session, store.by_ids, key))


IDS = {"workout_id": "workoutId", "movement_id": "movementId", "exercise_id": "exerciseId", "athlete_id": "athleteId"}


def _checked_ids(values: Mapping[str, Any], checks: Checks) -> dict[str, UUID]:
    """The ids that were sent, by name. Faults are recorded in `checks`."""
    sent = {name: values[name] for name in IDS if values.get(name) is not None}
    if not sent.keys() & {"movement_id", "exercise_id"}:
        checks.refuse("Send movementId for one movement, or exerciseId for all of an exercise.", "input", "movementId")
    return {name: checks.key(stored_id(id), ("input", IDS[name])) for name, id in sent.items()}


def _check_texts(values: dict[str, Any], checks: Checks) -> None:
    """Check the texts, and that the end has an offset. Faults are recorded in `checks`."""
    values["condition"] = checks.text(values["condition"], ("input", "condition"), MAX_CONDITION_LENGTH, lines=False)
    note = values.get("note")
    values["note"] = "" if note is None else checks.text(note, ("input", "note"), MAX_NOTE, empty=True)
    if not values["note"] and values["reason"] in (
        rules_overrides.OverrideReason.OTHER,
        rules_overrides.OverrideReason.MODIFIED,
    ):
        checks.refuse("Must say the reason or the modification.", "input", "note")
    if values["expires_at"].tzinfo is None:
        checks.refuse("Must have an offset from UTC, such as Z.", "input", "expiresAt")


async def _exercise(
    session: WriteSession[Viewer],
    workout: WorkoutRow | None,
    ids: Mapping[str, UUID],
    organizations: list[UUID],
    checks: Checks,
) -> UUID | None:
    """The exercise that is overridden: of the movement, or the one that was sent. Faults are recorded in `checks`.

    Where the workout was refused, movement and exercise are looked for in those that the viewer coaches.
    """
    movement_id, sent = ids.get("movement_id"), ids.get("exercise_id")
    rows = await store_targets.movements(
        session, None if workout is None else workout.id, organizations, movement_id, sent
    )
    movement = next((row for row in rows if row.id == movement_id), None)
    if movement_id is not None and movement is None:
        checks.refusals.append(NotFound("The workout has no such movement.", "input", "movementId"))
    used = {row.exercise_id for row in rows} if movement is None else {movement.exercise_id}
    if sent is not None and sent not in used:
        checks.refusals.append(NotFound("No such movement is of this exercise.", "input", "exerciseId"))
    return movement.exercise_id if movement is not None else sent


async def _condition(
    session: WriteSession[Viewer], workout: WorkoutRow | None, exercise_id: UUID | None, text: str, checks: Checks
) -> str:
    """The key of the condition, one that the exercise's warnings name. Faults are recorded in `checks`."""
    if workout is None or exercise_id is None or any(each.path == ("input", "condition") for each in checks.refusals):
        return text
    key = workout.organization_id, exercise_id
    exercise: Candidate | None = await stored_row(session, store_candidates.candidates, key)
    keys = keys_of(text)
    warnings = [] if exercise is None else exercise.assessed(Person(keys, is_checked=True)).warnings
    warned = {warning.condition for warning in warnings}
    if len(keys) == 1 and keys[0] in warned:
        return keys[0]
    named = f"the warning is for {', '.join(sorted(warned))}: send one of these" if warned else "nothing to override"
    checks.refuse(f"Nothing speaks against the exercise for {text[:60]!r} itself; {named}.", "input", "condition")
    return text


async def _check_athlete(
    session: WriteSession[Viewer], organizations: list[UUID], id: UUID | None, checks: Checks
) -> None:
    if id is not None and id not in await members(session, organizations, [id]):
        checks.refusals.append(NotFound("The organization has no such member.", "input", "athleteId"))
