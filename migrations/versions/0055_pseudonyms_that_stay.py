"""Nobody deletes a user's pseudonym but an erasure, and nothing is read or changed where it would not be recorded.

A pseudonym that was deleted by SQL switched the audit trail off for its user. `kinegraph privacy verify` names users
who have none.
"""

from collections.abc import Mapping

from alembic import op

revision = "0055"
down_revision = "0054"

REQUIRE = """
CREATE FUNCTION kinegraph_require_pseudonyms(ids uuid[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE without uuid;
BEGIN
    SELECT u.id INTO without
    FROM users u
    WHERE u.id = ANY (ids) AND NOT EXISTS (SELECT FROM audit_pseudonyms p WHERE p.user_id = u.id)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'User % has no pseudonym in the audit trail: run kinegraph privacy verify.', without
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;
CREATE TRIGGER audit_pseudonyms_not_deleted BEFORE DELETE ON audit_pseudonyms
    FOR EACH ROW WHEN (pg_trigger_depth() = 0 AND current_setting('kinegraph.privacy', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION kinegraph_audit_refuse();
"""
VIEWER = "nullif(current_setting(''kinegraph.user_id'', true), '''')::uuid"
ADDED: Mapping[str, Mapping[str, str]] = {
    "kinegraph_audit_reads(uuid, uuid[], uuid[], text[])": {
        "    INSERT INTO audit_pending": (
            "    PERFORM kinegraph_require_pseudonyms(patients || reader);\n    INSERT INTO audit_pending"
        ),
    },
    "kinegraph_audit_change()": {
        "    EXECUTE format(\n        'INSERT": (
            "    EXECUTE format(\n"
            "        'SELECT kinegraph_require_pseudonyms(array_append(ARRAY(SELECT DISTINCT %1$I FROM changed),\n"
            f"                                             {VIEWER}))',\n"
            "        TG_ARGV[0]\n"
            "    );\n"
            "    EXECUTE format(\n        'INSERT"
        ),
    },
}
"""By function: a text that is replaced in it, and the same with the check before it."""


def upgrade() -> None:
    op.execute(REQUIRE)
    _change(ADDED)


def downgrade() -> None:
    _change({name: {after: before for before, after in texts.items()} for name, texts in ADDED.items()})
    op.execute("DROP TRIGGER audit_pseudonyms_not_deleted ON audit_pseudonyms")
    op.execute("DROP FUNCTION kinegraph_require_pseudonyms")


def _change(texts_of: Mapping[str, Mapping[str, str]]) -> None:
    script = op.get_context().script
    assert script is not None
    for function, texts in texts_of.items():
        script.get_revision("0050").module.change(function, texts)
