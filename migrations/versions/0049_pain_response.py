"""Pain responses: thresholds of organizations, proposals of easier exercises, and the substitutions of patients.

    organizations.pain_amber_from, pain_red_from   the scores of pain from which a log is amber, and red
    regression_proposals    a painful exercise of an enrollment, about which a clinician decides; at most one is open
    exercise_substitutions  an exercise that a patient does in place of one of their plan, from a day on

A log makes or changes a proposal in its own transaction, also where the patient sends it. By row-level security coaches
alone read and write proposals; a patient's transaction writes the patient's own while it has set `kinegraph.response`.
Patients read their substitutions, and coaches write them. A substitution is part of its enrollment in the change feed,
and its exercise is one that the patient's app shows.
"""

import re
from pathlib import Path

from alembic import op

revision = "0049"
down_revision = "0048"

TABLES = {"regression_proposals": "RegressionProposal", "exercise_substitutions": "ExerciseSubstitution"}
"""By table: the type of data that the audit trail names."""
EVENTS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text())
    script = op.get_context().script
    assert script is not None
    versions, sync, audit = (script.get_revision(number).module for number in ("0025", "0044", "0048"))
    for table, kind in TABLES.items():
        op.execute(versions.CREATE.format(table=table, kinds="'everything'"))
        for event, rows in EVENTS.items():
            of = {"table": table, "event": event, "name": event.lower(), "rows": rows}
            op.execute(audit.TRIGGER.format(column="patient_id", kind=kind, **of))
    for event in EVENTS:
        op.execute(
            sync.TRIGGER.format(
                table="exercise_substitutions",
                case=event,
                name=event.lower(),
                transition=sync.TRANSITIONS[event],
                function="kinegraph_sync_enrollment_parts",
            )
        )
    op.execute(_membership_function(sync).replace(SHOWN, SHOWN + SUBSTITUTED, 1))


def downgrade() -> None:
    script = op.get_context().script
    assert script is not None
    op.execute(_membership_function(script.get_revision("0044").module))
    op.execute("""
        DROP TABLE exercise_substitutions, regression_proposals;
        REVOKE UPDATE (pain_amber_from, pain_red_from) ON organizations FROM kinegraph_api;
        ALTER TABLE organizations DROP COLUMN pain_amber_from, DROP COLUMN pain_red_from;
    """)


def _membership_function(sync: object) -> str:
    """The statement of migration 0044 that makes the function of memberships, as one that replaces it."""
    statements = Path(str(vars(sync)["__file__"])).with_suffix(".sql").read_text()
    found = re.search(r"CREATE (FUNCTION kinegraph_sync_membership\(\).*?END \$\$;)", statements, re.DOTALL)
    assert found is not None
    return f"CREATE OR REPLACE {found[1]}"


SHOWN = """        WHERE v.patient_id = member.user_id AND v.organization_id = member.organization_id
"""
SUBSTITUTED = """        UNION
        SELECT o.substitute_id
        FROM exercise_substitutions o
        WHERE o.patient_id = member.user_id AND o.organization_id = member.organization_id
"""
