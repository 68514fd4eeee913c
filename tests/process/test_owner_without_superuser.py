"""A migration carries rows over where the schema's owner is no superuser, to whom forced row-level security applies."""

import asyncio

import asyncpg

from kinegraph.commands import migrate
from tests.process.test_migrations import empty_database

OWN = """
DO $$ DECLARE name text; BEGIN
    CREATE ROLE plain_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD 'plain';
    EXECUTE format('ALTER DATABASE %I OWNER TO plain_owner', current_database());
    ALTER SCHEMA public OWNER TO plain_owner;
    FOR name IN SELECT oid::regclass FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') LOOP
        EXECUTE 'ALTER TABLE ' || name || ' OWNER TO plain_owner';
    END LOOP;
    FOR name IN SELECT p.oid::regprocedure FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') LOOP
        EXECUTE 'ALTER ROUTINE ' || name || ' OWNER TO plain_owner';
    END LOOP;
    FOR name IN SELECT oid::regtype FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e' LOOP
        EXECUTE 'ALTER TYPE ' || name || ' OWNER TO plain_owner';
    END LOOP;
END $$
"""


async def test_rows_are_carried_over_by_an_owner_who_is_no_superuser(server_url: str, template: str) -> None:
    url = await empty_database(server_url, "kinegraph_plain_owner")
    await asyncio.to_thread(migrate.upgrade, url, "0013")
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("INSERT INTO exercises (name, import_key) VALUES ('Plank ++', 'csv:plank')")
        await connection.execute(OWN)
        host = url.rpartition("@")[2]
        await asyncio.to_thread(migrate.upgrade, f"postgresql://plain_owner:plain@{host}", "head")
        assert await connection.fetchval("SELECT import_key FROM exercises") == "csv:plank ++"
        forced = "SELECT bool_and(relforcerowsecurity) FROM pg_class WHERE relrowsecurity"
        assert await connection.fetchval(forced)
    finally:
        await connection.execute("REASSIGN OWNED BY plain_owner TO CURRENT_USER; DROP OWNED BY plain_owner")
        await connection.execute("DROP ROLE plain_owner")
        await connection.close()
