"""The audit trail: who read or changed the data of a patient.

    audit_pseudonyms  an id for each user, which stands for them in the trail; deleted with the user
    audit_pending     what a transaction has to record; it is empty outside of the transaction
    audit_entries     the entries, each with the hash of the one before it in its organization

Triggers record changes in `audit_pending`, so that no writer of rows can forget to; the application records reads by
`kinegraph_audit_reads`. At COMMIT a deferred trigger moves all pending rows to `audit_entries`, under the lock of the
organization's chain, which is so held for the end of the transaction alone. An entry is grouped: one for an actor, a
patient and an action in a transaction, with all types of data that it is about.

Entries are never changed or deleted: the API's role may not, and a trigger refuses it to every other role. They have
pseudonyms in place of the ids of users: a hash of the user's id and a random salt, so that a row that was given to
another user is found (kinegraph privacy verify). Rows of pseudonyms are never changed; the API's role may not delete
them. Erasing a person deletes the pseudonym's row alone: the chain stays valid, and nothing in it leads to the person.
The organization is no foreign key: the trail outlives it.

All of this is visible to functions that set `kinegraph.auditor`, as events are by the worker's setting. Owners read the
entries of their organizations.

Exporting and erasing a person's data (kinegraph privacy) is done by the owner of the tables, whom no policy restricts.
Versions of plans let it replace the person who published them, where it sets `kinegraph.privacy`.

    erased_totals  by organization and exercise: how much was prescribed to, and done by, patients who were erased
"""

from pathlib import Path

from alembic import op

revision = "0048"
down_revision = "0047"

AUDITED = {
    "patients": ("user_id", "Patient"),
    "patient_consents": ("user_id", "PatientConsent"),
    "enrollments": ("patient_id", "Enrollment"),
    "enrollment_versions": ("patient_id", "Enrollment"),
    "enrollment_pauses": ("patient_id", "Enrollment"),
    "enrollment_moves": ("patient_id", "Enrollment"),
    "enrollment_overrides": ("patient_id", "EnrollmentOverride"),
    "exercise_logs": ("patient_id", "ExerciseLog"),
    "exercise_log_revisions": ("patient_id", "ExerciseLog"),
    "assignment_results": ("athlete_id", "AssignmentResult"),
    "result_sets": ("athlete_id", "AssignmentResult"),
    "result_submissions": ("athlete_id", "AssignmentResult"),
    "safety_overrides": ("athlete_id", "SafetyOverride"),
}
"""By table: the column of the patient, and the type of data that the trail names."""


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text())
    for table, (column, kind) in AUDITED.items():
        for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            op.execute(
                TRIGGER.format(table=table, event=event, name=event.lower(), rows=rows, column=column, kind=kind)
            )
    op.execute(IMMUTABLE.format(unless=NO_ERASURE))


def downgrade() -> None:
    script = op.get_context().script
    assert script is not None
    op.execute(script.get_revision("0039").module.IMMUTABLE.replace("CREATE", "CREATE OR REPLACE", 1))
    for table in AUDITED:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {table}_audit_{event} ON {table}")
    op.execute("""
        DROP TRIGGER users_pseudonym ON users;
        DROP POLICY users_auditor ON users;
        DROP FUNCTION kinegraph_audit_text;
        DROP TABLE audit_entries, audit_pending, audit_pseudonyms, erased_totals;
        DROP FUNCTION kinegraph_audit_change, kinegraph_audit_reads, kinegraph_audit_seal, kinegraph_audit_refuse,
            kinegraph_audit_users, kinegraph_derive_pseudonym, kinegraph_new_pseudonym, kinegraph_pseudonyms;
    """)


TRIGGER = """
CREATE TRIGGER {table}_audit_{name} AFTER {event} ON {table} REFERENCING {rows} TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION kinegraph_audit_change('{column}', '{kind}');
"""

NO_ERASURE = """TG_OP <> 'UPDATE' OR current_user = 'kinegraph_api'
       OR current_setting('kinegraph.privacy', true) IS DISTINCT FROM 'on'"""

IMMUTABLE = """
CREATE OR REPLACE FUNCTION kinegraph_refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF {unless} THEN
        RAISE EXCEPTION 'a published version of a plan is immutable' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
