"""Events: the changes that subscribed clients are told, recorded by triggers in their transaction.

A row is recorded without a position. `kinegraph_number_events` gives positions, under a lock that is held until its
transaction has been committed: so positions become visible in their order, and a reader who has seen one has been
able to see every smaller one. (A sequence alone would not do: numbers that are taken before a commit become visible
in any order.)

A row has ids alone. Triggers record it, so that no statement of the application can forget to.
"""

from alembic import op

revision = "0021"
down_revision = "0020"

FUNCTIONS = ("comment_added", "assignment_changed", "workout_changed", "job_changed", "viewer_changed")
TABLES = ("exercise_comments", "workout_assignments", "workouts", "jobs", "memberships", "users")


def upgrade() -> None:
    op.execute(EVENTS)
    op.execute(READING)
    op.execute(RECORDING)
    op.execute(TRIGGERS)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TRIGGER {table}_event ON {table}")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION kinegraph_{function}()")
    op.execute("DROP FUNCTION kinegraph_record_event(text, uuid, uuid, uuid, boolean)")
    op.execute("DROP FUNCTION kinegraph_number_events(), kinegraph_last_event()")
    op.execute("DROP TABLE events")


# topic_id: the object that clients name when they subscribe, for an assignment its athlete.
# No foreign keys: an event outlives its object, and is deleted after a day.
EVENTS = """
CREATE TABLE events (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    position        bigint      UNIQUE,
    kind            varchar(30) NOT NULL,
    object_id       uuid        NOT NULL,
    topic_id        uuid        NOT NULL,
    organization_id uuid,
    is_deleted      boolean     NOT NULL DEFAULT false,
    transaction_id  bigint      NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    numbered_at     timestamptz,
    CONSTRAINT events_kind_chk CHECK (
        kind IN ('comment_added', 'assignment_changed', 'workout_changed', 'job_changed', 'viewer_changed')),
    CONSTRAINT events_numbered_chk CHECK ((position IS NULL) = (numbered_at IS NULL))
);
CREATE SEQUENCE events_position_seq OWNED BY events.position;
CREATE UNIQUE INDEX events_waiting_idx ON events (transaction_id, kind, object_id) WHERE position IS NULL;
CREATE INDEX events_topic_idx ON events (kind, topic_id, position);
CREATE INDEX events_organization_idx ON events (kind, organization_id, position) WHERE organization_id IS NOT NULL;
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
ALTER TABLE events FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON events TO kinegraph_api;
GRANT USAGE ON events_position_seq TO kinegraph_api;
CREATE POLICY events_worker ON events FOR ALL USING ((SELECT current_setting('kinegraph.worker', true)) = 'on');
"""

# The functions see the table by the worker's setting while they run. (As an option of the function, `SET
# kinegraph.worker = 'on'`, only a superuser could make them.)
READING = """
CREATE FUNCTION kinegraph_number_events() RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    before text := current_setting('kinegraph.worker', true);
BEGIN
    PERFORM set_config('kinegraph.worker', 'on', true);
    IF EXISTS (SELECT FROM events WHERE position IS NULL) THEN
        -- The next statement sees what the lock's last holder committed.
        PERFORM pg_advisory_xact_lock(hashtextextended('kinegraph number events', 0));
        -- MATERIALIZED: read once, in its order. In a join that scanned it anew for each row of the table (which is
        -- the plan for the API's role: by the policy's condition the planner expects one row), positions would follow
        -- the order of the rows in the table, which is not that of their ids after a VACUUM.
        WITH numbered AS MATERIALIZED (
            SELECT waiting.id, nextval('events_position_seq') AS position
            FROM (SELECT id FROM events WHERE position IS NULL ORDER BY id) AS waiting
        )
        UPDATE events
        SET position = numbered.position, numbered_at = clock_timestamp()
        FROM numbered
        WHERE events.id = numbered.id;
    END IF;
    PERFORM set_config('kinegraph.worker', before, true);
END $$;

CREATE FUNCTION kinegraph_last_event() RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    before text := current_setting('kinegraph.worker', true);
    last   bigint;
BEGIN
    PERFORM set_config('kinegraph.worker', 'on', true);
    last := (SELECT coalesce(max(position), 0) FROM events);
    PERFORM set_config('kinegraph.worker', before, true);
    RETURN last;
END $$;
"""

