"""Reading what a batch needs: the viewer's consents, and the exercises that its entries name."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession, WriteSession


class ConsentsRow(Protocol):
    """The consents that hold."""

    consent_level: int
    has_biometric_consent: bool


class PlannedRow(Protocol):
    """An exercise of a version that the viewer is or was enrolled in."""

    id: UUID
    exercise_id: UUID
    enrollment_id: UUID


async def consents(session: WriteSession[Viewer], organization_id: UUID) -> ConsentsRow | None:
    """The viewer's consents. No change of them is stored before the transaction ends. None: nothing is consented to."""
    return await session.fetch_row(
        """
        SELECT consent_level, has_biometric_consent
        FROM patients
        WHERE organization_id = $1 AND user_id = $2
        FOR SHARE
        """,
        organization_id,
        session.viewer.user.id,
    )


async def exercises(session: ReadSession, organization_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the ids that are canonical exercises or the organization's own, deleted ones too."""
    rows = await session.fetch(
        "SELECT e.id FROM exercises e WHERE e.id = ANY ($1) AND (e.organization_id IS NULL OR e.organization_id = $2)",
        ids,
        organization_id,
    )
    return {row.id for row in rows}


async def planned(
    session: ReadSession[Viewer], organization_id: UUID, ids: Sequence[UUID], day: date
) -> dict[UUID, PlannedRow]:
    """The exercises of these ids, of versions that the viewer is or was enrolled in.

    Where the viewer has several enrollments with the version, it is of the latest that has begun by the day.
    """
    rows: list[PlannedRow] = await session.fetch(
        """
        SELECT DISTINCT ON (x.id) x.id, x.exercise_id, h.enrollment_id
        FROM plan_version_exercises x
        JOIN enrollment_versions h ON h.version_id = x.version_id AND h.patient_id = $3
        WHERE x.id = ANY ($1) AND x.organization_id = $2
        ORDER BY x.id, h.from_day <= $4 DESC, h.from_day DESC, h.enrollment_id DESC
        """,
        ids,
        organization_id,
        session.viewer.user.id,
        day,
    )
    return {row.id: row for row in rows}
