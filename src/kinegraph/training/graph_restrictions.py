"""The restrictions that organizations add to the safety of exercises."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any  # Any: GraphQL reads rows by field name
from uuid import UUID

import strawberry
from strawberry import UNSET

from kinegraph.classification.rules_severity import Severity
from kinegraph.exercise.rules import reference_fault, stored_id
from kinegraph.exercise.rules_details import ContraindicationSeverity
from kinegraph.exercise.store import by_ids
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_coach
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import Node, edge, extends, field, given, mutation, node
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import DeletePayload, deleted, payload, stored_row
from kinegraph.layers.store import safety_of
from kinegraph.library.graph import EffectiveExercise, viewed_key
from kinegraph.library.store import effective
from kinegraph.training import rules_constraints, store_restrictions


@node(store_restrictions.restrictions, "safety_restrictions")
@strawberry.type(description="What an organization adds to the safety of an exercise.")
class SafetyRestriction(Node):
    id: strawberry.ID = strawberry.field(description="The restriction's id.")
    condition: str = strawberry.field(description="The condition's key, such as knee_pain.")

    @field("How strongly: a warning, no offer by software, or ruled out.", "severity")
    def severity(root: strawberry.Parent[Any]) -> ContraindicationSeverity:
        return ContraindicationSeverity(root.severity)

    modification: str | None = strawberry.field(description="What to do instead, as the organization says.")
    created_at: datetime = strawberry.field(description="When it was added first.")
    exercise: EffectiveExercise = edge(
        effective, ("organization_id", "exercise_id"), "The exercise, as the organization sees it."
    )


@extends(EffectiveExercise)
class EffectiveExerciseRestrictions:
    safety_restrictions: list[SafetyRestriction] = edge(
        store_restrictions.restrictions_of,
        viewed_key,
        "What the organization adds to its safety, the newest first.",
        required_columns=("id",),
        assumed_size=1,
    )


@strawberry.input(description="What an organization adds to the safety of an exercise.")
class AddSafetyRestrictionInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization that adds it.")
    exercise_id: strawberry.ID = strawberry.field(
        description="A canonical exercise or the organization's own: its id, or an EffectiveExercise's."
    )
    condition: str = strawberry.field(description="A key or synonym of contraindicationConditions.")
    severity: ContraindicationSeverity = strawberry.field(
        description="WARNING adds 25 to the score, RESTRICTION 60; ABSOLUTE rules it out."
    )
    modification: str | None = strawberry.field(
        default=UNSET,
        description="What to do instead, at most 500 characters; an absent key leaves that of the one it replaces.",
    )


@payload("The restriction that was written.")
class SafetyRestrictionPayload:
    restriction: SafetyRestriction | None = strawberry.field(
        default=None, description="The restriction as it is stored now."
    )


@strawberry.input(description="The restriction to remove.")
class RemoveSafetyRestrictionInput:
    id: strawberry.ID = strawberry.field(description="The restriction's id.")


@strawberry.type
class Mutation:
    @mutation(
        "Add to what an organization's people are warned of (coach access). It takes the place of the organization's "
        "restriction of the same condition, whoever added that, unless it is weaker: then, and where it is no stricter "
        "than the constraints of the exercise, it is refused as CONFLICT (see removeSafetyRestriction). It holds for "
        "conditions that this one includes too, but not for one that the exercise treats: that is restricted itself."
    )
    async def add_safety_restriction(
        self,
        info: Info,
        input: Annotated[AddSafetyRestrictionInput, strawberry.argument(description="What is added to it.")],
    ) -> SafetyRestrictionPayload:
        values, checks, exercise = given(input), Checks(), None
        organization = checks.key(input.organization_id, ("input", "organizationId"))
        severity, text = Severity(values["severity"]), values.get("modification")
        condition = rules_constraints.checked_condition(input.condition, ("input", "condition"), checks)
        if text is not None:
            text = checks.text(text, ("input", "modification"), rules_constraints.MAX_MODIFICATION_LENGTH)
        session = await info.context.write_session()
        owners = session.viewer.coached()
        with checks.layer():
            require_coach(session.viewer, organization, "input", "organizationId")
            owners = [organization]
        with checks.layer():
            exercise = await _referred(session, input.exercise_id, owners)
        checks.done()
        assert exercise is not None
        stored = await stored_row(session, safety_of, (None, exercise))
        rules_constraints.require_stricter(stored, condition, severity, "input", "severity")
        key = (organization, exercise)
        stored_severity = await store_restrictions.lock_severity(session, key, condition)
        rules_constraints.require_no_weaker(stored_severity, severity, "input", "severity")
        id = await store_restrictions.add_restriction(
            session, key, condition, severity, text, leaves_modification="modification" not in values
        )
        return SafetyRestrictionPayload(restriction=await stored_row(session, store_restrictions.restrictions, id))

    @mutation("Remove what an organization has added to the safety of an exercise (coach access).")
    async def remove_safety_restriction(
        self,
        info: Info,
        input: Annotated[RemoveSafetyRestrictionInput, strawberry.argument(description="Which one is removed.")],
    ) -> DeletePayload:
        checks = Checks()
        id = checks.key(input.id, ("input", "id"))
        checks.done()
        session = await info.context.write_session()
        row = await stored_row(session, store_restrictions.restrictions, id)
        if row is None:
            raise NotFound("There is no such restriction.", "input", "id")
        require_coach(session.viewer, row.organization_id, "input", "id")
        if not await store_restrictions.remove_restriction(session, id):
            raise NotFound("The restriction was removed meanwhile.", "input", "id")
        return deleted(id)


async def _referred(session: WriteSession[Viewer], id: str, owners: Sequence[UUID]) -> UUID:
    """The id of an exercise that one of the organizations may restrict. Raises Refusal."""
    checks, path = Checks(), ("input", "exerciseId")
    key = checks.key(stored_id(id), path)
    checks.done()
    if fault := reference_fault((await by_ids(session, [key]))[0], owners, *path):
        raise fault
    return key
