"""A substitution names the one that it replaced: its caps hold on, so that a patient never does more than before.

    exercise_substitutions.replaces_id  the substitution that lasted until this one was accepted
    exercise_substitutions.is_halved    whether half of what that one leaves is done

`halvings` counted those of earlier substitutions, too, which are found by `replaces_id` now.
"""

from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    op.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    op.execute("""
        ALTER TABLE exercise_substitutions
            DROP CONSTRAINT exercise_substitutions_halvings_check,
            ALTER COLUMN halvings DROP DEFAULT,
            ALTER COLUMN halvings TYPE boolean USING halvings > 0,
            ALTER COLUMN halvings SET DEFAULT false;
        ALTER TABLE exercise_substitutions RENAME COLUMN halvings TO is_halved;
        ALTER TABLE exercise_substitutions
            ADD COLUMN replaces_id uuid,
            ADD CONSTRAINT exercise_substitutions_id_patient_key UNIQUE (id, organization_id, patient_id);
        UPDATE exercise_substitutions s
        SET replaces_id = (SELECT earlier.id
                           FROM exercise_substitutions earlier
                           WHERE earlier.enrollment_id = s.enrollment_id AND earlier.exercise_id = s.exercise_id
                             AND earlier.is_replaced AND earlier.id < s.id
                             AND earlier.to_day = greatest(earlier.from_day, s.from_day) - 1
                           ORDER BY earlier.id DESC
                           LIMIT 1);
        SET CONSTRAINTS ALL IMMEDIATE;
        ALTER TABLE exercise_substitutions
            DROP COLUMN is_replaced,
            ADD CONSTRAINT exercise_substitutions_replaces_fkey FOREIGN KEY (replaces_id, organization_id, patient_id)
                REFERENCES exercise_substitutions (id, organization_id, patient_id) ON DELETE CASCADE;
        CREATE INDEX exercise_substitutions_replaces_idx ON exercise_substitutions (replaces_id);
    """)


def downgrade() -> None:
    op.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    op.execute("""
        ALTER TABLE exercise_substitutions
            ADD COLUMN is_replaced boolean NOT NULL DEFAULT false,
            DROP COLUMN replaces_id,
            DROP CONSTRAINT exercise_substitutions_id_patient_key,
            ALTER COLUMN is_halved DROP DEFAULT,
            ALTER COLUMN is_halved TYPE integer USING is_halved::integer,
            ALTER COLUMN is_halved SET DEFAULT 0;
        ALTER TABLE exercise_substitutions RENAME COLUMN is_halved TO halvings;
        ALTER TABLE exercise_substitutions
            ADD CONSTRAINT exercise_substitutions_halvings_check CHECK (halvings BETWEEN 0 AND 100);
    """)
