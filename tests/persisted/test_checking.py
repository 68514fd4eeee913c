"""`kinegraph documents check` says what a schema breaks and which clients still ask for it; `list` what is used."""

from pathlib import Path

import pytest

from kinegraph.api.schema import sdl
from kinegraph.kit.database import Database
from kinegraph.persisted.jobs import write_usage
from kinegraph.persisted.rules import hash_of
from kinegraph.persisted.rules_usage import Usage
from tests.conftest import Api, Person
from tests.identity.rows import Pool
from tests.persisted.importing import Commands, by_their_hashes
from tests.persisted.requests import new_text, post, with_text

TIME = "2026-03-01 12:30:00+00"
SHOWN = "2026-03-01 12:30 UTC"


@pytest.fixture
async def empty(owner: Pool) -> None:
    """No documents of other tests."""
    await owner.execute("TRUNCATE persisted_documents CASCADE")


async def use(database: Database, owner: Pool, text: str, *clients: tuple[str, str, int]) -> None:
    """Store the usage of a document by clients."""
    usage = Usage()
    for name, version, uses in clients:
        for _ in range(uses):
            usage.count(hash_of(text), [(b"graphql-client-name", name.encode()),
                                        (b"graphql-client-version", version.encode())])  # fmt: skip
    await write_usage(database, usage)
    await owner.execute("UPDATE document_usage SET last_used_at = $1::text::timestamptz", TIME)


@pytest.mark.usefixtures("empty")
async def test_a_check_says_what_a_schema_breaks_and_which_clients_still_ask_for_it(
    api: Api, commands: Commands, person: Person, database: Database, owner: Pool, tmp_path: Path
) -> None:
    trusted, registered, fine = new_text(), new_text("viewer { user { name id } }"), new_text("__typename")
    commands.imports(by_their_hashes(trusted, fine))
    await post(api, with_text(registered), person)
    await use(database, owner, trusted, ("ios", "3.2", 2), ("web", "", 1))
    schema = tmp_path / "new.graphql"
    schema.write_text("type Query { viewer: Viewer } type Viewer { user: User } type User { id: ID! }")
    code, lines = commands.run("check", "--schema", str(schema))
    message = "  Cannot query field 'name' on type 'User'. (line 1)"
    of_trusted = [
        f"BREAKS: {hash_of(trusted)} (trusted as {hash_of(trusted)}), used 3 times, last {SHOWN}",
        message,
        f"    ios 3.2: 2 times, last {SHOWN}",
        f"    web: once, last {SHOWN}",
    ]
    of_registered = [f"BREAKS: {hash_of(registered)} (registered), never used", message]
    in_order = sorted([of_trusted, of_registered], key=lambda each: each[0])
    end = "3 documents, 2 that are in use break, 0 that are not."
    assert (code, lines) == (1, [*in_order[0], *in_order[1], end])


@pytest.mark.usefixtures("empty")
async def test_a_document_that_nobody_has_used_for_a_month_may_break(
    commands: Commands, owner: Pool, tmp_path: Path
) -> None:
    text = new_text()
    commands.imports(by_their_hashes(text))
    await owner.execute("UPDATE persisted_documents SET last_used_at = now() - interval '31 days'")
    (tmp_path / "new.graphql").write_text("type Query { other: Int }")
    code, lines = commands.run("check", "--schema", str(tmp_path / "new.graphql"))
    assert (code, lines[0]) == (
        0,
        f"breaks, not in use: {hash_of(text)} (trusted as {hash_of(text)}), never used",
    )
    assert lines[-1] == "1 documents, 0 that are in use break, 1 that are not."


@pytest.mark.usefixtures("empty")
async def test_all_documents_are_valid_in_the_schema_of_this_version(commands: Commands, tmp_path: Path) -> None:
    commands.imports(by_their_hashes(new_text(), new_text()))
    (tmp_path / "same.graphql").write_text(sdl())
    for arguments in ((), ("--schema", str(tmp_path / "same.graphql"))):
        assert commands.run("check", *arguments) == (0, ["2 documents, all of them valid."])


@pytest.mark.usefixtures("empty")
async def test_a_check_names_documents_that_exceed_the_limits_of_the_settings(
    commands: Commands, database_url: str, tmp_path: Path
) -> None:
    text = new_text("exercises(first: 100) { nodes { name } }")
    commands.imports({"Costly": text})
    small = Commands(database_url, tmp_path, KINEGRAPH_MAX_COST="60")
    code, lines = small.run("check")
    assert code == 1 and lines[0].startswith(f"BREAKS: {hash_of(text)} (trusted as Costly)")
    assert "is never executed, whatever its variables are. The request costs " in lines[1]
    assert commands.run("check") == (0, ["1 documents, all of them valid."])
    assert small.refuses({"Again": text})[1].startswith("entry 1 (id Again): The operation ")


NO_SCHEMAS = {
    "type Query {": ["bad.graphql is no schema.", "  Syntax Error: Expected Name, found <EOF>. (line 1)"],
    "type Query { a: Nothing }": ["bad.graphql is no schema.", "  Unknown type 'Nothing'. Did you mean 'String'?"],
    "type Other { a: Int }": ["bad.graphql is no schema.", "  Query root type must be provided."],
    "": ["bad.graphql is empty."],
}


@pytest.mark.parametrize("text", NO_SCHEMAS, ids=repr)
def test_what_is_no_schema_is_refused(commands: Commands, tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.graphql").write_text(text)
    first, *others = NO_SCHEMAS[text]
    assert commands.run("check", "--schema", str(tmp_path / "bad.graphql")) == (1, [f"kinegraph: {first}", *others])


@pytest.mark.usefixtures("empty")
async def test_a_list_of_no_documents_says_so(commands: Commands) -> None:
    message = "No trusted documents. `kinegraph documents import FILE` imports those of a manifest."
    assert commands.run("list") == (0, [message])


@pytest.mark.usefixtures("empty")
async def test_a_list_shows_ids_operations_clients_and_last_use(
    commands: Commands, database: Database, owner: Pool
) -> None:
    text = "query A { __typename } mutation B { __typename }"
    commands.imports({"Screens": text, "unused": "{ __typename }"})
    await use(database, owner, text, ("ios", "3.2", 2))
    await owner.execute("UPDATE trusted_documents SET created_at = $1::text::timestamptz", TIME)
    assert commands.run("list") == (
        0,
        [
            f"Screens  query A, mutation B, imported 2026-03-01, used 2 times, last {SHOWN}",
            f"    ios 3.2: 2 times, last {SHOWN}",
            "unused  query, imported 2026-03-01, never used",
        ],
    )
