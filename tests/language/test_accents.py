"""Accents: the form of search folds letters as PostgreSQL's `unaccent` does, on both sides, without that extension."""

import asyncpg

from kinegraph.kit.rows import Row
from kinegraph.language.rules_text import search_text

LETTERS = [
    character
    for start, end in ((0xC0, 0x180), (0x1CD, 0x1DD), (0x1E00, 0x1E9A), (0x1EA0, 0x1EFA), (0x386, 0x3CF),
                       (0x400, 0x460), (0xFF10, 0xFF5B))
    for character in map(chr, range(start, end))
    if character.isalnum() and character not in "ĸŊŋ"
]  # fmt: skip
"""Letters of European languages and Vietnamese, of pinyin, and full-width ones. Phonetic letters stay as they are."""


async def test_letters_with_accents_fold_as_unaccent_folds_them(owner: "asyncpg.Pool[Row]") -> None:
    await owner.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
    rows = await owner.fetch(
        "SELECT letter, kinegraph_search_text(letter) AS ours, kinegraph_search_text(unaccent(letter)) AS theirs "
        "FROM unnest($1::text[]) AS letter",
        LETTERS,
    )
    assert {row["letter"]: (row["ours"], row["theirs"]) for row in rows if row["ours"] != row["theirs"]} == {}
    assert {letter: search_text(letter) for letter in LETTERS} == {row["letter"]: row["ours"] for row in rows}
