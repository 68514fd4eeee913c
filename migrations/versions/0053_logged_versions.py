"""A version of a plan that a patient logged stays visible to them, also where it was taken back before it held.

Logs refer to it. Of such a version they see what they logged: its exercises, and the sessions of these. The change feed
has no removal of it. Exercises come first: the policies of the other tables read them, and those read logs alone.
"""

from collections.abc import Mapping

from alembic import op

revision = "0053"
down_revision = "0052"

VIEWER = "(SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)"
LOGS = f"FROM exercise_logs l WHERE l.patient_id = {VIEWER}"
EXERCISES = f"FROM plan_version_exercises x WHERE x.id IN (SELECT l.version_exercise_id {LOGS})"
LOGGED = {
    "plan_version_exercises": ("version_id", f"SELECT l.version_exercise_id {LOGS}"),
    "plan_version_sessions": ("version_id", f"SELECT x.session_id {EXERCISES}"),
    "plan_versions": ("id", f"SELECT x.version_id {EXERCISES}"),
}
"""By table: its column of the version, and the ids of the rows that the viewer logged. They do not refer to the row, so
that they are read once for a statement, and only where the other conditions let a row go."""

FEED = {
    "kinegraph_sync_enrollment_parts()": {
        "WHERE v.patient_id = o.patient_id AND v.version_id = o.version_id);": (
            "WHERE v.patient_id = o.patient_id AND v.version_id = o.version_id)\n"
            "          AND NOT EXISTS (SELECT FROM plan_version_exercises x\n"
            "                          JOIN exercise_logs l ON l.version_exercise_id = x.id\n"
            "                          WHERE x.version_id = o.version_id AND l.patient_id = o.patient_id);"
        ),
    },
    "kinegraph_sync_person(uuid, uuid)": {
        "        SELECT 'PlanVersion', array_agg(DISTINCT version_id) FROM enrollment_versions\n"
        "        WHERE patient_id = person AND organization_id = organization\n": (
            "        SELECT 'PlanVersion', array_agg(version_id)\n"
            "        FROM (SELECT version_id FROM enrollment_versions\n"
            "              WHERE patient_id = person AND organization_id = organization\n"
            "              UNION\n"
            "              SELECT x.version_id FROM plan_version_exercises x\n"
            "              JOIN exercise_logs l ON l.version_exercise_id = x.id\n"
            "              WHERE l.patient_id = person AND l.organization_id = organization) AS seen\n"
        ),
    },
}
"""By function: the texts that are replaced in it."""


def upgrade() -> None:
    for table, (column, logs) in LOGGED.items():
        op.execute(f"ALTER POLICY {table}_patient ON {table} USING ({_enrolled(column)} OR id IN ({logs}))")
    _change_feed(FEED)


def downgrade() -> None:
    for table, (column, _) in LOGGED.items():
        op.execute(f"ALTER POLICY {table}_patient ON {table} USING ({_enrolled(column)})")
    _change_feed({name: {after: before for before, after in texts.items()} for name, texts in FEED.items()})


def _change_feed(texts_of: Mapping[str, dict[str, str]]) -> None:
    script = op.get_context().script
    assert script is not None
    for function, texts in texts_of.items():
        script.get_revision("0050").module.change(function, texts)


def _enrolled(column: str) -> str:
    return f"{column} IN (SELECT e.version_id FROM enrollment_versions e WHERE e.patient_id = {VIEWER})"
