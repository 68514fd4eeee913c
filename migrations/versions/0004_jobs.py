"""Facts and jobs: what was recorded to be worked on, and how the work goes.

A fact is written in the transaction of its change (the outbox) and becomes jobs after it; a job's row is the
truth about it, Redis only carries its id. Both are written by whoever changes something; they are read and
moved on by the worker, which acts for nobody:

    kinegraph.worker           'on' only in transactions of the worker
"""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(POLICIES)


def downgrade() -> None:
    op.execute("DROP TABLE jobs, outbox; DROP TYPE job_status, job_kind;")


TABLES = """
CREATE TABLE outbox (
    id          uuid         PRIMARY KEY DEFAULT uuidv7(),
    fact        varchar(100) NOT NULL,
    payload     jsonb        NOT NULL,
    recorded_at timestamptz  NOT NULL DEFAULT now(),
    handled_at  timestamptz
);
CREATE INDEX outbox_waiting_idx ON outbox (fact, id) WHERE handled_at IS NULL;
CREATE INDEX outbox_handled_idx ON outbox (handled_at) WHERE handled_at IS NOT NULL;

CREATE TYPE job_kind AS ENUM
    ('seed_canonical', 'enrich_canonical', 'embed_exercises', 'embed_workouts', 'thumbnail');
CREATE TYPE job_status AS ENUM ('queued', 'running', 'succeeded', 'failed');

-- due_at: when the job is to be handed to Redis (again); null once it has ended.
-- handed_at: when it was, while it waits there for a worker or one is at it.
CREATE TABLE jobs (
    id          uuid        PRIMARY KEY DEFAULT uuidv7(),
    kind        job_kind    NOT NULL,
    status      job_status  NOT NULL DEFAULT 'queued',
    arguments   jsonb       NOT NULL DEFAULT '{}',
    total       integer     CHECK (total >= 0),
    done        integer     NOT NULL DEFAULT 0 CHECK (done >= 0),
    message     text,
    error       text,
    tries       integer     NOT NULL DEFAULT 0,
    due_at      timestamptz DEFAULT now(),
    handed_at   timestamptz,
    enqueued_at timestamptz NOT NULL DEFAULT now(),
    started_at  timestamptz,
    finished_at timestamptz,
    CONSTRAINT jobs_ended_chk CHECK ((status IN ('succeeded', 'failed')) = (finished_at IS NOT NULL)),
    CONSTRAINT jobs_due_chk CHECK ((finished_at IS NULL) = (due_at IS NOT NULL))
);
CREATE INDEX jobs_due_idx ON jobs (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX jobs_newest_idx ON jobs (enqueued_at DESC, id DESC);
"""

POLICIES = """
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE jobs FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox, jobs TO kinegraph_api;

CREATE POLICY outbox_record ON outbox FOR INSERT WITH CHECK (handled_at IS NULL);
CREATE POLICY outbox_worker ON outbox FOR ALL USING ((SELECT current_setting('kinegraph.worker', true)) = 'on');

CREATE POLICY jobs_read ON jobs FOR SELECT USING (
    (SELECT current_setting('kinegraph.platform_admin', true)) = 'on'
);
CREATE POLICY jobs_ask ON jobs FOR INSERT WITH CHECK (
    (SELECT current_setting('kinegraph.platform_admin', true)) = 'on'
);
CREATE POLICY jobs_worker ON jobs FOR ALL USING ((SELECT current_setting('kinegraph.worker', true)) = 'on');
"""
