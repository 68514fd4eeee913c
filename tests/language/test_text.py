"""The analysis of texts: its SQL function and its twin in Python agree, and bring what is meant alike to one form."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.language.rules_text import hebrew_stems, search_text
from tests.identity.rows import Pool

CHARACTERS = (
    "abcPQ\u0401\u0451\u0419\u0439\u0418\u05d0\u05d1\u05dd\u05df\u05e3\u05e5\u05d4\u05d5\u05ea'\"`\u2019\u05f3\u05f4 -"
    "\u2013\u2014\u05be\t\n\u00bd\u00b2\u2460\ufb01\u00df\u00c6\u0141\u0130\u0131\u0661\u0663\u30ab\u309b!?/\\%_&|<>()*:;,.+"
    "\u00b0\u00d7\u00f7\u2116\u2026\u00b7\u20ac\u2192\U0001f4aa\u0301\u0306\u0308\u0323\u200f\u200e\u00ad\u00a0\u3000059"
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=st.text(st.sampled_from(CHARACTERS), max_size=16))
async def test_both_functions_bring_a_text_to_the_same_form(owner: Pool, written: str) -> None:
    assert await owner.fetchval("SELECT kinegraph_search_text($1)", written) == search_text(written)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(word=st.text(st.characters(min_codepoint=0x05D0, max_codepoint=0x05EA), min_size=1, max_size=9))
async def test_both_functions_find_the_same_stems_of_a_hebrew_word(owner: Pool, word: str) -> None:
    searched = search_text(word)
    stems = await owner.fetchval("SELECT kinegraph_hebrew_stems($1)", searched)
    assert {*stems.split()} == {*hebrew_stems(searched)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("жим лёжа", "Жим Лежа"),
        ("פריצ'ר", "פריצר"),
        ("ק״ג", 'ק"ג'),
        ("push-up", "push up"),
        ("PUSH\u2011UP", "push up"),
        ("farmer's walk", "farmers walk"),
        ("Mañana", "manana"),
        ("й", "и\u0306"),
        ("ﬁre", "fire"),
        ("20 kg", "20\u00a0KG"),
        ("שולחן", "שולחנ"),
    ],
)
def test_what_is_meant_alike_has_one_form(one: str, other: str) -> None:
    assert search_text(one) == search_text(other)


async def test_neighbours_are_indexed_as_one_word_too_and_no_word_is_a_stop_word(owner: Pool) -> None:
    vector = await owner.fetchval("SELECT kinegraph_search_vector('push up')::text")
    assert vector == "'push':1 'pushup':3 'up':2"
