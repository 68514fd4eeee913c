"""Hashes of imported rows name their fields, and so outgrow 64 characters (exchange/rules_fields.digest).

Before, a hash said of which fields it was by bits whose places came from the order of the columns: a column put among
the others made every earlier import count as edited.
"""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("ALTER TABLE exercises ALTER COLUMN seed_hash TYPE text")


def downgrade() -> None:
    # A version that knows no such hashes takes these rows for rows that were never imported.
    op.execute("UPDATE exercises SET seed_hash = NULL WHERE length(seed_hash) > 64")
    op.execute("ALTER TABLE exercises ALTER COLUMN seed_hash TYPE varchar(64)")
