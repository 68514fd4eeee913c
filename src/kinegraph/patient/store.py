"""Reading patients, and the calendar of a patient as SQL.

Every member of an organization may be a patient of it. A batch function answers those without a row with the defaults.
"""

from collections.abc import Sequence
from itertools import chain
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import email_column, member_join, name_column, user_join
from kinegraph.kit.batches import Lists
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import grouped, in_key_order
from kinegraph.kit.sessions import ReadSession
from kinegraph.patient.rules import DEFAULT_TIME_ZONE, ConsentRow, Language, PatientKey, PatientRow

TODAY = "(now() AT TIME ZONE coalesce({patient}.time_zone, '" + DEFAULT_TIME_ZONE + "'))::date"
"""SQL expression: the day that it is for a patient, whose row (perhaps of nulls) has the alias `patient`."""

COLUMNS = f"""m.organization_id, m.user_id, member.name AS user_name, member.email AS user_email, member.name_key,
               coalesce(p.time_zone, '{DEFAULT_TIME_ZONE}') AS time_zone,
               coalesce(p.language, '{Language.EN}') AS language,
               coalesce(p.consent_level, 0) AS consent_level,
               coalesce(p.has_biometric_consent, false) AS has_biometric_consent,
               coalesce(p.has_conditions_consent, false) AS has_conditions_consent,
               coalesce(p.conditions, '{{}}') AS conditions, p.updated_at"""

JOINS = """JOIN users member ON member.id = m.user_id
        LEFT JOIN patients p ON p.organization_id = m.organization_id AND p.user_id = m.user_id"""

READABLE = "m.deleted_at IS NULL AND (m.organization_id = ANY ({coached}) OR m.user_id = {viewer})"
"""SQL condition: the viewer may read what is stored of membership m's user as a patient."""


def patient_join(alias: str, organization_id: str, user_id: str) -> str:
    """The patient's row, if there is one; both ids are SQL expressions."""
    return f"LEFT JOIN patients {alias} ON {alias}.organization_id = {organization_id} AND {alias}.user_id = {user_id}"


async def by_keys(session: ReadSession[Viewer], keys: Sequence[PatientKey]) -> list[PatientRow | None]:
    """Members as patients, in key order; None for those of whom the viewer may read nothing."""
    rows: list[PatientRow] = await session.fetch(
        f"""
        SELECT {COLUMNS}
        FROM unnest($1::uuid[], $2::uuid[]) AS wanted (organization_id, user_id)
        JOIN memberships m ON m.organization_id = wanted.organization_id AND m.user_id = wanted.user_id
        {JOINS}
        WHERE {READABLE.format(coached="$3", viewer="$4")}
        """,
        [organization for organization, _ in keys],
        [user for _, user in keys],
        session.viewer.coached(),
        session.viewer.user.id,
    )
    seen(session, "Patient", rows, "user_id")
    by_key = {(row.organization_id, row.user_id): row for row in rows}
    return [by_key.get(key) for key in keys]


async def of_viewers(session: ReadSession[Viewer], user_ids: Sequence[UUID]) -> list[list[PatientRow]]:
    """The viewer as a patient of each of their organizations, by name of the organization; none for other users."""
    rows: list[PatientRow] = await session.fetch_list(
        f"""
        SELECT {COLUMNS}
        FROM memberships m
        {JOINS}
        JOIN organizations o ON o.id = m.organization_id
        WHERE m.user_id = ANY ($1) AND m.user_id = $2 AND m.deleted_at IS NULL
        ORDER BY o.name, o.id
        """,
        user_ids,
        session.viewer.user.id,
    )
    return grouped(rows, user_ids, "user_id")


ListKey = tuple[UUID, UUID | None]
"""An organization, and the viewer's own id where they do not coach it (None: all of its patients)."""


def _patients(keys: Sequence[ListKey]) -> Lists:
    return Lists(
        f"memberships m {JOINS.replace('LEFT JOIN patients', 'JOIN patients')}",
        "m.organization_id = list.organization_id",
        "m.deleted_at IS NULL",
        "(list.user_id IS NULL OR m.user_id = list.user_id)",
        organization_id=[organization for organization, _ in keys],
        user_id=[user for _, user in keys],
    )


async def pages(session: ReadSession[Viewer], keys: Sequence[ListKey], window: Window) -> list[Page]:
    """A page of the members of each organization of whom something is stored as patients, by name."""
    sort = {"member.name_key": "text", "m.user_id": "uuid"}
    found = await _patients(keys).pages(session, window, COLUMNS, sort)
    seen(session, "Patient", chain.from_iterable(page.rows for page in found), "user_id")
    return found


async def counts(session: ReadSession, keys: Sequence[ListKey]) -> list[int]:
    """The number of patients in each list."""
    return await _patients(keys).counts(session)


CONSENT_COLUMNS = f"""c.id, c.organization_id, c.user_id, c.kind, c.level, c.recorded_by_id, c.created_at,
               {name_column("recorded_by")}, {email_column("recorded_by")}"""
CONSENT_JOINS = f"""{user_join("recorded_by", "c.recorded_by_id")}
        {member_join("recorded_by", "c.recorded_by_id", "c.organization_id")}"""


async def consents(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[ConsentRow | None]:
    """Consents that the viewer may read, in key order."""
    viewer: Viewer = session.viewer
    rows: list[ConsentRow] = await session.fetch(
        f"""
        SELECT {CONSENT_COLUMNS}
        FROM patient_consents c
        {CONSENT_JOINS}
        WHERE c.id = ANY ($1)
          AND (c.organization_id = ANY ($2) OR (c.user_id = $3 AND c.organization_id = ANY ($4)))
        """,
        ids,
        viewer.coached(),
        viewer.user.id,
        list(viewer.by_organization),
    )
    seen(session, "PatientConsent", rows, "user_id")
    return in_key_order(rows, ids)


def _consents(keys: Sequence[PatientKey]) -> Lists:
    return Lists(
        "patient_consents c",
        "c.organization_id = list.organization_id",
        "c.user_id = list.user_id",
        organization_id=[organization for organization, _ in keys],
        user_id=[user for _, user in keys],
    )


async def consent_pages(session: ReadSession[Viewer], keys: Sequence[PatientKey], window: Window) -> list[Page]:
    """A page of the consents of each visible patient, the latest first."""
    sort = {"c.created_at": "timestamptz", "c.id": "uuid"}
    lists = _consents(keys)
    found = await lists.pages(session, window, CONSENT_COLUMNS, sort, joins=CONSENT_JOINS, descending=True)
    seen(session, "PatientConsent", chain.from_iterable(page.rows for page in found), "user_id")
    return found


async def consent_counts(session: ReadSession, keys: Sequence[PatientKey]) -> list[int]:
    """The number of consents of each visible patient."""
    return await _consents(keys).counts(session)
