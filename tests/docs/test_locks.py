"""The table of locks in docs/architecture.md has those of every file that takes some."""

import re

from tests.docs.markdown import ROOT, text_of

LOCK = re.compile(r"pg_(?:try_)?advisory_xact_lock|\bFOR (?:NO KEY )?(?:UPDATE|SHARE)\b(?! USING)")
ROOM, MIGRATION = "src/kinegraph", "migrations/versions"
ROWS = {
    f"{ROOM}/assignment/store_writing.py": "advisory lock of a workout on a day",
    f"{ROOM}/background/store_requests.py": "row of a job",
    f"{ROOM}/background/store_runs.py": "rows of facts, due jobs and unused uploads",
    f"{ROOM}/canonical/store.py": "advisory lock of a scope",
    f"{ROOM}/canonical/store_progressions.py": "advisory lock of the progression graph",
    f"{ROOM}/comment/store.py": "row of a comment",
    f"{ROOM}/embedding/store.py": "row of a mark in `stale_embeddings`",
    f"{ROOM}/embedding/store_vectors.py": "rows of exercises, overrides and workouts",
    f"{ROOM}/enrichment/store_proposals.py": "row of an exercise",
    f"{ROOM}/enrichment/store_reviews.py": "row of a proposed alias",
    f"{ROOM}/enrolling/store.py": "row of an enrollment",
    f"{ROOM}/exchange/store.py": "advisory lock of a scope",
    f"{ROOM}/exercise/store.py": "row of an exercise",
    f"{ROOM}/kit/outbox.py": "rows of facts, due jobs and unused uploads",
    f"{ROOM}/library/store_overrides.py": "advisory lock of an override",
    f"{ROOM}/media/store.py": "advisory lock of a user's uploads",
    f"{ROOM}/media/store_clearing.py": "rows of facts, due jobs and unused uploads",
    f"{ROOM}/organization/store.py": "row of an organization",
    f"{ROOM}/override/store.py": "advisory lock of a scope, then the rows that an import is about",
    f"{ROOM}/patient/store_writing.py": "row of a patient",
    f"{ROOM}/persisted/store.py": "advisory lock of a user's registered documents",
    f"{ROOM}/persisted/store_trusted.py": "advisory lock of trusted documents",
    f"{ROOM}/persisted/store_usage.py": "rows of persisted documents",
    f"{ROOM}/plan/store_tree.py": "row of a treatment plan",
    f"{ROOM}/privacy/store_erasing.py": "row of a user",
    f"{ROOM}/response/store.py": "row of a proposed regression",
    f"{ROOM}/response/store_proposing.py": "row of a proposed regression",
    f"{ROOM}/telemetry/store_postgres.py": "advisory lock of a session of poses",
    f"{ROOM}/telemetry/store_targets.py": "the same (`FOR SHARE`)",
    f"{ROOM}/training/store_restrictions.py": "advisory lock of a restriction",
    f"{ROOM}/workout/store.py": "advisory lock of a workout's tree",
    f"{ROOM}/workout/store_tree.py": "row of an assignment",
    f"{MIGRATION}/0009_taxonomy_and_details.py": "row of an exercise",
    f"{MIGRATION}/0021_events.py": "advisory lock of the numbering of events",
    f"{MIGRATION}/0024_overrides_wait_for_canonical_edits.py": "row of a canonical exercise",
    f"{MIGRATION}/0044_sync.sql": "advisory lock of a person's change feed",
    f"{MIGRATION}/0045_adherence.py": "advisory lock of an enrollment's adherence",
    f"{MIGRATION}/0047_telemetry.py": "advisory lock of the partitions of telemetry",
    f"{MIGRATION}/0048_audit.sql": "advisory lock of an organization's audit trail",
}
"""The beginning of the row of a lock of each file: a file that takes its first lock is added here, with its row."""


def test_each_file_that_takes_locks_has_its_row() -> None:
    """A lock in a statement of the product or of a migration has a row that says who takes it and whom it keeps out."""
    files = [path for room in (ROOM, MIGRATION) for end in ("py", "sql") for path in (ROOT / room).rglob(f"*.{end}")]
    taking = {str(path.relative_to(ROOT)) for path in files if LOCK.search(path.read_text())}
    assert taking == ROWS.keys()
    page = text_of(ROOT / "docs" / "architecture.md")
    assert [row for row in ROWS.values() if f"\n| {row}" not in page] == []
