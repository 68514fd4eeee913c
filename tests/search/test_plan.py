"""The plan of the statement of search, as the API's role runs it."""

from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.search.store import statement
from tests.conftest import Person


async def test_row_level_security_lets_the_statement_use_the_indexes(database: Database, reader: Person) -> None:
    async with database.read(authenticate_as(reader.id)) as session:
        for scan in ("seqscan", "indexscan", "indexonlyscan"):  # the test's library is small
            await session.fetch("SELECT set_config($1, 'off', true)", f"enable_{scan}")
        await session.lease.execute(f"PREPARE searched AS {statement()}", ())
        rows = await session.fetch(f"EXPLAIN EXECUTE searched ({', '.join(['NULL'] * 23)})")
        await session.lease.execute("DEALLOCATE searched", ())
    plan = "\n".join(row[0] for row in rows)
    assert plan.count("canonical_search_tsv_idx") == 3
    assert "canonical_search_trgm_idx" in plan
