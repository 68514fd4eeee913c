"""The table of the steps by which loads can be changed (docs/domain.md, Personal records)."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Numeric, Table, UniqueConstraint, Uuid

from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import metadata

# Of an athlete in an organization; without one, of everybody in it.
load_steps = Table(
    "load_steps",
    metadata,
    key(),
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="CASCADE"), nullable=False),
    Column("athlete_id", Uuid, ForeignKey("users.id", ondelete="CASCADE")),
    Column("kilograms", Numeric(6, 3), CheckConstraint("kilograms > 0"), nullable=False),
    Column("pounds", Numeric(6, 3), CheckConstraint("pounds > 0"), nullable=False),
    *moments(deleted=False),
    UniqueConstraint(
        "organization_id", "athlete_id", name="load_steps_athlete_key", postgresql_nulls_not_distinct=True
    ),
    Index("load_steps_athlete_id_idx", "athlete_id"),
)
