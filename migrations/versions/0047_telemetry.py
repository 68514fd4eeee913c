"""Telemetry of patients' apps: the use of videos, frames of poses, errors of playback.

    telemetry_batches  each batch that was stored, by the client's id: sent again, it is stored once
    media_events       events of videos, playback_errors errors, pose_frames frames: partitioned by month
    media_sessions     sums of the events of a session in which a video was watched
    pose_sessions      sums of the frames of a session in which poses were measured

A user writes their own rows alone. Coaches of the organization read sessions and errors, but no events and no frames,
by row-level security alone. The partitioned tables have no foreign keys, which cost more than the rows themselves, and
no versions: thousands of rows come in a second. `kinegraph_rotate_telemetry` makes their partitions ahead and drops
old ones. It runs with its owner's rights, since the API's role owns no table; it takes a number of months, at least
two, and nothing else. A partition has no grants and no policies: it is read and written by its parent alone.
"""

from alembic import op

revision = "0047"
down_revision = "0046"

FIRST_RETENTION_MONTHS = 120
"""Nothing is dropped by the first call, which makes the first partitions."""

SUMS = ("media_sessions", "pose_sessions")
PARTITIONED = ("media_events", "pose_frames", "playback_errors")


def upgrade() -> None:
    op.execute(TABLES)
    for table in ("telemetry_batches", *PARTITIONED, *SUMS):
        rights = "SELECT, INSERT, UPDATE, DELETE" if table in SUMS else "SELECT, INSERT, DELETE"
        op.execute(POLICIES.format(table=table, rights=rights))
    for table in (*SUMS, "playback_errors"):
        op.execute(COACHED.format(table=table))
    op.execute(ROTATE)
    op.execute(f"""
        SELECT set_config('kinegraph.worker', 'on', true);
        SELECT FROM kinegraph_rotate_telemetry({FIRST_RETENTION_MONTHS});
        SELECT set_config('kinegraph.worker', '', true);
    """)
    op.execute("ALTER TYPE job_kind ADD VALUE 'rotate_telemetry'")


def downgrade() -> None:
    op.execute("""
        DROP FUNCTION kinegraph_rotate_telemetry(integer);
        DROP TABLE telemetry_batches, media_events, pose_frames, playback_errors, media_sessions, pose_sessions;
        ALTER TABLE jobs NO FORCE ROW LEVEL SECURITY;
        DELETE FROM jobs WHERE kind = 'rotate_telemetry';
        ALTER TABLE jobs FORCE ROW LEVEL SECURITY;
        ALTER TYPE job_kind RENAME TO job_kind_before;
        CREATE TYPE job_kind AS ENUM (
            'seed_canonical', 'enrich_canonical', 'embed_exercises', 'embed_workouts', 'thumbnail');
        ALTER TABLE jobs ALTER COLUMN kind TYPE job_kind USING kind::text::job_kind;
        DROP TYPE job_kind_before;
    """)


