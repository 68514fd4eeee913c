"""The API's database role owns nothing and bypasses nothing, and every table has policies in force."""

import asyncpg
import pytest

from kinegraph.api.validators import COVERED, DERIVED, UNVERSIONED
from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from tests.cases import about
from tests.conftest import World
from tests.identity.rows import Pool
from tests.rooms import merged

TABLES = tuple(sorted((COVERED | UNVERSIONED | DERIVED) - {"alembic_version"}))

POLICIES = {
    "audit_pseudonyms": ["*"],  # the functions of the audit trail
    "audit_pending": ["*"],
    "users": ["*", "r", "r"],  # the names of those who read the data of patients, to the audit trail
    "erased_totals": [],
    "organizations": ["*", "r", "w"],  # owners and admins change theirs
    "assignment_results": ["*"],  # the athlete's own, and coaches'
    "result_sets": ["*"],
    "result_submissions": ["*"],
    "workout_assignments": ["*", "r", "w"],  # athletes say how theirs went
    "exercise_video_votes": ["*"],  # one's own
    "exercise_comments": ["*", "a", "r", "w"],  # members add and change their own
    "attachments": ["*", "a", "r", "w"],
    "document_registrations": ["*"],  # the process's own
    "document_usage": ["*"],
    "stale_embeddings": ["*"],  # the worker's, and of the triggers that mark rows
    "events": ["*"],  # the worker's, which triggers and the readers of streams are too
    "idempotency_keys": ["*", "*"],  # one's own, and the worker's
    "uploads": ["*", "*"],  # one's own, and the worker's
    "alias_proposals": ["*", "r", "r"],  # platform admins'; everybody's where they are aliases already
    "outbox": ["*", "a"],  # everybody records facts, the worker moves them on
    "query_embeddings": ["*"],  # the process's own
    "jobs": ["*", "a", "r", "w"],  # platform admins add jobs and see them
    "safety_overrides": ["*"],  # coaches alone: they are health data
    "versions": ["a", "r", "w"],  # one policy decides what is read, so that it can be an index condition
    **{table: [*commands] for table, commands in merged("policies").items()},
}


async def test_every_table_of_the_database_is_one_of_a_rooms_tables(owner: Pool) -> None:
    rows = await owner.fetch(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT relispartition "
        "AND relnamespace = 'public'::regnamespace"
    )
    assert {row.relname for row in rows} == {*TABLES, "alembic_version"}


async def test_the_api_connects_as_a_role_without_privileges(database: Database) -> None:
    (row,) = await database.fetch(
        """
        SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolcanlogin,
               EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid) AS is_member,
               EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid) AS owns,
               has_schema_privilege(r.oid, 'public', 'CREATE') AS creates
        FROM pg_roles r
        WHERE rolname = current_user
        """
    )
    assert tuple(row) == ("kinegraph_api", *[False] * 9)


async def test_no_connection_of_the_pool_works_as_another_role(database: Database) -> None:
    async with database.read() as first, database.read() as second:
        assert [await each.fetch_value("SELECT current_user") for each in (first, second)] == ["kinegraph_api"] * 2


@pytest.mark.parametrize("table", TABLES)
async def test_row_level_security_is_enabled_forced_and_has_policies(owner: Pool, table: str) -> None:
    row = await owner.fetchrow(
        """
        SELECT relrowsecurity, relforcerowsecurity,
               ARRAY(SELECT polcmd::text FROM pg_policy WHERE polrelid = c.oid AND polpermissive ORDER BY 1) AS policies
        FROM pg_class c
        WHERE c.oid = $1::regclass
        """,
        table,
    )
    assert row is not None
    assert tuple(row) == (True, True, POLICIES.get(table, ["*", "r"]))


