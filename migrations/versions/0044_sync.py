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

from pathlib import Path

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
    op.execute(TABLES)
    op.execute(Path(__file__).with_suffix(".sql").read_text())
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

TRIGGER = """
CREATE TRIGGER {table}_sync_{name} AFTER {case} ON {table} REFERENCING {transition}
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""
