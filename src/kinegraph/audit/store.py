"""Recording what was read, and verifying the chains."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kinegraph.audit.rules import EntryRow, PseudonymRow, breaks_of, pseudonym_of
from kinegraph.identity.rules import Viewer
from kinegraph.kit.database import Database
from kinegraph.kit.sessions import ReadSession, Subject, WriteSession

BATCH = 10_000
"""The entries that are read at a time to verify a chain."""

COLUMNS = """e.id, e.organization_id, e.position, e.created_at, e.actor, e.subject, e.action, e.types, e.request,
               e.hash"""

MAX_BREAKS = 20
"""The breaks of a chain, and the wrong pseudonyms, that are named; the others are counted."""

RECORD = "SELECT kinegraph_audit_reads($1, $2::uuid[], $3::uuid[], $4::text[])"


@dataclass(frozen=True, slots=True)
class Chain:
    """The chain of an organization: its entries and its last hash; the positions at which it is broken, and how many.

    `broken_at` has at most MAX_BREAKS of them.
    """

    organization_id: UUID
    entries: int
    last_hash: str
    broken_at: Sequence[int]
    breaks: int


def _arguments(viewer: Viewer, subjects: set[Subject]) -> tuple[UUID, list[UUID], list[UUID], list[str]]:
    organizations, patients, types = zip(*sorted(subjects), strict=True)
    return viewer.user.id, list(organizations), list(patients), list(types)


async def record_in(session: WriteSession[Viewer]) -> None:
    """Record what was read in a session that writes, in its own transaction."""
    if session.subjects:
        await session.run(RECORD, *_arguments(session.viewer, session.subjects))


async def record(database: Database, viewer: Viewer, subjects: set[Subject]) -> None:
    """Record what was read in a session that has ended, in a transaction of its own."""
    if subjects:
        await database.append(RECORD, *_arguments(viewer, subjects))


async def act_as_auditor(session: ReadSession) -> None:
    """Give a transaction the right to read every chain."""
    await session.fetch("SELECT set_config('kinegraph.auditor', 'on', true)")


async def chains(session: ReadSession) -> list[Chain]:
    """Every organization's chain, verified from its first entry on. The session acts as the auditor."""
    organizations = await session.fetch(
        "SELECT e.organization_id, count(*) AS entries FROM audit_entries e GROUP BY 1 ORDER BY 1"
    )
    return [await _verified(session, row.organization_id, row.entries) for row in organizations]


async def _verified(session: ReadSession, organization_id: UUID, entries: int) -> Chain:
    previous, position, breaks = b"", 0, list[int]()
    count = 0
    while True:
        rows: list[EntryRow] = await session.fetch(
            f"""
            SELECT {COLUMNS}
            FROM audit_entries e
            WHERE e.organization_id = $1 AND e.position > $2
            ORDER BY e.position
            LIMIT {BATCH}
            """,
            organization_id,
            position,
        )
        if not rows:
            return Chain(organization_id, entries, previous.hex(), breaks, count)
        found = breaks_of(rows, previous, position)
        count += len(found)
        breaks += found[: MAX_BREAKS - len(breaks)]
        previous, position = rows[-1].hash, rows[-1].position


async def wrong_pseudonyms(session: ReadSession) -> tuple[list[UUID], list[UUID]]:
    """The users whose pseudonym does not follow from their id and salt, and those who have none.

    Somebody changed or deleted the row, or changed the user's id. The session acts as the auditor.
    """
    wrong, without, last = list[UUID](), list[UUID](), UUID(int=0)
    while True:
        rows: list[PseudonymRow] = await session.fetch(
            f"""
            SELECT u.id AS user_id, p.salt, p.pseudonym
            FROM users u
            LEFT JOIN audit_pseudonyms p ON p.user_id = u.id
            WHERE u.id > $1
            ORDER BY u.id
            LIMIT {BATCH}
            """,
            last,
        )
        if not rows:
            return wrong, without
        for row in rows:
            if row.salt is None:
                without.append(row.user_id)
            elif pseudonym_of(row.user_id, row.salt) != row.pseudonym:
                wrong.append(row.user_id)
        last = rows[-1].user_id
