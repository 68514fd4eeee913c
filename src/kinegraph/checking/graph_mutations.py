"""The mutations that override safety warnings of workouts, and withdraw overrides."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any  # values of an input, by name
from uuid import UUID

import strawberry
from strawberry import UNSET

from kinegraph.candidates import store as store_candidates
from kinegraph.checking import rules, store
from kinegraph.checking.graph import SafetyOverride
from kinegraph.classification.rules_safety import Person
from kinegraph.exercise.rules import stored_id
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_coach
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import InvalidInput, NotFound
from kinegraph.kit.graph import given, mutation
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import payload, stored_row
from kinegraph.layers.rules_safety import MAX_CONDITION_LENGTH, keys_of
from kinegraph.workout import store_tree
from kinegraph.workout.graph_mutations import coached_workout
from kinegraph.workout.rules_rows import WorkoutRow

MAX_DAYS = 365
MAX_NOTE = 1_000


@strawberry.input(description="A warning of a workout's check that is overridden, why, and until when.")
class OverrideSafetyWarningInput:
    workout_id: strawberry.ID = strawberry.field(description="A workout of an organization that the caller coaches.")
    movement_id: strawberry.ID | None = strawberry.field(default=UNSET, description="One movement; or send exerciseId.")
    exercise_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Each movement of the exercise, in the workout and in its later snapshots."
    )
    condition: str = strawberry.field(description="The condition of the warning, as checkWorkout shows it.")
    reason: rules.OverrideReason = strawberry.field(description="Why.")
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
        values, checks, workout = given(input), Checks(), None
        key = checks.key(values["workout_id"], ("input", "workoutId"))
        _check_texts(values, checks)
        session = await info.context.write_session()
        with checks.layer():
            workout = await coached_workout(session, key)
        checks.done()
        assert workout is not None
        exercise_id, movement_id = await _exercise(session, workout, values)
        row = {
            "organization_id": workout.organization_id,
            "workout_id": workout.id,
            "movement_id": movement_id,
            "exercise_id": exercise_id,
            "condition": await _condition(session, workout.organization_id, exercise_id, values["condition"]),
            "reason": values["reason"],
            "note": values.get("note") or None,
            "athlete_id": await _athlete(session, workout.organization_id, values.get("athlete_id")),
            "expires_at": values["expires_at"],
        }
        id = await store.insert(session, row)
        return SafetyOverridePayload(override=await stored_row(session, store.by_ids, id))

    @mutation("End an override now (coach access). It stays recorded.")
    async def withdraw_safety_override(
        self,
        info: Info,
        input: Annotated[WithdrawSafetyOverrideInput, strawberry.argument(description="The override.")],
    ) -> SafetyOverridePayload:
        checks = Checks()
        key = checks.key(input.id, ("input", "id"))
        checks.done()
        session = await info.context.write_session()
        stored: rules.OverrideRow | None = await stored_row(session, store.by_ids, key)
        if stored is None:
            raise NotFound("There is no such override of an organization that you coach.", "input", "id")
        require_coach(session.viewer, stored.organization_id, "input", "id")
        await store.withdraw(session, key)
        return SafetyOverridePayload(override=await stored_row(session, store.by_ids, key))


def _check_texts(values: dict[str, Any], checks: Checks) -> None:
    """Check note and end. Faults are recorded in `checks`."""
    note = values.get("note")
    values["note"] = "" if note is None else checks.text(note, ("input", "note"), MAX_NOTE, empty=True)
    if not values["note"] and values["reason"] in (rules.OverrideReason.OTHER, rules.OverrideReason.MODIFIED):
        checks.refuse("Must say the reason or the modification.", "input", "note")
    ends, now = values["expires_at"], datetime.now(UTC)
    if ends.tzinfo is None:
        checks.refuse("Must have an offset from UTC, such as Z.", "input", "expiresAt")
    elif not now < ends <= now + timedelta(days=MAX_DAYS):
        checks.refuse(f"Must be in the future, at most {MAX_DAYS} days from now.", "input", "expiresAt")


async def _exercise(
    session: WriteSession[Viewer], workout: WorkoutRow, values: Mapping[str, Any]
) -> tuple[UUID, UUID | None]:
    """The exercise that is overridden, and the movement if it is one alone. Both must be in the workout."""
    sent = [name for name in ("movement_id", "exercise_id") if values.get(name) is not None]
    if len(sent) != 1:
        raise InvalidInput("Send one of movementId and exerciseId.", "input", "movementId")
    checks = Checks()
    path = ("input", "movementId" if sent == ["movement_id"] else "exerciseId")
    key = checks.key(stored_id(values[sent[0]]), path)
    checks.done()
    _, movements = await store_tree.current_rows(session, workout.id, workout.organization_id)
    if sent == ["movement_id"]:
        found = next((each for each in movements if each.id == key), None)
        if found is None:
            raise NotFound("The workout has no such movement.", *path)
        return found.exercise_id, key
    if all(each.exercise_id != key for each in movements):
        raise NotFound("No movement of the workout is of this exercise.", *path)
    return key, None


async def _condition(session: WriteSession[Viewer], organization: UUID, exercise_id: UUID, text: str) -> str:
    """The key of the condition, which must be one that the exercise's warnings name."""
    keys = keys_of(text) if len(text) <= MAX_CONDITION_LENGTH else ()
    (exercise,) = await store_candidates.candidates(session, [(organization, exercise_id)])
    assert exercise is not None  # the workout refers to it
    warned = {warning.condition for warning in exercise.assessed(Person(keys)).warnings}
    if len(keys) == 1 and keys[0] in warned:
        return keys[0]
    named = f"the warning is for {', '.join(sorted(warned))}: send one of these" if warned else "nothing to override"
    raise InvalidInput(f"Nothing speaks against the exercise for {text[:60]!r} itself; {named}.", "input", "condition")


async def _athlete(session: WriteSession[Viewer], organization: UUID, id: str | None) -> UUID | None:
    if id is None:
        return None
    checks = Checks()
    key = checks.key(id, ("input", "athleteId"))
    checks.done()
    if not await store.is_member(session, organization, key):
        raise NotFound("The organization has no such member.", "input", "athleteId")
    return key