TABLES = """
CREATE TABLE telemetry_batches (
    organization_id uuid         NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id         uuid         NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id       varchar(100) NOT NULL,
    kind            varchar(16)  NOT NULL CHECK (kind IN ('media', 'pose', 'errors')),
    content_hash    varchar(64)  NOT NULL,
    created_at      timestamptz  NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, organization_id, client_id)
);
CREATE INDEX telemetry_batches_organization_idx ON telemetry_batches (organization_id);
CREATE INDEX telemetry_batches_created_at_idx ON telemetry_batches (created_at);

CREATE TABLE media_events (
    organization_id   uuid        NOT NULL,
    user_id           uuid        NOT NULL,
    session_id        uuid        NOT NULL,
    exercise_id       uuid        NOT NULL,
    plan_exercise_id  uuid,
    kind              varchar(16) NOT NULL CHECK (kind IN (
        'session_start', 'heartbeat', 'buffering_start', 'buffering_end', 'milestone', 'session_end')),
    occurred_at       timestamptz NOT NULL,
    received_at       timestamptz NOT NULL DEFAULT now(),
    position_seconds  real,
    watched_seconds   real,
    buffered_seconds  real,
    milestone_percent smallint,
    player            varchar(64),
    network           varchar(16) CHECK (network IN ('wifi', 'cellular', 'ethernet', 'other')),
    video_provider    varchar(16),
    video_hash        bytea
) PARTITION BY RANGE (occurred_at);
CREATE INDEX media_events_user_idx ON media_events (user_id);

CREATE TABLE pose_frames (
    organization_id  uuid        NOT NULL,
    user_id          uuid        NOT NULL,
    session_id       uuid        NOT NULL,
    exercise_id      uuid        NOT NULL,
    plan_exercise_id uuid,
    enrollment_id    uuid,
    occurred_at      timestamptz NOT NULL,
    received_at      timestamptz NOT NULL DEFAULT now(),
    timestamp_ms     integer     NOT NULL,
    landmarks        bytea       NOT NULL CHECK (octet_length(landmarks) = 264),
    accuracy         real,
    reps             integer,
    rom_degrees      real,
    feedback         text[]      NOT NULL DEFAULT '{}'
) PARTITION BY RANGE (occurred_at);
CREATE INDEX pose_frames_user_idx ON pose_frames (user_id);

CREATE TABLE playback_errors (
    organization_id  uuid         NOT NULL,
    user_id          uuid         NOT NULL,
    session_id       uuid         NOT NULL,
    exercise_id      uuid         NOT NULL,
    plan_exercise_id uuid,
    code             varchar(64)  NOT NULL,
    message          varchar(500),
    is_fatal         boolean      NOT NULL,
    occurred_at      timestamptz  NOT NULL,
    received_at      timestamptz  NOT NULL DEFAULT now(),
    position_seconds real,
    player           varchar(64),
    network          varchar(16)  CHECK (network IN ('wifi', 'cellular', 'ethernet', 'other')),
    video_provider   varchar(16),
    video_hash       bytea
) PARTITION BY RANGE (occurred_at);
CREATE INDEX playback_errors_user_idx ON playback_errors (user_id);
CREATE INDEX playback_errors_exercise_idx ON playback_errors (organization_id, exercise_id, occurred_at);

CREATE TABLE media_sessions (
    id                uuid             PRIMARY KEY DEFAULT uuidv7(),
    organization_id   uuid             NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id           uuid             NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id        uuid             NOT NULL,
    exercise_id       uuid             NOT NULL REFERENCES exercises (id) ON DELETE CASCADE,
    plan_exercise_id  uuid,
    started_at        timestamptz      NOT NULL,
    last_at           timestamptz      NOT NULL,
    events            integer          NOT NULL,
    watched_seconds   double precision NOT NULL,
    bufferings        integer          NOT NULL,
    buffered_seconds  double precision NOT NULL,
    milestone_percent smallint         NOT NULL,
    video_provider    varchar(16),
    video_hash        bytea,
    CONSTRAINT media_sessions_session_key UNIQUE (user_id, organization_id, session_id, exercise_id)
);
CREATE INDEX media_sessions_exercise_idx ON media_sessions (organization_id, exercise_id, started_at);
CREATE INDEX media_sessions_exercise_id_idx ON media_sessions (exercise_id);
CREATE INDEX media_sessions_last_at_idx ON media_sessions (last_at);

CREATE TABLE pose_sessions (
    id               uuid             PRIMARY KEY DEFAULT uuidv7(),
    organization_id  uuid             NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id          uuid             NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id       uuid             NOT NULL,
    exercise_id      uuid             NOT NULL REFERENCES exercises (id) ON DELETE CASCADE,
    plan_exercise_id uuid,
    enrollment_id    uuid,
    started_at       timestamptz      NOT NULL,
    last_at          timestamptz      NOT NULL,
    frames           integer          NOT NULL,
    accuracy_sum     double precision NOT NULL,
    accuracy_frames  integer          NOT NULL,
    reps             integer,
    rom_min_degrees  real,
    rom_max_degrees  real,
    feedback         jsonb            NOT NULL DEFAULT '{}',
    CONSTRAINT pose_sessions_session_key UNIQUE (user_id, organization_id, session_id, exercise_id),
    CONSTRAINT pose_sessions_enrollment_fkey FOREIGN KEY (enrollment_id, organization_id, user_id)
        REFERENCES enrollments (id, organization_id, patient_id) ON DELETE CASCADE
);
CREATE INDEX pose_sessions_enrollment_idx ON pose_sessions (enrollment_id, started_at, id)
    WHERE enrollment_id IS NOT NULL;
CREATE INDEX pose_sessions_organization_idx ON pose_sessions (organization_id);
CREATE INDEX pose_sessions_exercise_id_idx ON pose_sessions (exercise_id);
CREATE INDEX pose_sessions_last_at_idx ON pose_sessions (last_at);
"""

POLICIES = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_own ON {table} FOR ALL USING (
    user_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
    AND organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[])::uuid[])
);
CREATE POLICY {table}_worker ON {table} FOR ALL USING ((SELECT current_setting('kinegraph.worker', true)) = 'on');
GRANT {rights} ON {table} TO kinegraph_api;
"""

COACHED = """
CREATE POLICY {table}_coached ON {table} FOR SELECT USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
);
"""

# A month is attached to its parent, which locks the parent less than `CREATE TABLE … PARTITION OF`. What waits for a
# lock makes all others wait: hence the time limit, after which the job is tried again.
ROTATE = """
CREATE FUNCTION kinegraph_rotate_telemetry(retention_months integer) RETURNS TABLE (partition text, is_made boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s'
AS $$
DECLARE
    parent text;
    month  date;
    today  date := (now() AT TIME ZONE 'UTC')::date;
BEGIN
    IF coalesce(current_setting('kinegraph.worker', true), '') <> 'on' OR retention_months IS NULL
       OR retention_months < 2 THEN
        RAISE EXCEPTION 'partitions are rotated by the worker, which retains two months at least'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('rotate telemetry', 0));
    FOREACH parent IN ARRAY ARRAY['media_events', 'pose_frames', 'playback_errors'] LOOP
        FOR month IN SELECT generate_series(date_trunc('month', today - 31), date_trunc('month', today)
                                            + interval '3 months', interval '1 month')::date LOOP
            partition := parent || to_char(month, '_YYYY_MM');
            CONTINUE WHEN to_regclass(partition) IS NOT NULL;
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', partition, parent);
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', partition);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, partition,
                           month || ' 00:00:00+00', (month + interval '1 month')::date || ' 00:00:00+00');
            is_made := true;
            RETURN NEXT;
        END LOOP;
        FOR partition IN
            SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = parent::regclass
              AND to_date(right(c.relname, 7), 'YYYY_MM')
                  < date_trunc('month', today) - make_interval(months => retention_months)
            ORDER BY 1
        LOOP
            EXECUTE format('DROP TABLE %I', partition);
            is_made := false;
            RETURN NEXT;
        END LOOP;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION kinegraph_rotate_telemetry(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kinegraph_rotate_telemetry(integer) TO kinegraph_api;
"""
