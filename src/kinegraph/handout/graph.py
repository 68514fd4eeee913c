"""The GraphQL type of handouts, and the fields of versions and enrollments that lead to them."""

from datetime import datetime
from typing import Annotated, Any  # a resolver answers a record of another type than its field's
from uuid import UUID

import strawberry

from kinegraph.enrollment.graph import Enrollment
from kinegraph.enrollment.rules import EnrollmentRow
from kinegraph.handout import rules, store
from kinegraph.identity.rules import Viewer
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import extends, field
from kinegraph.patient.rules import Language
from kinegraph.patient.store import by_keys as patients_by_keys
from kinegraph.plan.graph import PlanVersion
from kinegraph.plan.rules import VersionRow
from kinegraph.plan.store import versions

OnlyWeek = Annotated[
    int | None, strawberry.argument(description="Only this week, from 1; null: all weeks, equal ones once.")
]


@strawberry.type(
    description="A printable handout, at addresses that anybody may open who has them, until they end. It shows what "
    "the caller may read when it is opened."
)
class Handout:
    language: Language = strawberry.field(description="The language of its headings and amounts.")
    html_url: str = strawberry.field(description="The signed address of the page as HTML, complete in itself.")
    pdf_url: str = strawberry.field(description="The signed address of the PDF, in A4.")
    expires_at: datetime = strawberry.field(description="When the addresses end, by default after an hour.")


async def _signed(info: Info, version: VersionRow, wanted: rules.HandoutRequest) -> Any:
    """The addresses of a handout, for the viewer. Raises InvalidInput for a week there is not, or too much."""
    rules.check_week(wanted.week, version)
    rules.check_size(await info.context.load(store.sizes, version.id, week=wanted.week), wanted.week)
    viewer: Viewer = await info.context.viewer()
    info.context.has_used_storage = True  # the addresses end, so that the answer has no tag
    values = {**wanted.parameters(), "user": str(viewer.user.id)}
    html_url, expires_at = info.context.addresses.sign(rules.PATH + rules.HTML, values)
    pdf_url, _ = info.context.addresses.sign(rules.PATH + rules.PDF, values)
    return {"language": wanted.language, "html_url": html_url, "pdf_url": pdf_url, "expires_at": expires_at}


@extends(PlanVersion)
class VersionHandout:
    @field("A printable page of it: days, amounts, and the exercises with QR codes of their videos.", "id", "weeks")
    async def handout(
        root: strawberry.Parent[VersionRow],
        info: Info,
        language: Annotated[Language, strawberry.argument(description="The language of headings and amounts.")],
        week: OnlyWeek = None,
    ) -> Handout:
        found: Handout = await _signed(info, root, rules.HandoutRequest(root.id, language, week))
        return found


@extends(Enrollment)
class EnrollmentHandout:
    @field(
        "A printable page of the version that holds today, with the dates of its weeks. Weeks that are over are left "
        "out, unless one is requested; so are paused days, and those of another version, which the page names.",
        "id",
        "organization_id",
        "patient_id",
        "version_id",
    )
    async def handout(
        root: strawberry.Parent[EnrollmentRow],
        info: Info,
        language: Annotated[
            Language | None, strawberry.argument(description="The language; null: the patient's.")
        ] = None,
        week: OnlyWeek = None,
        shows_name: Annotated[
            bool | None, strawberry.argument(description="Whether it has the patient's name; null is the default.")
        ] = True,
    ) -> Handout:
        version = await info.context.load(versions, root.version_id)
        if version is None:
            raise NotFound("There is no such version, or none that you may see.")
        if language is None:
            key: tuple[UUID, UUID] = (root.organization_id, root.patient_id)
            patient = await info.context.load(patients_by_keys, key)
            language = Language(patient.language) if patient else Language.EN
        wanted = rules.HandoutRequest(root.version_id, language, week, root.id, shows_name is not False)
        found: Handout = await _signed(info, version, wanted)
        return found
