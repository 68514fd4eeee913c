"""An override and an edit of its canonical row that meet change the version of the merged view one after the other.

The view's version is the later time of both rows. An override that was written while the canonical row's edit was not
committed yet could get the later time, so that the edit, once committed, changed the view and not its version. So a
writer of an override first waits for such an edit, and holds off the next one until it has committed itself; only then
the time is taken. An override that is inserted gets the time of the change too, not that of its transaction's start.
"""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute(FUNCTIONS)
    op.execute("DROP TRIGGER exercise_org_overrides_row ON exercise_org_overrides")
    op.execute(
        "CREATE TRIGGER exercise_org_overrides_row BEFORE INSERT OR UPDATE OF updated_at ON exercise_org_overrides "
        "FOR EACH ROW EXECUTE FUNCTION kinegraph_change_override()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER exercise_org_overrides_row ON exercise_org_overrides")
    op.execute(
        "CREATE TRIGGER exercise_org_overrides_row BEFORE UPDATE OF updated_at ON exercise_org_overrides "
        "FOR EACH ROW EXECUTE FUNCTION kinegraph_change_row()"
    )
    op.execute("DROP FUNCTION kinegraph_change_override(), kinegraph_hold_canonical(uuid)")


# A lock of a row takes the right to change it, which only platform admins have for canonical rows.
FUNCTIONS = """
CREATE FUNCTION kinegraph_hold_canonical(exercise uuid) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    before text := current_setting('kinegraph.platform_admin', true);
BEGIN
    PERFORM set_config('kinegraph.platform_admin', 'on', true);
    PERFORM FROM exercises WHERE id = exercise AND organization_id IS NULL FOR SHARE;
    PERFORM set_config('kinegraph.platform_admin', before, true);
END $$;

CREATE FUNCTION kinegraph_change_override() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM kinegraph_hold_canonical(new.exercise_id);
    IF new.updated_at = now() THEN
        new.updated_at := greatest(clock_timestamp(), old.updated_at + interval '1 microsecond');
    END IF;
    RETURN new;
END $$;
"""
