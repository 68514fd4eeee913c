"""The tables of proposed aliases, of what was enriched, and of what runs cost (docs/domain.md, Enrichment)."""

from sqlalchemy import Boolean, Column, Computed, DateTime, ForeignKey, Index, Integer, String, Table, Text, Uuid, func
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ENUM

from kinegraph.enrichment.rules import AliasLanguage, AliasState
from kinegraph.identity.tables import key
from kinegraph.kit.database import UNVERSIONED, metadata

LANGUAGE = ENUM(*AliasLanguage, name="alias_language")


def _moment(name: str) -> "Column[object]":
    return Column(name, DateTime(timezone=True))


def _exercise(*, primary_key: bool = False) -> "Column[object]":
    target = ForeignKey("exercises.id", ondelete="CASCADE")
    return Column("exercise_id", Uuid, target, primary_key=primary_key, nullable=False)


def _job() -> "Column[object]":
    return Column("job_id", Uuid, ForeignKey("jobs.id", ondelete="SET NULL"))


def _identity(name: str, source: str) -> "Column[object]":
    return Column(name, Text, Computed(f"kinegraph_alias_identity({source}::text)", persisted=True), nullable=False)


alias_proposals = Table(
    "alias_proposals",
    metadata,
    key(),
    _exercise(),
    Column("language", LANGUAGE, nullable=False),
    Column("text", String(255), nullable=False),
    _identity("identity", "text"),
    Column("proposed_text", String(255), nullable=False),
    _identity("proposed_identity", "proposed_text"),
    Column("state", ENUM(*AliasState, name="alias_state"), nullable=False, server_default="proposed"),
    Column("shared_with_id", Uuid, ForeignKey("exercises.id", ondelete="SET NULL")),
    Column("model", String(100), nullable=False),
    _job(),
    _moment("applied_at"),
    Column("reviewed_by_user_id", Uuid, ForeignKey("users.id", ondelete="SET NULL")),
    _moment("reviewed_at"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("alias_proposals_unique_idx", "exercise_id", "proposed_identity", unique=True),
    Index("alias_proposals_newest_idx", "created_at", "id"),
    Index("alias_proposals_queue_idx", "created_at", "id", postgresql_where=sql("state = 'proposed'")),
    Index("alias_proposals_identity_idx", "identity"),
    Index("alias_proposals_job_id_idx", "job_id"),
    *(
        Index(f"alias_proposals_{name}_idx", name, postgresql_where=sql(f"{name} IS NOT NULL"))
        for name in ("shared_with_id", "reviewed_by_user_id")
    ),
    info=UNVERSIONED,
)

exercise_enrichments = Table(
    "exercise_enrichments",
    metadata,
    _exercise(primary_key=True),
    Column("language", LANGUAGE, primary_key=True),
    Column("content_hash", String(64)),
    _job(),
    Column("is_claimed", Boolean, nullable=False, server_default=sql("false")),
    _moment("enriched_at"),
    Index("exercise_enrichments_job_id_idx", "job_id"),
    info=UNVERSIONED,
)

COUNTS = ("cost", "requests", "input_tokens", "output_tokens", "enriched", "proposed", "applied", "refused",
          "unreadable", "passes")  # fmt: skip

enrichment_runs = Table(
    "enrichment_runs",
    metadata,
    Column("job_id", Uuid, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("model", String(100), nullable=False),
    Column("max_cost", Integer, nullable=False),
    *(Column(name, Integer, nullable=False, server_default=sql("0")) for name in COUNTS),
    info=UNVERSIONED,
)
