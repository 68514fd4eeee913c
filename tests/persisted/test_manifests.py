"""Manifests are imported whole or not at all: Apollo's, Relay's, a folder; each fault names its entry."""

import hashlib
import json
from pathlib import Path

import pytest

from kinegraph.formats.manifests import MAX_ENTRIES
from kinegraph.persisted.rules import hash_of
from tests.identity.rows import Pool
from tests.persisted.importing import Commands, apollo, by_their_hashes
from tests.persisted.requests import new_text

NOTHING_STORED = "manifest.json is not imported; nothing was stored."
TRUSTED = "SELECT id FROM trusted_documents WHERE id = ANY ($1) ORDER BY id"


def digest(text: str, name: str) -> str:
    return hashlib.new(name, text.encode()).hexdigest()


def test_an_import_says_what_was_new_and_a_second_one_stores_nothing(commands: Commands) -> None:
    one, other = new_text(), new_text()
    name = one.split()[1]
    assert commands.imports(by_their_hashes(one)) == [
        f"new: {hash_of(one)} query {name}",
        "manifest.json: 1 documents, 1 new, 0 stored before",
    ]
    assert commands.imports(by_their_hashes(one))[-1] == "manifest.json: 1 documents, 0 new, 1 stored before"
    both = apollo(by_their_hashes(one, other))
    assert commands.imports(both)[-1] == "manifest.json: 2 documents, 1 new, 1 stored before"


async def test_ids_are_hashes_of_any_usual_kind_or_names(commands: Commands, owner: Pool) -> None:
    text = f"{new_text()} # \u05e9\u05dc\u05d5\u05dd \U0001f3cb"
    ids = [*(digest(text, name) for name in ("md5", "sha1", "sha256")), f"Screen.1-{text.split()[1]}", "x-app:Screen_2"]
    assert commands.imports(dict.fromkeys(ids, text))[-1] == "manifest.json: 5 documents, 5 new, 0 stored before"
    assert [row.id for row in await owner.fetch(TRUSTED, ids)] == sorted(ids)
    prefixed = {f"sha256:{hash_of(text)}": text}
    assert commands.imports(prefixed)[-1] == "manifest.json: 1 documents, 0 new, 1 stored before"


async def test_a_folder_of_documents_is_imported_under_their_hashes(
    commands: Commands, owner: Pool, tmp_path: Path
) -> None:
    texts = [f"{new_text()}\n", f"{new_text()}\r\n# \u7b4b\n"]
    folder = tmp_path / "documents" / "deep"
    folder.mkdir(parents=True)
    (folder.parent / "one.graphql").write_bytes(texts[0].encode())
    (folder / "two.gql").write_bytes(texts[1].encode())
    (folder / "README.md").write_text("no document")
    assert commands.imports(folder.parent)[-1] == "documents: 2 documents, 2 new, 0 stored before"
    hashes = sorted(map(hash_of, texts))
    assert [row.id for row in await owner.fetch(TRUSTED, hashes)] == hashes
    (folder / "two.gql").write_text("{ nothing }")
    assert commands.refuses(folder.parent)[1:] == [
        "deep/two.gql: Cannot query field 'nothing' on type 'Query'. (line 1)"
    ]


async def test_two_texts_under_one_id_are_refused_and_nothing_is_half_imported(commands: Commands, owner: Pool) -> None:
    first, second = new_text(), new_text()
    good = by_their_hashes(new_text())
    manifest = f'{{{json.dumps(good)[1:-1]}, "Screen": {json.dumps(first)}, "Screen": {json.dumps(second)}}}'
    assert commands.refuses(manifest) == [
        NOTHING_STORED,
        "entry 3 (id Screen): its id is that of entry 2 (id Screen) too, which has another text.",
    ]
    assert await owner.fetch(TRUSTED, [*good, "Screen"]) == []


async def test_an_id_that_has_another_text_in_the_database_is_refused(commands: Commands, owner: Pool) -> None:
    name = new_text().split()[1]
    good = by_their_hashes(new_text())
    commands.imports({name: new_text()})
    message = "another text is stored under its id; give this one another id, or remove that one first."
    assert commands.refuses(apollo({**good, name: new_text()})) == [
        NOTHING_STORED,
        f'entry 2 ("Screen", id {name}): {message}',
    ]
    assert await owner.fetch(TRUSTED, [*good]) == []


TEXT = "{ __typename }"
WRONG_IDS = {
    "a" * 64: f"its id is no SHA-256 of its text, which would be {hash_of(TEXT)}. Generate the manifest anew.",
    "b" * 32: f"its id is no MD5 of its text, which would be {digest(TEXT, 'md5')}. Generate the manifest anew.",
    "c" * 40: f"its id is no SHA-1 of its text, which would be {digest(TEXT, 'sha1')}. Generate the manifest anew.",
    hash_of(TEXT).upper(): "its id must be a SHA-256 in 64 lower-case hexadecimal digits.",
    "two words": "its id must be `sha256:` and a SHA-256",
    "sha512:abc": "its id must be `sha256:` and a SHA-256",
    "\u00e9": "its id must be `sha256:` and a SHA-256",
    "x" * 256: "its id must be `sha256:` and a SHA-256",
}


def test_an_id_that_is_no_hash_of_its_text_is_refused(commands: Commands) -> None:
    lines = commands.refuses(dict.fromkeys(WRONG_IDS, TEXT))
    assert lines[0] == NOTHING_STORED
    for number, (line, message) in enumerate(zip(lines[1:], WRONG_IDS.values(), strict=True), start=1):
        assert line.startswith(f"entry {number} (id ") and f"): {message}" in line


