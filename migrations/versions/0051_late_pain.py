"""Painful logs by the time at which they were received or corrected, for the worklist of a clinic.

A log may be received days after it was performed: the totals of adherence, which are by day, do not show it.
"""

from alembic import op

revision = "0051"
down_revision = "0048"


def upgrade() -> None:
    op.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    op.execute("""
        CREATE INDEX exercise_logs_pain_idx ON exercise_logs (organization_id, updated_at)
            WHERE pain_score >= 4 AND deleted_at IS NULL
    """)


def downgrade() -> None:
    op.execute("DROP INDEX exercise_logs_pain_idx")
