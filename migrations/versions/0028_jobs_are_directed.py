"""Jobs that are cancelled, retried and scheduled; who requested them; how often in a row they failed.

`tries` counts all runs; the number of the current one is what its worker may write the row by. `failures` counts the
runs since progress was last committed: after too many of them a job is given up. `cancel_requested_at`: when a platform
admin cancelled a running job, which then stops at its next report. `schedule` and `scheduled_for`, of a job that runs
by a schedule: which, and for when; each time has one row.

`exercises.seed_object`: the key of the object from which a canonical row was last seeded; null for one of the library
that ships with Kinegraph, which changes no row that another file has changed.
"""

from alembic import op

revision = "0028"
down_revision = "0027"

FIRE_TRIGGERS = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"
"""No table can be altered while triggers of its changed rows wait for the commit."""

# The type is made anew: a value that is added to a type cannot be used before the commit.
STATUSES = """
DROP TRIGGER jobs_event ON jobs;
ALTER TABLE jobs DROP CONSTRAINT jobs_ended_chk;
ALTER TYPE job_status RENAME TO job_status_before;
CREATE TYPE job_status AS ENUM ({values});
ALTER TABLE jobs ALTER COLUMN status DROP DEFAULT;
ALTER TABLE jobs ALTER COLUMN status TYPE job_status USING status::text::job_status;
ALTER TABLE jobs ALTER COLUMN status SET DEFAULT 'queued';
ALTER TABLE jobs ADD CONSTRAINT jobs_ended_chk
    CHECK ((status IN ({ended})) = (finished_at IS NOT NULL));
DROP TYPE job_status_before;
"""

COLUMNS = """
ALTER TABLE jobs
    ADD COLUMN failures             integer     NOT NULL DEFAULT 0 CHECK (failures >= 0),
    ADD COLUMN cancel_requested_at  timestamptz,
    ADD COLUMN requested_by_user_id uuid        REFERENCES users (id) ON DELETE SET NULL,
    ADD COLUMN schedule             varchar(64),
    ADD COLUMN scheduled_for        timestamptz,
    ADD CONSTRAINT jobs_scheduled_chk CHECK ((schedule IS NULL) = (scheduled_for IS NULL));
ALTER TABLE exercises ADD COLUMN seed_object varchar(200);
UPDATE jobs SET failures = tries WHERE finished_at IS NULL;
CREATE UNIQUE INDEX jobs_scheduled_idx ON jobs (schedule, scheduled_for) WHERE schedule IS NOT NULL;
CREATE INDEX jobs_finished_idx ON jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_requested_by_user_id_idx ON jobs (requested_by_user_id) WHERE requested_by_user_id IS NOT NULL;
"""

TRIGGER = """
CREATE TRIGGER jobs_event AFTER UPDATE ON jobs
    FOR EACH ROW WHEN ((old.status, old.total, old.done, old.message, old.error{more_old})
                       IS DISTINCT FROM (new.status, new.total, new.done, new.message, new.error{more_new}))
    EXECUTE FUNCTION kinegraph_job_changed();
"""

# A platform admin queues a job again, cancels one, or requests that; only the worker runs and ends jobs.
POLICIES = """
CREATE POLICY jobs_direct ON jobs FOR UPDATE USING (
    (SELECT current_setting('kinegraph.platform_admin', true)) = 'on'
) WITH CHECK (
    (SELECT current_setting('kinegraph.platform_admin', true)) = 'on'
    AND (status IN ('queued', 'cancelled') OR status = 'running' AND cancel_requested_at IS NOT NULL)
);
"""


def upgrade() -> None:
    op.execute(FIRE_TRIGGERS)
    op.execute(
        STATUSES.format(
            values="'queued', 'running', 'succeeded', 'failed', 'cancelled'",
            ended="'succeeded', 'failed', 'cancelled'",
        )
    )
    op.execute(COLUMNS)
    op.execute(TRIGGER.format(more_old=", old.cancel_requested_at", more_new=", new.cancel_requested_at"))
    op.execute(POLICIES)


def downgrade() -> None:
    op.execute("UPDATE jobs SET status = 'failed', error = 'It was cancelled.' WHERE status = 'cancelled'")
    op.execute(FIRE_TRIGGERS)
    op.execute("DROP POLICY jobs_direct ON jobs")
    op.execute(STATUSES.format(values="'queued', 'running', 'succeeded', 'failed'", ended="'succeeded', 'failed'"))
    op.execute("""
        ALTER TABLE jobs
            DROP COLUMN failures, DROP COLUMN cancel_requested_at, DROP COLUMN requested_by_user_id,
            DROP COLUMN schedule, DROP COLUMN scheduled_for;
        DROP INDEX jobs_finished_idx;
        ALTER TABLE exercises DROP COLUMN seed_object
    """)
    op.execute(TRIGGER.format(more_old="", more_new=""))
