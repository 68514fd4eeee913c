"""Painful logs by the time at which they were received or corrected, for the worklist of a clinic; who sees what.

A log may be received days after it was performed: the totals of adherence, which are by day, do not show it.

Handouts name an exercise by an alias that somebody reviewed. So everybody may see which of the aliases that a language
model proposed were applied without a review; those aliases are seen in the exercise as they are.

Coaches see the sums of measured poses only while their patient consents to biometric data.
"""

from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    op.execute("""
        CREATE INDEX exercise_logs_pain_idx ON exercise_logs (organization_id, updated_at)
            WHERE pain_score >= 4 AND deleted_at IS NULL;
        CREATE POLICY alias_proposals_applied ON alias_proposals FOR SELECT
            USING (state = 'proposed' AND applied_at IS NOT NULL);
    """)
    op.execute(COACHED.format(consent=CONSENT))


def downgrade() -> None:
    op.execute(COACHED.format(consent=""))
    op.execute("DROP POLICY alias_proposals_applied ON alias_proposals; DROP INDEX exercise_logs_pain_idx")


COACHED = """
ALTER POLICY pose_sessions_coached ON pose_sessions USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[]){consent}
)
"""
CONSENT = """
    AND EXISTS (SELECT FROM patients p
                WHERE p.organization_id = pose_sessions.organization_id AND p.user_id = pose_sessions.user_id
                  AND p.has_biometric_consent)"""