INVALID = {
    "broken": "query Broken { viewer {",
    "unknown": "query Unknown {\n  nothing\n}",
    "fragment": "fragment F on User { name }",
    "long": f"query Long {{ __typename }} # {'x' * 100_000}",
}


def test_entries_that_are_not_valid_are_named_with_what_is_wrong(commands: Commands) -> None:
    lines = commands.refuses(apollo({"fine": TEXT, **INVALID}))
    assert lines[0] == NOTHING_STORED and len(lines) == 5
    assert lines[1] == 'entry 2 ("Screen", id broken): Syntax Error: Expected Name, found <EOF>. (line 1)'
    assert lines[2] == "entry 3 (\"Screen\", id unknown): Cannot query field 'nothing' on type 'Query'. (line 2)"
    assert lines[3] == "entry 4 (\"Screen\", id fragment): Fragment 'F' is never used. (line 1)"
    assert lines[4].startswith('entry 5 ("Screen", id long): The document is too long: at most 100,000 characters.')


PAGES = "organization { workouts(first: 100) { nodes { sections { movements { exercise { name } } } } } }"
COSTLY = "{{ viewer {{ memberships {{ {} }} }} }}".format(" ".join(f"a{number}: {PAGES}" for number in range(20)))


def test_documents_that_no_variables_make_cheap_enough_are_refused_by_their_names(commands: Commands) -> None:
    with_variable = f"query Pages($n: Int) {COSTLY}".replace("first: 100", "first: $n")
    lines = commands.refuses(
        apollo({"fine": with_variable, "costly": COSTLY, "two": f"query A {COSTLY} query B {TEXT}"})
    )
    assert lines[0] == NOTHING_STORED and len(lines) == 3
    never = "is never executed, whatever its variables are. The request costs "
    assert lines[1].startswith(f'entry 2 ("Screen", id costly): It {never}') and "at most 50,000 is allowed" in lines[1]
    assert lines[2].startswith(f'entry 3 ("Screen", id two): The operation A {never}')


def test_a_document_with_too_many_aliases_is_refused(commands: Commands) -> None:
    aliases = " ".join(f"a{number}: name" for number in range(101))
    lines = commands.refuses({"aliases": f"{{ viewer {{ user {{ {aliases} }} }} }}"})
    assert lines[1].startswith("entry 1 (id aliases): The document asks for `name` of one object too often")


def test_a_manifest_that_is_cut_off_is_refused_with_the_line_and_the_last_whole_entry(commands: Commands) -> None:
    texts = {"one": "{ a }", "two": '{ b(c: "d") }', "three": "{ e }"}
    for manifest, name in ((apollo(texts), '"Screen", '), (texts, "")):
        whole = json.dumps(manifest, indent=1)
        for part, after in (
            (whole[: whole.index("{ a }")], "before the end of its first entry"),
            (whole[: whole.index("{ b")], f"after entry 1 ({name}id one)"),
            (whole[: whole.index("three") + 2], f"after entry 2 ({name}id two)"),
            (whole[:-1], f"after entry 3 ({name}id three)"),
        ):
            line = part.count("\n") + 1
            (message,) = commands.refuses(part)
            assert message == f"manifest.json is not whole: it breaks off in line {line}, {after}."
    assert commands.refuses('{\n"a" "b"}') == ["manifest.json is not JSON: line 2, column 5."]


def test_fifty_thousand_entries_are_refused_with_the_bound(commands: Commands) -> None:
    manifest = {f"id{number}": TEXT for number in range(50_000)}
    bound = f"at most {MAX_ENTRIES:,} are imported at once, so entry {MAX_ENTRIES + 1:,} is one too many"
    message = f"manifest.json has 50,000 entries: {bound}. Divide it into several manifests."
    assert commands.refuses(manifest) == [message]


NO_MANIFESTS = {
    "[]": "must be a JSON object",
    '"text"': "must be a JSON object",
    '{"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}': "and `version` 1.",
    '{"operations": []}': "must have the `format`",
    '{"format": "apollo-persisted-query-manifest", "version": 1}': "must have a list `operations`.",
    '{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [5]}': "entry 1: must be an object",
    '{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"body": "{a}"}]}': "entry 1: its id",
    '{"a": 5}': "entry 1 (id a): its text must be a text that is not empty.",
    '{"a": ""}': "entry 1 (id a): its text must be a text that is not empty.",
    '{"": "{a}"}': "entry 1: its id must be a text that is not empty.",
    '{"a": "\\ud800"}': "entry 1 (id a): its text has half of a surrogate pair",
    "[" * 100_000: "nests too deeply",
    f'{{"a": {"9" * 5_000}}}': "numbers that are too long",
    "": "manifest.json is empty.",
}


@pytest.mark.parametrize("content", NO_MANIFESTS, ids=[each[:40] for each in NO_MANIFESTS])
def test_what_is_no_manifest_is_refused(commands: Commands, content: str) -> None:
    (line,) = commands.refuses(content)
    assert NO_MANIFESTS[content] in line


def test_a_file_that_cannot_be_read_is_refused(commands: Commands, tmp_path: Path) -> None:
    assert commands.refuses(tmp_path / "nowhere.json") == ["nowhere.json cannot be read: No such file or directory."]
    (tmp_path / "empty").mkdir()
    assert commands.refuses(tmp_path / "empty") == ["empty has no files *.graphql or *.gql."]
