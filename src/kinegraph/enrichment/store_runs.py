"""The account of each run: requests, tokens, cost, and what became of the answers."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.enrichment.rules_costs import RunRow
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession

COLUMNS = """job_id, model, max_cost, cost, requests, input_tokens, output_tokens, enriched, proposed, applied, refused,
unreadable, passes"""


async def runs_of_jobs(session: ReadSession, job_ids: Sequence[UUID]) -> list[RunRow | None]:
    """The accounts of jobs, in key order; None for a job that has none."""
    rows: list[RunRow] = await session.fetch(f"SELECT {COLUMNS} FROM enrichment_runs WHERE job_id = ANY ($1)", job_ids)
    return in_key_order(rows, job_ids, "job_id")


async def begin(session: WriteSession, job_id: UUID, model: str, max_cost: int) -> RunRow:
    """The account of a job, opened where it has none."""
    row: RunRow | None = await session.fetch_row(
        f"""
        INSERT INTO enrichment_runs (job_id, model, max_cost)
        VALUES ($1, $2, $3)
        ON CONFLICT (job_id) DO UPDATE SET model = excluded.model
        RETURNING {COLUMNS}
        """,
        job_id,
        model,
        max_cost,
    )
    assert row is not None
    return row


async def add(session: WriteSession, job_id: UUID, **counts: int) -> RunRow:
    """Add to the counts of an account, by column. Returns it as it is then."""
    added = ", ".join(f"{name} = {name} + ${number}" for number, name in enumerate(counts, 2))
    row: RunRow | None = await session.fetch_row(
        f"UPDATE enrichment_runs SET {added} WHERE job_id = $1 RETURNING {COLUMNS}", job_id, *counts.values()
    )
    assert row is not None
    return row
