"""The fields that lead to enrollments: of the viewer, of an organization, of a plan."""

from datetime import datetime
from typing import Annotated, Any  # a resolver answers a record of another type than its field's
from uuid import UUID

import strawberry

from kinegraph.enrollment import store_lists
from kinegraph.enrollment.graph import Enrollment
from kinegraph.enrollment.rules import EnrollmentStatus
from kinegraph.identity.graph import After, First, Organization, Viewer
from kinegraph.identity.rules import Viewer as ViewerRecord
from kinegraph.kit.checks import Checks
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.graph import extends, field
from kinegraph.kit.pages import Page, Window
from kinegraph.plan.graph import TreatmentPlan
from kinegraph.plan.rules import PlanRow

ORDER = "enrollments", 50, (datetime, UUID)
"""The order of all lists of enrollments, the default size of their pages, and the types of their sort values."""

Status = Annotated[
    EnrollmentStatus | None, strawberry.argument(description="Only those that stand so today; all if null.")
]


@extends(Viewer)
class ViewerEnrollments:
    @field("The caller's enrollments in all their organizations, the newest first.", assumed_size=3)
    async def enrollments(root: strawberry.Parent[Any], info: Info, status: Status = None) -> list[Enrollment]:
        found: list[Enrollment] = await info.context.load(
            store_lists.of_viewers, root.user.id, status=status and status.value
        )
        return found


@extends(TreatmentPlan)
class PlanEnrollments:
    @field("The enrollments in it, the newest first; to patients, their own.", "id", "organization_id")
    async def enrollments(
        root: strawberry.Parent[PlanRow],
        info: Info,
        status: Status = None,
        first: First = 50,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Enrollment]:
        page = page_window(info, *ORDER, first, after, last, before)
        found: Connection[Enrollment] = await _enrollments(info, root.organization_id, None, root.id, status, page)
        return found


@extends(Organization)
class OrganizationEnrollments:
    @field("The enrollments in it, the newest first; to members, their own.")
    async def enrollments(
        root: strawberry.Parent[Any],
        info: Info,
        status: Status = None,
        patient_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only this user's; everybody's if null.")
        ] = None,
        plan_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those in this plan; in all if null.")
        ] = None,
        first: First = 50,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Enrollment]:
        checks = Checks()
        patient = None if patient_id is None else checks.key(patient_id, ("patientId",))
        plan = None if plan_id is None else checks.key(plan_id, ("planId",))
        checks.done()
        page = page_window(info, *ORDER, first, after, last, before)
        found: Connection[Enrollment] = await _enrollments(info, root.id, patient, plan, status, page)
        return found


async def _enrollments(
    info: Info,
    organization_id: UUID,
    patient_id: UUID | None,
    plan_id: UUID | None,
    status: EnrollmentStatus | None,
    page: Window,
) -> Any:
    """A page of an organization's enrollments that the viewer sees: members their own, as by row-level security."""
    viewer: ViewerRecord = await info.context.viewer()
    if not viewer.coaches(organization_id):
        if patient_id not in (None, viewer.user.id):
            return Page.empty(page)
        patient_id = viewer.user.id
    key = organization_id, patient_id, plan_id
    return await info.context.page(store_lists.pages, store_lists.counts, key, page, status=status and status.value)
