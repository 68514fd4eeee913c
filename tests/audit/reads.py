"""Entries of the audit trail, written past the application."""

from uuid import UUID

from tests.identity.rows import Pool


async def store_reads(owner: Pool, organization: UUID, patient: UUID, number: int) -> None:
    """Record so many reads of a patient's record by nobody."""
    for _ in range(number):
        await owner.execute(
            "SELECT kinegraph_audit_reads(NULL, ARRAY[$1::uuid], ARRAY[$2::uuid], '{Patient}')", organization, patient
        )
