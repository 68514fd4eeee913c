"""Versions of plans take no rows later, records are not rewritten, logs of nothing are not done, and patients sync.

    versions     a session or an exercise is inserted by the transaction alone that publishes the version; TRUNCATE is
                 refused, to everybody
    records      consents, moves, overrides and revisions of logs are not updated, nor emptied; an erasure of a person's
                 data replaces their id. The API deletes no enrollments and no logs, with which they would go
    adherence    a log whose sets, repetitions and duration are 0 is no completion: totals are written anew
    change feed  `Patient` is a type of it: calendar, language, consents. Of a plan only its status is recorded, since
                 patients see title, description and weeks of their version

Functions of earlier migrations are changed as they stand in the database.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"

VERSION_TABLES = ("plan_versions", "plan_version_sessions", "plan_version_exercises")
RECORDS = ("patient_consents", "enrollment_moves", "enrollment_overrides", "exercise_log_revisions")
TRANSITIONS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}
TYPES = ("AssignmentResult", "EffectiveExercise", "Enrollment", "ExerciseLog", "PlanVersion", "WorkoutAssignment")

DONE = "coalesce(greatest(l.sets_completed, l.reps_completed, l.duration_seconds), 1) > 0"
"""SQL condition: log l says that something was done; one without amounts does."""

CHANGES = {
    "kinegraph_write_adherence(uuid[], uuid[])": {
        "l.pain_score, l.exertion,\n               row_number()": (
            f"l.pain_score, l.exertion,\n               {DONE} AS is_done, row_number()"
        ),
        "l.day FROM logged l)": "l.day FROM logged l WHERE l.is_done)",
    },
    "kinegraph_log_changed()": {
        f"{row}.deleted_at IS NULL)": (
            f"{row}.deleted_at IS NULL,\n               {row}.sets_completed, {row}.reps_completed, "
            f"{row}.duration_seconds)"
        )
        for row in "on"
    },
    "kinegraph_sync_contents()": {
        f"({row}.title, {row}.description, {row}.status, {row}.weeks, {row}.deleted_at)": (
            f"({row}.status, {row}.deleted_at)"
        )
        for row in "on"
    },
    "kinegraph_sync_person(uuid, uuid)": {
        "        SELECT 'Enrollment', array_agg(id) FROM enrollments\n": (
            "        SELECT 'Patient', array_agg(user_id) FROM patients\n"
            "        WHERE user_id = person AND organization_id = organization\n"
            "        UNION ALL\n"
            "        SELECT 'Enrollment', array_agg(id) FROM enrollments\n"
        ),
    },
    "kinegraph_sync_enrollments()": {
        "array_agg(patient_id), array_agg(organization_id),\n"
        "                                      array_agg(id), array_agg(false))\n        FROM new_rows;": (
            "array_agg(e.patient_id), array_agg(e.organization_id),\n"
            "                                      array_agg(e.id), array_agg(false))\n"
            "        FROM enrollments e\n"
            "        WHERE (e.plan_id, e.patient_id) IN (SELECT n.plan_id, n.patient_id FROM new_rows n);"
        ),
    },
}
"""By function: the texts that are replaced in it. Of a plan patients see the title of the version that was assigned
last, so that all enrollments of a patient in the plan change with one of them."""


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text())
    for table in VERSION_TABLES[1:]:
        op.execute(ADDITION.format(table=table))
    for table in (*VERSION_TABLES, *RECORDS):
        op.execute(EMPTYING.format(table=table))
    for table in RECORDS:
        op.execute(REWRITING.format(table=table))
    op.execute("REVOKE DELETE ON enrollments, exercise_logs FROM kinegraph_api")
    for function, texts in CHANGES.items():
        change(function, texts)
    op.execute(TOTALS)
    op.execute(CHECK.format(types=", ".join(f"'{each}'" for each in sorted((*TYPES, "Patient")))))
    for event, transition in TRANSITIONS.items():
        op.execute(PATIENTS.format(event=event, name=event.lower(), transition=transition))
    op.execute("""
        SELECT kinegraph_sync_record('Patient', array_agg(user_id), array_agg(organization_id), array_agg(user_id),
                                     array_agg(false))
        FROM patients
    """)


def downgrade() -> None:
    for event in TRANSITIONS:
        op.execute(f"DROP TRIGGER patients_sync_{event.lower()} ON patients")
    op.execute("DELETE FROM sync_changes WHERE type = 'Patient'")
    op.execute(CHECK.format(types=", ".join(f"'{each}'" for each in TYPES)))
    for function, texts in CHANGES.items():
        change(function, {after: before for before, after in texts.items()})
    op.execute(TOTALS)
    op.execute("GRANT DELETE ON enrollments, exercise_logs TO kinegraph_api")
    op.execute("""
        DROP FUNCTION kinegraph_refuse_addition, kinegraph_refuse_emptying, kinegraph_refuse_rewriting CASCADE;
        DROP FUNCTION kinegraph_sync_patients;
    """)


def change(function: str, texts: dict[str, str]) -> None:
    """Replace texts in a function as it stands; each has to stand there once."""
    find = sa.text("SELECT pg_get_functiondef(CAST(:function AS regprocedure))")
    definition: str = op.get_bind().execute(find, {"function": function}).scalar_one()
    for before, after in texts.items():
        if definition.count(before) != 1:
            raise RuntimeError(f"{function} has no single text to replace: {before!r}")
        definition = definition.replace(before, after)
    op.get_bind().exec_driver_sql(definition)


ADDITION = """
CREATE TRIGGER {table}_closed AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION kinegraph_refuse_addition();
"""
EMPTYING = """
CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION kinegraph_refuse_emptying();
"""
REWRITING = """
CREATE TRIGGER {table}_unchanged BEFORE UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION kinegraph_refuse_rewriting();
"""
CHECK = """
ALTER TABLE sync_changes DROP CONSTRAINT sync_changes_type_chk,
    ADD CONSTRAINT sync_changes_type_chk CHECK (type IN ({types}));
"""
PATIENTS = """
CREATE TRIGGER patients_sync_{name} AFTER {event} ON patients REFERENCING {transition}
    FOR EACH STATEMENT EXECUTE FUNCTION kinegraph_sync_patients();
"""
TOTALS = f"""
SELECT kinegraph_write_adherence(
    ARRAY(SELECT DISTINCT l.enrollment_id FROM exercise_logs l WHERE l.deleted_at IS NULL AND NOT ({DONE})), NULL)
"""
