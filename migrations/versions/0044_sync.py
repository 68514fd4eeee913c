"""The change feed of patients: which objects their apps show, and by which transaction each was changed last.

    sync_changes    for each person and object of theirs: the transaction that changed or removed it last
    sync_contents   for exercises, workouts and plans, which many people see: the transaction that changed them last
    sync_retention  since when all removals are stored; one row

An app has a snapshot of the database (`pg_snapshot`: which transactions were committed). Changes since then are those
of transactions that the snapshot does not have. So none is skipped that began before the snapshot and was committed
after it, nobody waits for a number, and no row needs one after its commit.

Triggers record; a batch of rows is one statement. A canonical exercise that is edited is one row, however many patients
see it: who sees it is found when they read (sync/changes.sql). What a person sees of an organization is removed for
them, by rows of their own, when their membership ends, and put back when they join again.

Whoever records a change of somebody holds a shared lock of that membership, and whoever ends or begins it an exclusive
one, so that no change remains that was recorded beside the end of a membership.

By row-level security people read their own rows alone. The functions write with the worker's setting.
"""

from alembic import op

revision = "0044"
down_revision = "0043"

CASES = ("INSERT", "UPDATE", "DELETE")
RECORDED = {
    "enrollments": "kinegraph_sync_enrollments",
    "enrollment_versions": "kinegraph_sync_enrollment_parts",
    "enrollment_pauses": "kinegraph_sync_enrollment_parts",
    "enrollment_moves": "kinegraph_sync_enrollment_parts",
    "exercise_logs": "kinegraph_sync_logs",
    "workout_assignments": "kinegraph_sync_athletes",
    "assignment_results": "kinegraph_sync_athletes",
}
"""The tables of people's own rows, and the functions of their triggers."""
CONTENTS = {
    "exercises": ("UPDATE",),
    "exercise_org_overrides": CASES,
    "exercise_instructions": CASES,
    "exercise_contraindications": CASES,
    "workouts": ("UPDATE",),
    "treatment_plans": ("UPDATE",),
}
"""The tables of what many people see, and the changes that are recorded."""
TRANSITIONS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}


def upgrade() -> None:
    op.execute(TABLES + RECORD + OWN + CONTENT + MEMBERSHIPS)
    for table, function in RECORDED.items():
        _create_triggers(table, function, CASES)
    for table, cases in CONTENTS.items():
        _create_triggers(table, "kinegraph_sync_contents", cases)
    op.execute("""
        SELECT kinegraph_sync_person(found.user_id, found.organization_id)
        FROM (SELECT patient_id AS user_id, organization_id FROM enrollments
              UNION SELECT athlete_id, organization_id FROM workout_assignments) AS found
        JOIN memberships m ON m.user_id = found.user_id AND m.organization_id = found.organization_id
            AND m.deleted_at IS NULL
    """)


def _create_triggers(table: str, function: str, cases: tuple[str, ...]) -> None:
    """Call a function after each statement of these kinds that changes the table."""
    for case in cases:
        of = {"table": table, "case": case, "name": case.lower(), "transition": TRANSITIONS[case]}
        op.execute(TRIGGER.format(function=function, **of))


def downgrade() -> None:
    tables = {**dict.fromkeys(RECORDED, CASES), **CONTENTS}
    for table, cases in tables.items():
        for case in cases:
            op.execute(f"DROP TRIGGER {table}_sync_{case.lower()} ON {table}")
    op.execute("""
        DROP TRIGGER memberships_sync ON memberships; DROP TRIGGER users_sync ON users;
        DROP FUNCTION kinegraph_sync_enrollments, kinegraph_sync_enrollment_parts, kinegraph_sync_logs,
            kinegraph_sync_athletes, kinegraph_sync_contents, kinegraph_sync_membership, kinegraph_sync_user,
            kinegraph_sync_person, kinegraph_sync_record;
        DROP TABLE sync_changes, sync_contents, sync_retention;
    """)