# A transaction that changes an object several times records one event of it.
RECORDING = """
CREATE FUNCTION kinegraph_record_event(
    of_kind text, of_object uuid, of_topic uuid, of_organization uuid, deleted boolean
) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    before text := current_setting('kinegraph.worker', true);
BEGIN
    PERFORM set_config('kinegraph.worker', 'on', true);
    INSERT INTO events AS known (kind, object_id, topic_id, organization_id, is_deleted)
    VALUES (of_kind, of_object, of_topic, of_organization, deleted)
    ON CONFLICT (transaction_id, kind, object_id) WHERE position IS NULL DO UPDATE SET is_deleted = excluded.is_deleted
        WHERE known.is_deleted <> excluded.is_deleted;
    PERFORM set_config('kinegraph.worker', before, true);
END $$;

CREATE FUNCTION kinegraph_comment_added() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM kinegraph_record_event('comment_added', new.id, s.workout_id, new.organization_id, false)
    FROM workout_movements m
    JOIN workout_sections s ON s.id = m.section_id
    WHERE m.id = new.workout_movement_id;
    RETURN NULL;
END $$;

CREATE FUNCTION kinegraph_assignment_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM kinegraph_record_event('assignment_changed', new.id, new.athlete_id, new.organization_id,
                                   new.deleted_at IS NOT NULL);
    RETURN NULL;
END $$;

CREATE FUNCTION kinegraph_workout_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM kinegraph_record_event('workout_changed', new.id, new.id, new.organization_id, new.deleted_at IS NOT NULL);
    RETURN NULL;
END $$;

CREATE FUNCTION kinegraph_job_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM kinegraph_record_event('job_changed', new.id, new.id, NULL, false);
    RETURN NULL;
END $$;

CREATE FUNCTION kinegraph_viewer_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    person uuid := CASE WHEN TG_TABLE_NAME = 'users' THEN to_jsonb(coalesce(new, old)) ->> 'id'
                        ELSE to_jsonb(coalesce(new, old)) ->> 'user_id' END;
BEGIN
    PERFORM kinegraph_record_event('viewer_changed', person, person, NULL, false);
    RETURN NULL;
END $$;
"""

# Copies of comments in a snapshot are not added by anybody.
TRIGGERS = """
CREATE TRIGGER exercise_comments_event AFTER INSERT ON exercise_comments
    FOR EACH ROW WHEN (new.forked_from_id IS NULL) EXECUTE FUNCTION kinegraph_comment_added();
CREATE TRIGGER workout_assignments_event AFTER INSERT OR UPDATE ON workout_assignments
    FOR EACH ROW EXECUTE FUNCTION kinegraph_assignment_changed();
CREATE TRIGGER workouts_event AFTER UPDATE ON workouts
    FOR EACH ROW WHEN (old.updated_at <> new.updated_at OR old.deleted_at IS DISTINCT FROM new.deleted_at)
    EXECUTE FUNCTION kinegraph_workout_changed();
CREATE TRIGGER jobs_event AFTER UPDATE ON jobs
    FOR EACH ROW WHEN ((old.status, old.total, old.done, old.message, old.error)
                       IS DISTINCT FROM (new.status, new.total, new.done, new.message, new.error))
    EXECUTE FUNCTION kinegraph_job_changed();
CREATE TRIGGER memberships_event AFTER INSERT OR UPDATE OR DELETE ON memberships
    FOR EACH ROW EXECUTE FUNCTION kinegraph_viewer_changed();
CREATE TRIGGER users_event AFTER UPDATE OR DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION kinegraph_viewer_changed();
"""
