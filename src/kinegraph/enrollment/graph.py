"""The GraphQL types of enrollments: what is due, pauses, versions, moves."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, cast  # a resolver answers a record of another type than its field's
from uuid import UUID

import strawberry

from kinegraph.enrollment import rules, store
from kinegraph.enrollment.graph_safety import SafetyFinding
from kinegraph.enrollment.rules_calendar import Position
from kinegraph.enrollment.store_safety import CheckKey, findings
from kinegraph.identity.graph import After, First, Organization, User, organization_edge
from kinegraph.identity.rules import User as Person
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import Node, edge, embedded, field, node
from kinegraph.patient.graph import Patient
from kinegraph.patient.store import by_keys as patients_by_keys
from kinegraph.plan.graph import PlanSession, PlanVersion, TreatmentPlan
from kinegraph.plan.store import by_ids as plans_by_ids
from kinegraph.plan.store import versions

described_enum(
    rules.EnrollmentStatus,
    "Where an enrollment stands today, by the patient's calendar.",
    ACTIVE="It runs, or begins on a day to come.",
    PAUSED="Today is a paused day: nothing is due.",
    COMPLETED="The patient has finished it. It stays so.",
    CANCELLED="It was ended early. It stays so.",
)

EnrollmentId = Annotated[strawberry.ID, strawberry.argument(description="The enrollment's id.")]


def patient_of(root: strawberry.Parent[rules.EnrollmentRow]) -> Any:
    """Resolver: the patient, from the columns `patient_…` of the row."""
    return Person(root.patient_id, root.patient_name, root.patient_email, root.organization_id)


def enrolled_by_of(root: strawberry.Parent[rules.EnrollmentRow]) -> Any:
    """Resolver: the person who enrolled the patient, from the columns `enrolled_by_…` of the row."""
    return Person(root.enrolled_by_id, root.enrolled_by_name, root.enrolled_by_email, root.organization_id)


def moved_by_of(root: strawberry.Parent[rules.MoveRow]) -> Any:
    """Resolver: the person who made a change, from the columns `moved_by_…` of the row."""
    return Person(root.moved_by_id, root.moved_by_name, root.moved_by_email, root.organization_id)


def check_key(row: rules.EnrollmentRow) -> CheckKey:
    """The key of what speaks against an enrollment: the versions that hold today or later."""
    return row.organization_id, row.patient_id, row.id, tuple(row.version_ids)


@strawberry.type(description="Paused days of an enrollment: nothing is due on them, and no later day is shifted.")
class EnrollmentPause:
    from_day: date = strawberry.field(name="from", description="The first paused day.")
    to_day: date | None = strawberry.field(name="to", description="The last paused day; null: it lasts.")


@strawberry.type(description="A version of the plan, and since when it holds for the patient.")
class EnrollmentVersion:
    from_day: date = strawberry.field(name="from", description="The first day on which it holds.")
    version: PlanVersion = edge(versions, "version_id", "The version that holds.")


@strawberry.type(description="Today, by the patient's calendar.")
class EnrollmentDay:
    on: date = strawberry.field(description="The day of the calendar.")
    week: int | None = strawberry.field(description="The week of the plan; null before the start and after the end.")
    day: int | None = strawberry.field(description="The day of the week, 1 to 7; null as the week is.")
    is_paused: bool = strawberry.field(description="Whether it is a paused day.")


@strawberry.type(description="A day on which something is due.")
class DueDay:
    on: date = strawberry.field(description="The day of the calendar.")
    week: int = strawberry.field(description="The week of the plan, from 1.")
    day: int = strawberry.field(description="The day of the week, 1 to 7.")
    sessions: list[PlanSession] = strawberry.field(
        description="The sessions, of the version that holds on that day.", metadata={"assumed_size": 1}
    )


@node(store.moves, "enrollment_moves")
@strawberry.type(description="A change of an enrollment's status or version. It is never changed.")
class EnrollmentMove(Node):
    id: strawberry.ID = strawberry.field(description="The move's id.")
    from_status: rules.EnrollmentStatus | None = strawberry.field(
        description="The status before; null where it was made."
    )
    to_status: rules.EnrollmentStatus = strawberry.field(description="The status after it.")
    from_version: PlanVersion | None = edge(versions, "from_version_id", "The version before; null where it was made.")
    to_version: PlanVersion | None = edge(
        versions, "to_version_id", "The version after; null to the patient where it never held."
    )
    effective_on: date = strawberry.field(description="The first day for which it counts.")
    reason: str | None = strawberry.field(description="Why, in the clinician's words.")
    moved_by: User = embedded("moved_by_", moved_by_of, "The person who made it.")
    created_at: datetime = strawberry.field(description="When it was made.")


@node(store.by_ids, "enrollments")
@strawberry.type(
    description="A patient in a version of a treatment plan, from a day on. The patient and the coaches of the "
    "organization see it. Day 1 of week 1 is the start; days are those of the patient's time zone."
)
class Enrollment(Node):
    id: strawberry.ID = strawberry.field(description="The enrollment's id.")
    organization: Organization = organization_edge("Where the patient is treated.")
    plan: TreatmentPlan = edge(plans_by_ids, "plan_id", "The plan that it is in.")
    version: PlanVersion = edge(
        versions, "version_id", "The version that holds today; before the start the first one, after the end the last."
    )
    versions: list[EnrollmentVersion] = edge(
        store.versions_of, "id", "The versions in the order in which they hold: at most 100.", assumed_size=2
    )
    patient: User = embedded("patient_", patient_of, "The member who is treated.")
    patient_record: Patient | None = edge(
        patients_by_keys,
        ("organization_id", "patient_id"),
        "The patient's calendar, consents and conditions; null where they have left.",
    )
    enrolled_by: User = embedded("enrolled_by_", enrolled_by_of, "The person who enrolled the patient.")
    starts_on: date = strawberry.field(description="Day 1 of week 1.")
    ended_on: date | None = strawberry.field(
        description="The first day on which nothing is due, once it was completed or cancelled, perhaps one to come: "
        "the status is ACTIVE or PAUSED until then. Null while no end is known."
    )
    status: rules.EnrollmentStatus = strawberry.field(description="Where it stands today.")
    pauses: list[EnrollmentPause] = edge(
        store.pauses_of, "id", "Its pauses, planned ones too, in their order: at most 100.", assumed_size=2
    )
    safety_findings: list[SafetyFinding] = edge(
        findings,
        check_key,
        "What the patient's conditions, as they are stored now, say against the exercises of the versions that hold "
        "today or later, and against the substitutes that hold today or later, in place of the exercises that they are "
        "done for; what is ruled out first. None without stored conditions, which does not mean safe; but a substitute "
        "that was archived or deleted, and, to coaches, one that is done on the same days in another place, of this "
        "plan or of another enrollment that has not ended, and an exercise that hurt the patient in another place of "
        "the plan, or in another enrollment, also an ended one.",
        assumed_size=3,
    )
    created_at: datetime = strawberry.field(description="When the patient was enrolled.")
    updated_at: datetime = strawberry.field(
        description="When it, a pause, its version, an override or a substitution was last changed: its version for "
        "ifUpdatedAt."
    )

    @field("The planned last day: that of the last week of the version that was assigned last.")
    def ends_on(root: strawberry.Parent[rules.EnrollmentRow]) -> date:
        return rules.ends_on(root)

    @field("Today, by the patient's calendar, and where it lies in the plan.")
    def today(root: strawberry.Parent[rules.EnrollmentRow]) -> EnrollmentDay:
        position: Position | None = rules.position_today(root)
        week, day = (position.week, position.day) if position else (None, None)
        return EnrollmentDay(on=root.today, week=week, day=day, is_paused=root.status == rules.EnrollmentStatus.PAUSED)

    @field("The sessions that are due on one calendar day.", "id", assumed_size=1)
    async def due(
        root: strawberry.Parent[rules.EnrollmentRow],
        info: Info,
        on: Annotated[
            date | None, strawberry.argument(description="The day; null: today, by the patient's time zone.")
        ] = None,
    ) -> list[PlanSession]:
        found: list[PlanSession] = await info.context.load(store.due_on, (root.id, on))
        return found

    @field(
        f"The days, of at most {rules.MAX_DUE_DAYS}, on which something is due, with its sessions.",
        "id",
        assumed_size=12,
    )
    async def due_between(
        root: strawberry.Parent[rules.EnrollmentRow],
        info: Info,
        first: Annotated[date, strawberry.argument(name="from", description="The first day of them.")],
        last: Annotated[date, strawberry.argument(name="to", description="The last day, it included.")],
    ) -> list[DueDay]:
        checks = Checks()
        if last < first:
            checks.refuse("Must not be before `from`.", "to")
        elif last - first >= timedelta(days=rules.MAX_DUE_DAYS):
            checks.refuse(f"Must be within {rules.MAX_DUE_DAYS} days from `from` on.", "to")
        checks.done()
        return _by_day(await info.context.load(store.due_sessions, (root.id, first, last)))

    @field("Changes of its status and version, the latest first.", "id")
    async def moves(
        root: strawberry.Parent[rules.EnrollmentRow],
        info: Info,
        first: First = 20,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[EnrollmentMove]:
        page = page_window(info, "moves", 20, (datetime, UUID), first, after, last, before)
        found: Connection[EnrollmentMove] = await info.context.page(store.move_pages, store.move_counts, root.id, page)
        return found


def _by_day(planned: Sequence[store.DueSession]) -> list[DueDay]:
    """The due sessions by day."""
    days: dict[date, DueDay] = {}
    for row, session in planned:
        day = days.setdefault(row.on_day, DueDay(on=row.on_day, week=row.week, day=row.day, sessions=[]))
        day.sessions.append(cast(PlanSession, session))
    return [*days.values()]


@strawberry.type
class Query:
    @field("An enrollment: to coaches any of their organization's, to patients their own; else null.")
    async def enrollment(self, info: Info, id: EnrollmentId) -> Enrollment | None:
        found: Enrollment | None = await info.context.load(store.by_ids, require_key(id, "id"))
        return found