# No foreign keys: a removal outlives its object and the membership. A row of a person who is deleted goes by a trigger.
TABLES = """
CREATE TABLE sync_changes (
    user_id         uuid        NOT NULL,
    type            varchar(30) COLLATE "C" NOT NULL,
    organization_id uuid        NOT NULL,
    object_id       uuid        NOT NULL,
    is_removed      boolean     NOT NULL,
    changed_in      xid8        NOT NULL DEFAULT pg_current_xact_id(),
    changed_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, type, organization_id, object_id),
    CONSTRAINT sync_changes_type_chk CHECK (type IN (
        'AssignmentResult', 'EffectiveExercise', 'Enrollment', 'ExerciseLog', 'PlanVersion', 'WorkoutAssignment'))
);
CREATE INDEX sync_changes_transaction_idx ON sync_changes (user_id, changed_in);
CREATE INDEX sync_changes_removed_idx ON sync_changes (changed_at) WHERE is_removed;

CREATE TABLE sync_contents (
    object_id       uuid        NOT NULL,
    organization_id uuid        NOT NULL,
    changed_in      xid8        NOT NULL DEFAULT pg_current_xact_id(),
    changed_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (object_id, organization_id)
);

CREATE TABLE sync_retention (
    id           boolean     PRIMARY KEY DEFAULT true CHECK (id),
    stored_since timestamptz NOT NULL
);
INSERT INTO sync_retention (stored_since) VALUES ('-infinity');

ALTER TABLE sync_changes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE sync_contents ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE sync_retention ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY sync_changes_own ON sync_changes FOR SELECT USING (
    user_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
);
CREATE POLICY sync_changes_worker ON sync_changes FOR ALL USING (
    (SELECT current_setting('kinegraph.worker', true)) = 'on'
);
CREATE POLICY sync_contents_read ON sync_contents FOR SELECT USING (
    organization_id = '00000000-0000-0000-0000-000000000000'
    OR organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[])::uuid[])
);
CREATE POLICY sync_contents_worker ON sync_contents FOR ALL USING (
    (SELECT current_setting('kinegraph.worker', true)) = 'on'
);
CREATE POLICY sync_retention_read ON sync_retention FOR SELECT USING (true);
CREATE POLICY sync_retention_worker ON sync_retention FOR ALL USING (
    (SELECT current_setting('kinegraph.worker', true)) = 'on'
);
GRANT SELECT, INSERT, UPDATE, DELETE ON sync_changes, sync_contents TO kinegraph_api;
GRANT SELECT, UPDATE ON sync_retention TO kinegraph_api;
"""

# The locks are taken in order, and each before the membership is read: the next statement sees what their last holder
# committed. Members' rows are read with the operator's setting.
RECORD = """
CREATE FUNCTION kinegraph_sync_record(
    of_type text, users uuid[], organizations uuid[], objects uuid[], removed boolean[]
) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    worker   text := coalesce(current_setting('kinegraph.worker', true), '');
    operator text := coalesce(current_setting('kinegraph.operator', true), '');
BEGIN
    IF objects IS NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('kinegraph.worker', 'on', true), set_config('kinegraph.operator', 'on', true);
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('sync ' || person.user_id || person.organization_id, 0))
    FROM (SELECT DISTINCT u.user_id, u.organization_id
          FROM unnest(users, organizations) AS u (user_id, organization_id)
          ORDER BY 1, 2) AS person;
    INSERT INTO sync_changes AS stored (user_id, type, organization_id, object_id, is_removed)
    SELECT c.user_id, of_type, c.organization_id, c.object_id, bool_and(c.is_removed) OR m.user_id IS NULL
    FROM unnest(users, organizations, objects, removed) AS c (user_id, organization_id, object_id, is_removed)
    LEFT JOIN memberships m ON m.user_id = c.user_id AND m.organization_id = c.organization_id
        AND m.deleted_at IS NULL
    GROUP BY c.user_id, c.organization_id, c.object_id, m.user_id
    ORDER BY c.user_id, c.organization_id, c.object_id
    ON CONFLICT ON CONSTRAINT sync_changes_pkey DO UPDATE
        SET is_removed = excluded.is_removed, changed_in = excluded.changed_in, changed_at = excluded.changed_at;
    PERFORM set_config('kinegraph.worker', worker, true), set_config('kinegraph.operator', operator, true);
END $$;
"""

