"""The table of what is retained of erased patients: counts, by organization and exercise."""

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Uuid

from kinegraph.kit.database import UNVERSIONED, metadata

erased_totals = Table(
    "erased_totals",
    metadata,
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True),
    Column("exercise_id", Uuid, ForeignKey("exercises.id", ondelete="CASCADE"), primary_key=True),
    *(Column(name, BigInteger, nullable=False) for name in ("patients", "prescribed", "completed", "logs")),
    info=UNVERSIONED,
)
