"""The GraphQL types of patients and their consents, and the fields that lead to them."""

from datetime import datetime
from typing import Annotated, Any  # a resolver answers a record of another type than its field's
from uuid import UUID

import strawberry

from kinegraph.identity.graph import After, First, Organization, User, Viewer, organization_edge
from kinegraph.identity.rules import User as Person
from kinegraph.identity.rules import Viewer as ViewerRecord
from kinegraph.kit.checks import require_key
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import Node, edge, embedded, extends, field, node
from kinegraph.patient import rules, store

described_enum(
    rules.Language,
    "A language in which texts for a patient are written.",
    EN="English.",
    HE="Hebrew, from right to left.",
    RU="Russian.",
)
described_enum(
    rules.ConsentKind,
    "A kind of data that is stored with a patient's consent alone.",
    TELEMETRY="Events of the app: level 0 none, 1 errors of playback, 2 also the use of videos, and, with BIOMETRIC, "
    "frames of poses; 3 the same as 2 at present: for events that a later version may have.",
    BIOMETRIC="Frames of poses, in which a body may be recognized: level 0 no, 1 yes. Without it coaches do not see "
    "their sums, either.",
    CONDITIONS="Health conditions, with which exercises are checked: level 0 no, 1 yes.",
)


def user_of(root: strawberry.Parent[rules.PatientRow]) -> Any:
    """Resolver: the member, from the columns `user_…` of the row."""
    return Person(root.user_id, root.user_name, root.user_email, root.organization_id)


def recorded_by_of(root: strawberry.Parent[rules.ConsentRow]) -> Any:
    """Resolver: the person who recorded it, from the columns `recorded_by_…` of the row."""
    return Person(root.recorded_by_id, root.recorded_by_name, root.recorded_by_email, root.organization_id)


def _patient_id(root: strawberry.Parent[rules.PatientRow]) -> strawberry.ID:
    return strawberry.ID(rules.patient_id(root.organization_id, root.user_id))


@node(store.consents, "patient_consents")
@strawberry.type(description="A consent that a patient gave or withdrew. It is never changed; the latest holds.")
class PatientConsent(Node):
    id: strawberry.ID = strawberry.field(description="The consent's id.")
    kind: rules.ConsentKind = strawberry.field(description="The data that it is about.")
    level: int = strawberry.field(description="The level that was consented to; 0 is none.")
    recorded_by: User = embedded("recorded_by_", recorded_by_of, "The person who recorded it.")
    created_at: datetime = strawberry.field(description="When it was recorded.")

    @field("Whether somebody else recorded it for the patient.", "user_id", "recorded_by_id")
    def is_on_behalf(root: strawberry.Parent[rules.ConsentRow]) -> bool:
        return root.user_id != root.recorded_by_id


@node(store.by_keys, parse=rules.patient_key)
@strawberry.type(
    description="A member as a patient of an organization: the defaults where nothing is stored. The patient and the "
    "coaches of the organization see it."
)
class Patient(Node):
    id: strawberry.ID = strawberry.field(
        resolver=_patient_id, description="The patient's id: the same for the same user and organization."
    )
    organization: Organization = organization_edge("The organization that treats them.")
    user: User = embedded("user_", user_of, "The member who is treated.")
    time_zone: str = strawberry.field(description="The IANA time zone of their days, such as Asia/Jerusalem.")
    language: rules.Language = strawberry.field(description="The language in which they read.")
    consent_level: int = strawberry.field(
        description="The level of telemetry that they consent to, 0 to 3: see ConsentKind."
    )
    has_biometric_consent: bool = strawberry.field(description="Whether frames of poses may be stored.")
    has_conditions_consent: bool = strawberry.field(description="Whether their conditions may be stored.")
    conditions: list[str] = strawberry.field(
        description="The keys of their health conditions (contraindicationConditions), sorted; none without consent."
    )
    updated_at: datetime | None = strawberry.field(
        description="When it was last changed: its version; null where nothing is stored."
    )

    @field("Consents that were given and withdrawn, the latest first.", "organization_id", "user_id")
    async def consents(
        root: strawberry.Parent[rules.PatientRow],
        info: Info,
        first: First = 20,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[PatientConsent]:
        page = page_window(info, "consents", 20, (datetime, UUID), first, after, last, before)
        key = root.organization_id, root.user_id
        found: Connection[PatientConsent] = await info.context.page(
            store.consent_pages, store.consent_counts, key, page
        )
        return found


@extends(Organization)
class OrganizationPatients:
    @field("A member as a patient; null for others, and to members for everybody but themselves.")
    async def patient(
        root: strawberry.Parent[Any],
        info: Info,
        user_id: Annotated[strawberry.ID, strawberry.argument(description="The user's id.")],
    ) -> Patient | None:
        key = root.id, require_key(user_id, "userId")
        found: Patient | None = await info.context.load(store.by_keys, key)
        return found

    @field("The patients by name: members of whom something is stored, or who were enrolled. To members, themselves.")
    async def patients(
        root: strawberry.Parent[Any],
        info: Info,
        first: First = 50,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Patient]:
        viewer: ViewerRecord = await info.context.viewer()
        user_id = None if viewer.coaches(root.id) else viewer.user.id
        page = page_window(info, "patients", 50, (str, UUID), first, after, last, before)
        found: Connection[Patient] = await info.context.page(store.pages, store.counts, (root.id, user_id), page)
        return found


@extends(Viewer)
class ViewerPatients:
    patients: list[Patient] = edge(
        store.of_viewers,
        lambda viewer: viewer.user.id,
        "The caller as a patient of each of their organizations.",
        assumed_size=2,
    )