# A function of a trigger cannot name a transition table that its event does not have: each reads those in its branch.
OWN = """
CREATE FUNCTION kinegraph_sync_enrollments() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM kinegraph_sync_record('Enrollment', array_agg(patient_id), array_agg(organization_id),
                                      array_agg(id), array_agg(true))
        FROM old_rows;
    ELSE
        PERFORM kinegraph_sync_record('Enrollment', array_agg(patient_id), array_agg(organization_id),
                                      array_agg(id), array_agg(false))
        FROM new_rows;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION kinegraph_sync_enrollment_parts() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    changed uuid[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        changed := ARRAY(SELECT DISTINCT enrollment_id FROM old_rows);
    ELSE
        changed := ARRAY(SELECT DISTINCT enrollment_id FROM new_rows);
    END IF;
    PERFORM kinegraph_sync_record('Enrollment', array_agg(e.patient_id), array_agg(e.organization_id),
                                  array_agg(e.id), array_agg(false))
    FROM enrollments e
    WHERE e.id = ANY (changed);
    IF TG_TABLE_NAME = 'enrollment_versions' AND TG_OP <> 'DELETE' THEN
        PERFORM kinegraph_sync_record('PlanVersion', array_agg(patient_id), array_agg(organization_id),
                                      array_agg(version_id), array_agg(false))
        FROM new_rows;
    END IF;
    IF TG_TABLE_NAME = 'enrollment_versions' AND TG_OP <> 'INSERT' THEN
        PERFORM kinegraph_sync_record('PlanVersion', array_agg(o.patient_id), array_agg(o.organization_id),
                                      array_agg(o.version_id), array_agg(true))
        FROM old_rows o
        WHERE NOT EXISTS (SELECT FROM enrollment_versions v
                          WHERE v.patient_id = o.patient_id AND v.version_id = o.version_id);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION kinegraph_sync_logs() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM kinegraph_sync_record('ExerciseLog', array_agg(patient_id), array_agg(organization_id),
                                      array_agg(id), array_agg(true))
        FROM old_rows;
    ELSE
        PERFORM kinegraph_sync_record('ExerciseLog', array_agg(patient_id), array_agg(organization_id),
                                      array_agg(id), array_agg(deleted_at IS NOT NULL))
        FROM new_rows;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION kinegraph_sync_athletes() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    of_type text := CASE TG_TABLE_NAME WHEN 'workout_assignments' THEN 'WorkoutAssignment'
                                       ELSE 'AssignmentResult' END;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM kinegraph_sync_record(of_type, array_agg(athlete_id), array_agg(organization_id),
                                      array_agg(id), array_agg(true))
        FROM old_rows;
    ELSE
        PERFORM kinegraph_sync_record(of_type, array_agg(athlete_id), array_agg(organization_id),
                                      array_agg(id), array_agg(deleted_at IS NOT NULL))
        FROM new_rows;
    END IF;
    RETURN NULL;
END $$;
"""

# An exercise has a row for its own content (of its organization, or canonical), and one for each organization that
# overrides it. Working copies of plans and counters of exercises change often, and are not shown to patients.
CONTENT = """
CREATE FUNCTION kinegraph_sync_contents() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    worker  text := coalesce(current_setting('kinegraph.worker', true), '');
    objects uuid[];
    owners  uuid[];
BEGIN
    IF TG_TABLE_NAME IN ('exercises', 'workouts') THEN
        SELECT array_agg(n.id), array_agg(n.organization_id) INTO objects, owners
        FROM old_rows o
        JOIN new_rows n ON n.id = o.id
        WHERE (o.updated_at, o.deleted_at) IS DISTINCT FROM (n.updated_at, n.deleted_at);
    ELSIF TG_TABLE_NAME = 'treatment_plans' THEN
        SELECT array_agg(n.id), array_agg(n.organization_id) INTO objects, owners
        FROM old_rows o
        JOIN new_rows n ON n.id = o.id
        WHERE (o.title, o.description, o.status, o.weeks, o.deleted_at)
            IS DISTINCT FROM (n.title, n.description, n.status, n.weeks, n.deleted_at);
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(exercise_id), array_agg(organization_id) INTO objects, owners FROM old_rows;
    ELSE
        SELECT array_agg(exercise_id), array_agg(organization_id) INTO objects, owners FROM new_rows;
    END IF;
    IF objects IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('kinegraph.worker', 'on', true);
    INSERT INTO sync_contents AS stored (object_id, organization_id)
    SELECT DISTINCT c.object_id, coalesce(c.organization_id, '00000000-0000-0000-0000-000000000000')
    FROM unnest(objects, owners) AS c (object_id, organization_id)
    ORDER BY 1, 2
    ON CONFLICT ON CONSTRAINT sync_contents_pkey DO UPDATE
        SET changed_in = excluded.changed_in, changed_at = excluded.changed_at
        WHERE stored.changed_in <> excluded.changed_in;
    PERFORM set_config('kinegraph.worker', worker, true);
    RETURN NULL;
END $$;
"""

