"""The plan of the statement of search, as the API's role runs it."""

import re

import pytest

from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.search.store import filtered
from tests.conftest import Person

SCANS = ("seqscan", "indexscan", "indexonlyscan")


@pytest.fixture
async def plan(database: Database, reader: Person) -> str:
    """The plan for a large library: scans that are cheap in the test's small one are off."""
    text = filtered()
    async with database.read(authenticate_as(reader.id)) as session:
        for scan in SCANS:
            await session.fetch("SELECT set_config($1, 'off', true)", f"enable_{scan}")
        await session.lease.execute(f"PREPARE searched AS {text}", ())
        parameters = len(set(re.findall(r"\$\d+", re.sub("--.*", "", text))))
        rows = await session.fetch(f"EXPLAIN EXECUTE searched ({', '.join(['NULL'] * parameters)})")
        await session.lease.execute("DEALLOCATE searched", ())
    return "\n".join(row[0] for row in rows)


async def test_row_level_security_lets_the_statement_use_the_indexes(plan: str) -> None:
    used = {index: plan.count(f"Bitmap Index Scan on canonical_{index}_idx ") for index in (
        "search_name", "search_names", "search_tsv", "words_trgm")}  # fmt: skip
    assert used == {"search_name": 1, "search_names": 3, "search_tsv": 1, "words_trgm": 1}


async def test_no_scan_of_all_canonical_texts_or_words_is_in_the_plan(plan: str) -> None:
    assert "Seq Scan on canonical" not in plan
    assert "<%" not in plan and "%>" not in plan


async def test_of_an_organization_no_rows_are_read_but_its_own(plan: str) -> None:
    """Its words, and the rows that they find, are read by indexes under its id: others' rows take no time."""
    found = re.findall(r"Scan (?:using|on) (organization_\S+)(?: on \S+)?(?: \w+)?  \(.*\n +(.*)", plan)
    assert {index for index, _ in found} >= {"organization_words_pkey"}
    assert len(found) >= 8 and not [each for each in found if "organization_id = $1" not in each[1]]


async def test_no_row_that_is_compared_with_a_query_parses_it_again(plan: str) -> None:
    compared = re.findall(r"(?:Filter|Cond): (.*_tsv @@ .*)", plan)
    assert len(compared) >= 9 and not [each for each in compared if "to_tsquery" in each]


async def test_every_list_of_the_statement_is_limited(plan: str) -> None:
    text = filtered()
    lists = ("canonical_named", "named", "canonical_aliased", "aliased", "mentioned", "partial", "alike", "lexical",
             "trigram", "nearest", "hits")  # fmt: skip
    bounds = {name: re.search(rf"\n{name} AS .*?LIMIT ([$\w]+)", text, re.DOTALL) for name in lists}
    assert {name: bound and bound[1] for name, bound in bounds.items()} == {
        "canonical_named": "50", "named": "50", "canonical_aliased": "60", "aliased": "60", "mentioned": "60",
        "partial": "20", "alike": "20", "lexical": "50", "trigram": "50", "nearest": "50", "hits": "$15",
    }  # fmt: skip
    assert plan.count("Limit") >= len(lists)
