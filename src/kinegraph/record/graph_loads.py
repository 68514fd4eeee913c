"""The field `Load.resolved`, and the mutation of the steps that loads are rounded to."""

from typing import Annotated, Any  # a resolver answers a record of another type than its field's
from uuid import UUID

import strawberry
from strawberry import UNSET

from kinegraph.identity.rules_access import require_coach
from kinegraph.identity.store import members
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import edge, extends, field, given, mutation
from kinegraph.kit.user_errors import payload
from kinegraph.record import rules, store
from kinegraph.record.graph import require_athlete
from kinegraph.result.graph import ResultSet
from kinegraph.result.rules import MassUnit
from kinegraph.result.store import sets
from kinegraph.workout.graph_details import Load
from kinegraph.workout.rules import LoadUnit

described_enum(
    rules.Unresolved,
    "Why a load in percent of a maximum has no value.",
    NO_ATHLETE="It is not known for whom: send athleteId, or select the workout below its assignment.",
    NO_RECORD="No set of 1 to 10 repetitions of the exercise with a load is recorded that the caller may read.",
)


@strawberry.type(description="A load in percent of a maximum, as an athlete can load it.")
class ResolvedLoad:
    value: float | None = strawberry.field(description="The load, rounded to the nearest step of their equipment.")
    unit: MassUnit | None = strawberry.field(description="The unit in which the record was lifted.")
    reason: rules.Unresolved | None = strawberry.field(description="Why there is no value; null where there is one.")
    maximum: float | None = strawberry.field(
        description="The one-repetition maximum that it is a percentage of, estimated by Epley's formula."
    )
    record: ResultSet | None = edge(sets, "set_id", "The set that the maximum is estimated from.")


@extends(Load)
class LoadForAthlete:
    @field(
        "A PERCENT_1RM load for an athlete: the one whose assignment the workout is selected below, of whose snapshot "
        "it is, or else a member who asks. Null for loads in other units, and outside of a workout."
    )
    async def resolved(
        root: strawberry.Parent[Any],
        info: Info,
        athlete_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Another athlete: the caller, or somebody whom they coach."),
        ] = None,
    ) -> ResolvedLoad | None:
        movement = info.context.ancestor(info, "Movement")
        if root["unit"] != LoadUnit.PERCENT_1RM or movement is None:
            return None
        athlete: UUID | None = None
        if athlete_id is not None:
            athlete = await require_athlete(info, athlete_id)
        elif (assignment := info.context.ancestor(info, "WorkoutAssignment")) is not None:
            athlete = assignment.athlete_id
        row: rules.MaximumRow = await info.context.load(store.maxima_of, (movement.id, athlete))
        found: Any = rules.resolved(root["value"], row)
        load: ResolvedLoad = found
        return load


@strawberry.input(description="The smallest steps by which loads can be changed.")
class SetLoadStepsInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization whose workouts it is for.")
    athlete_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="For this member; for everybody without steps of their own if null (coach access)."
    )
    kilograms: float = strawberry.field(description="The step of loads in kilograms, 0.25 to 50; 2.5 unless set.")
    pounds: float = strawberry.field(description="The step of loads in pounds, 0.5 to 100; 5 unless set.")


@payload("The steps that are stored now.")
class LoadStepsPayload:
    kilograms: float | None = strawberry.field(default=None, description="The step of loads in kilograms.")
    pounds: float | None = strawberry.field(default=None, description="The step of loads in pounds.")


@strawberry.type
class Mutation:
    @mutation(
        "Set the steps that resolved loads are rounded to: members for themselves, coaches for a member or everybody."
    )
    async def set_load_steps(
        self,
        info: Info,
        input: Annotated[SetLoadStepsInput, strawberry.argument(description="For whom, and the steps.")],
    ) -> LoadStepsPayload:
        values, checks, at = given(input), Checks(), ("input",)
        organization = checks.key(values["organization_id"], (*at, "organizationId"))
        sent = values.get("athlete_id")
        athlete = None if sent is None else checks.key(sent, (*at, "athleteId"))
        kilograms = round(checks.number(values["kilograms"], (*at, "kilograms"), 0.25, 50), 3)
        pounds = round(checks.number(values["pounds"], (*at, "pounds"), 0.5, 100), 3)
        session = await info.context.write_session()
        viewer = session.viewer
        with checks.layer():
            if athlete != viewer.user.id or viewer.organization(organization) is None:
                require_coach(viewer, organization, *at, "organizationId")
        if athlete is not None:
            owners = [organization] if viewer.organization(organization) else viewer.coached()
            with checks.layer():
                if not await members(session, owners, [athlete]):
                    raise NotFound("The organization has no such member.", *at, "athleteId")
        checks.done()
        await store.set_steps(session, organization, athlete, kilograms, pounds)
        return LoadStepsPayload(kilograms=kilograms, pounds=pounds)