@pytest.mark.parametrize(
    "table",
    [
        each
        for each in TABLES
        if each != "sync_retention"
        if each not in ("canonical_search", "canonical_words", "exercise_progressions", "erased_totals")
    ],
)  # the policies by which these are read have no setting, and of the last one there is none
async def test_policies_are_evaluated_once_per_statement(database: Database, world: World, table: str) -> None:
    organization = await world.organization()
    async with database.read(authenticate_as(organization.coach.id)) as session:
        plan = [row[0] for row in await session.fetch(f"EXPLAIN (VERBOSE) SELECT * FROM {table}")]
    # A setting read once and cast for each row is as bad as one read for each row.
    repeated = ("current_setting", ".col1)::uuid")
    per_row = [
        line
        for line in plan
        if ("Filter:" in line or "Cond:" in line) and any(expression in line for expression in repeated)
    ]
    assert any("InitPlan" in line for line in plan), plan
    assert per_row == []


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE {} CASCADE",
        "ALTER TABLE {} DISABLE ROW LEVEL SECURITY",
        "DROP TABLE {} CASCADE",
        "CREATE POLICY mine ON {} USING (true)",
    ],
)
async def test_the_api_cannot_get_around_the_policies_of_a_table(database: Database, statement: str) -> None:
    """Of any table."""
    for table in (*TABLES, "alembic_version"):
        with about(table), pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.write() as session:
                await session.run(statement.format(table))


async def test_the_api_cannot_change_the_migration_version(database: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.write() as session:
            await session.run("UPDATE alembic_version SET version_num = '0001'")


async def test_no_function_of_ours_but_one_runs_with_its_owners_rights(owner: Pool) -> None:
    rows = await owner.fetch(
        """
        SELECT proname, prosecdef
        FROM pg_proc p
        WHERE pronamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
        """
    )
    names = ("kinegraph_authenticate", "fk_array_to_text", "kinegraph_count_votes", "kinegraph_forget_votes",
             "kinegraph_suggest_video", "kinegraph_change_version", "kinegraph_change_viewer_version",
             "kinegraph_set_viewer", "kinegraph_change_row", "kinegraph_change_editor", "kinegraph_change_exercise",
             "kinegraph_repeat_parent", "kinegraph_folded", "kinegraph_sort_key", "kinegraph_search_key",
             "kinegraph_number_events", "kinegraph_last_event", "kinegraph_record_event", "kinegraph_comment_added",
             "kinegraph_assignment_changed", "kinegraph_workout_changed", "kinegraph_job_changed",
             "kinegraph_viewer_changed", "kinegraph_hold_canonical", "kinegraph_change_override",
             "kinegraph_change_versions_of_user", "kinegraph_write_versions", "kinegraph_search_text",
             "kinegraph_hebrew_stems", "kinegraph_search_words", "kinegraph_search_vector", "kinegraph_texts",
             "kinegraph_repeat_texts", "kinegraph_repeat_overridden", "kinegraph_repeat_override",
             "kinegraph_forget_override", "kinegraph_remove_vector", "kinegraph_repeat_own_texts", "kinegraph_words",
             "kinegraph_repeat_words",
             "kinegraph_mark_dependents", "kinegraph_mark_embedding", "kinegraph_record_stale",
             "kinegraph_text_changed", "kinegraph_change_difficulty", "kinegraph_closes_progression_cycle",
             "kinegraph_seeded_aliases", "kinegraph_alias_identity",
             "kinegraph_aliases_removed", "kinegraph_refuse_change", "kinegraph_refuse_addition",
             "kinegraph_refuse_emptying", "kinegraph_refuse_rewriting", "kinegraph_write_adherence",
             "kinegraph_change_adherence", "kinegraph_log_changed", "kinegraph_due_days_changed",
             "kinegraph_enrollment_changed", "kinegraph_derive_pseudonym", "kinegraph_new_pseudonym",
             "kinegraph_pseudonyms", "kinegraph_require_pseudonyms",
             "kinegraph_audit_users", "kinegraph_audit_reads", "kinegraph_audit_change", "kinegraph_audit_text",
             "kinegraph_audit_refuse", "kinegraph_audit_seal", "kinegraph_sync_athletes", "kinegraph_sync_contents",
             "kinegraph_sync_enrollment_parts", "kinegraph_sync_enrollments", "kinegraph_sync_logs",
             "kinegraph_sync_membership", "kinegraph_sync_patients", "kinegraph_sync_person", "kinegraph_sync_record",
             "kinegraph_sync_user")  # fmt: skip
    # The API's role owns no table, so that it could neither make nor drop a partition.
    assert {row.proname: row.prosecdef for row in rows} == {
        **dict.fromkeys(names, False),
        "kinegraph_rotate_telemetry": True,
    }