# `kinegraph_sync_person` records everything that a member sees, as the member themselves sees it. Exercises have rows
# where they were removed only.
MEMBERSHIPS = """
CREATE FUNCTION kinegraph_sync_person(person uuid, organization uuid) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    viewer        text := coalesce(current_setting('kinegraph.user_id', true), '');
    organizations text := coalesce(current_setting('kinegraph.organizations', true), '');
    worker        text := coalesce(current_setting('kinegraph.worker', true), '');
    kind          text;
    found         uuid[];
BEGIN
    PERFORM set_config('kinegraph.user_id', person::text, true), set_config('kinegraph.worker', 'on', true),
            set_config('kinegraph.organizations', ARRAY[organization]::text, true);
    DELETE FROM sync_changes WHERE user_id = person AND organization_id = organization AND type = 'EffectiveExercise';
    FOR kind, found IN
        SELECT 'Enrollment', array_agg(id) FROM enrollments
        WHERE patient_id = person AND organization_id = organization
        UNION ALL
        SELECT 'PlanVersion', array_agg(DISTINCT version_id) FROM enrollment_versions
        WHERE patient_id = person AND organization_id = organization
        UNION ALL
        SELECT 'ExerciseLog', array_agg(id) FROM exercise_logs
        WHERE patient_id = person AND organization_id = organization AND deleted_at IS NULL
        UNION ALL
        SELECT 'WorkoutAssignment', array_agg(id) FROM workout_assignments
        WHERE athlete_id = person AND organization_id = organization AND deleted_at IS NULL
        UNION ALL
        SELECT 'AssignmentResult', array_agg(id) FROM assignment_results
        WHERE athlete_id = person AND organization_id = organization AND deleted_at IS NULL
    LOOP
        PERFORM kinegraph_sync_record(kind, array_agg(person), array_agg(organization), array_agg(o.id),
                                      array_agg(false))
        FROM unnest(found) AS o (id);
    END LOOP;
    PERFORM set_config('kinegraph.user_id', viewer, true), set_config('kinegraph.worker', worker, true),
            set_config('kinegraph.organizations', organizations, true);
END $$;

CREATE FUNCTION kinegraph_sync_membership() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    viewer        text := coalesce(current_setting('kinegraph.user_id', true), '');
    organizations text := coalesce(current_setting('kinegraph.organizations', true), '');
    worker        text := coalesce(current_setting('kinegraph.worker', true), '');
    member        memberships := coalesce(new, old);
BEGIN
    IF TG_OP = 'UPDATE' AND (old.deleted_at IS NULL) = (new.deleted_at IS NULL) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('sync ' || member.user_id || member.organization_id, 0));
    IF TG_OP <> 'DELETE' AND member.deleted_at IS NULL THEN
        PERFORM kinegraph_sync_person(member.user_id, member.organization_id);
        RETURN NULL;
    END IF;
    PERFORM set_config('kinegraph.user_id', member.user_id::text, true), set_config('kinegraph.worker', 'on', true),
            set_config('kinegraph.organizations', ARRAY[member.organization_id]::text, true);
    INSERT INTO sync_changes AS stored (user_id, type, organization_id, object_id, is_removed)
    SELECT member.user_id, 'EffectiveExercise', member.organization_id, shown.exercise_id, true
    FROM (
        SELECT x.exercise_id
        FROM enrollment_versions v
        JOIN plan_version_exercises x ON x.version_id = v.version_id
        WHERE v.patient_id = member.user_id AND v.organization_id = member.organization_id
        UNION
        SELECT m.exercise_id
        FROM workout_assignments a
        JOIN workout_sections s ON s.workout_id = coalesce(a.snapshot_workout_id, a.workout_id)
            AND s.deleted_at IS NULL
        JOIN workout_movements m ON m.section_id = s.id AND m.deleted_at IS NULL
        WHERE a.athlete_id = member.user_id AND a.organization_id = member.organization_id AND a.deleted_at IS NULL
          AND m.exercise_id IS NOT NULL
    ) AS shown
    ON CONFLICT ON CONSTRAINT sync_changes_pkey DO NOTHING;
    UPDATE sync_changes
    SET is_removed = true, changed_in = pg_current_xact_id(), changed_at = now()
    WHERE user_id = member.user_id AND organization_id = member.organization_id AND NOT is_removed;
    PERFORM set_config('kinegraph.user_id', viewer, true), set_config('kinegraph.worker', worker, true),
            set_config('kinegraph.organizations', organizations, true);
    RETURN NULL;
END $$;

CREATE TRIGGER memberships_sync AFTER INSERT OR DELETE OR UPDATE OF deleted_at ON memberships
    FOR EACH ROW EXECUTE FUNCTION kinegraph_sync_membership();

CREATE FUNCTION kinegraph_sync_user() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    worker text := coalesce(current_setting('kinegraph.worker', true), '');
BEGIN
    PERFORM set_config('kinegraph.worker', 'on', true);
    DELETE FROM sync_changes WHERE user_id = old.id;
    PERFORM set_config('kinegraph.worker', worker, true);
    RETURN NULL;
END $$;

CREATE TRIGGER users_sync AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION kinegraph_sync_user();
"""

TRIGGER = """
CREATE TRIGGER {table}_sync_{name} AFTER {case} ON {table} REFERENCING {transition}
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""
