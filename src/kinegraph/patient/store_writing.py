"""Writing patients and their consents, under the lock of the patient's row."""

from collections.abc import Iterable, Mapping
from typing import Any  # values to write, by column
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.patient.rules import ConsentKind, DecisionsRow, PatientKey


async def add(session: WriteSession, organization_id: UUID, user_id: UUID) -> None:
    """Store a member as a patient with the defaults; one who is stored already stays as they are."""
    await session.run(
        """
        INSERT INTO patients (organization_id, user_id) VALUES ($1, $2)
        ON CONFLICT ON CONSTRAINT patients_user_key DO NOTHING
        """,
        organization_id,
        user_id,
    )


async def lock(session: WriteSession, key: PatientKey) -> UUID:
    """Lock the row of a patient, made with the defaults where there is none, until the transaction ends. Its id."""
    await add(session, *key)
    id: UUID = await session.fetch_value(
        "SELECT id FROM patients WHERE organization_id = $1 AND user_id = $2 FOR NO KEY UPDATE", *key
    )
    return id


async def lock_logs(session: WriteSession, patients: Iterable[PatientKey]) -> None:
    """Keep others, until the transaction ends, from writing logs of these patients, and from ending their enrollments.

    It is taken before the lock of an enrollment's row. The locks are taken in one order, so that two batches for
    several patients do not wait for each other.
    """
    await session.fetch(
        """
        SELECT pg_advisory_xact_lock(each.key)
        FROM (SELECT DISTINCT hashtextextended(name, 0) AS key FROM unnest($1::text[]) AS name ORDER BY key) AS each
        """,
        [f"logs {organization_id} {patient_id}" for organization_id, patient_id in patients],
    )


async def update(session: WriteSession, id: UUID, values: Mapping[str, Any]) -> None:
    """Set columns of a patient."""
    await session.update("patients", id, values)


async def time_zones(session: ReadSession) -> set[str]:
    """The names of the time zones that the database computes with, as the IANA database has them."""
    rows = await session.fetch(
        """
        SELECT z.name
        FROM pg_timezone_names z
        WHERE z.name !~ '^(posix|right)/' AND z.name NOT IN ('Factory', 'localtime', 'posixrules')
        """
    )
    return {row.name for row in rows}


async def decisions(session: ReadSession, key: PatientKey, kind: ConsentKind) -> DecisionsRow:
    """The recorder of the latest consent of this kind, the patient's own choice, and the least level since then."""
    found: DecisionsRow | None = await session.fetch_row(
        """
        SELECT (array_agg(c.recorded_by_id ORDER BY c.id DESC))[1] AS last_by,
               (array_agg(c.level ORDER BY c.id DESC) FILTER (WHERE c.recorded_by_id = c.user_id))[1] AS own_level,
               min(c.level) FILTER (WHERE c.id >= c.own_id) AS most_by_others
        FROM (SELECT c.*, max(c.id::text) FILTER (WHERE c.recorded_by_id = c.user_id) OVER ()::uuid AS own_id
              FROM patient_consents c
              WHERE c.organization_id = $1 AND c.user_id = $2 AND c.kind = $3) AS c
        """,
        *key,
        kind,
    )
    assert found is not None
    return found


async def record_consent(session: WriteSession[Viewer], key: PatientKey, kind: ConsentKind, level: int) -> None:
    """Record a consent, by the viewer."""
    organization_id, user_id = key
    values = {"organization_id": organization_id, "user_id": user_id, "kind": kind, "level": level}
    await session.insert("patient_consents", {**values, "recorded_by_id": session.viewer.user.id})
