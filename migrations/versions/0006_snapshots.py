"""Snapshots know which rows they were copied from; athletes say how an assignment went."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(TWINS)
    op.execute(ASSIGNMENTS)


def downgrade() -> None:
    op.execute("""
        DROP POLICY workout_assignments_athlete ON workout_assignments;
        DROP INDEX workout_assignments_calendar_idx;
        DROP INDEX exercise_comments_parent_idx;
        ALTER TABLE workout_movements DROP COLUMN forked_from_id;
        ALTER TABLE workout_sections DROP COLUMN forked_from_id;
    """)


# No foreign keys: the row that a twin was copied from may go, and the twin stays what it is.
TWINS = """
ALTER TABLE workout_sections ADD COLUMN forked_from_id uuid;
ALTER TABLE workout_movements ADD COLUMN forked_from_id uuid;
CREATE INDEX exercise_comments_parent_idx ON exercise_comments (parent_comment_id)
    WHERE parent_comment_id IS NOT NULL;
"""

ASSIGNMENTS = """
CREATE INDEX workout_assignments_calendar_idx ON workout_assignments (organization_id, scheduled_for, id)
    WHERE deleted_at IS NULL;

CREATE POLICY workout_assignments_athlete ON workout_assignments FOR UPDATE USING (
    athlete_id = (SELECT nullif(current_setting('kinegraph.user_id', true), ''))::uuid
    AND organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), ''))::uuid[])
);
"""
