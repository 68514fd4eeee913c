"""Checks collect every problem of an input with its path, clean what is good, and refuse all at once."""

import unicodedata
import uuid

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kinegraph.kit.checks import Checks, character_fault, parse_key, require_key
from kinegraph.kit.errors import InvalidInput, Refused
from kinegraph.kit.text import COMMAS, LINE_ENDS, SEMICOLONS, identity_of, split_terms

AT = ("input", "name")
KEY = "0197c1a2-89ab-7cde-8f01-23456789abcd"


def faults(checks: Checks) -> list[str]:
    """The faults that were refused."""
    return [refusal.message for refusal in checks.refusals]


def test_a_text_is_trimmed_of_every_kind_of_space() -> None:
    checks = Checks()
    assert checks.text("\u00a0\u3000\n Back Squat\t\u2028", AT, 255) == "Back Squat"
    checks.done()


def test_spaces_within_a_text_stay() -> None:
    checks = Checks()
    assert checks.text("two  lines\nand\ta tab\r\n.", AT, 255) == "two  lines\nand\ta tab\r\n."
    checks.done()


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\u00a0\u2003\u3000"])
def test_a_blank_text_is_refused_unless_it_may_be_empty(blank: str) -> None:
    checks = Checks()
    assert checks.text(blank, AT, 255, empty=True) == ""
    assert checks.refusals == []
    checks.text(blank, AT, 255)
    assert faults(checks) == ["Must not be empty."]
    assert checks.refusals[0].path == AT


@pytest.mark.parametrize("letter", ["a", "ס", "Ж", "🏋", "é"])
def test_a_text_is_measured_in_characters_after_trimming(letter: str) -> None:
    checks = Checks()
    max_length = 10 * len(letter)
    assert checks.text(f"  {letter * 10}  ", AT, max_length) == letter * 10
    checks.done()
    checks.text(letter * 10 + "x", AT, max_length)
    assert faults(checks) == [f"Must be at most {max_length} characters; this is {max_length + 1}."]


@pytest.mark.parametrize("code", [*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
def test_a_control_character_is_refused_by_its_code_point(code: int) -> None:
    checks = Checks()
    checks.text(f"a{chr(code)}b", AT, 255)
    assert faults(checks) == [f"Must not contain the control character U+{code:04X}."]


@pytest.mark.parametrize("code", [0xD800, 0xDBFF, 0xDC00, 0xDFFF])
def test_half_of_a_surrogate_pair_is_refused(code: int) -> None:
    assert character_fault(f"a{chr(code)}b") == "Must not contain half of a surrogate pair."


@settings(max_examples=200, deadline=None)
@given(st.text())
@example("\ud7ff\ue000\uffff\U0010ffff")
@example("שלום \u200f\u202e мир")
def test_a_text_without_fault_can_be_stored_as_utf_8_without_nul(text: str) -> None:
    if character_fault(text) is None:
        assert b"\0" not in text.encode()


def test_the_faults_of_a_list_have_the_path_of_each_bad_entry() -> None:
    checks = Checks()
    checks.texts(["good", " ", "x" * 11, "a\x00"], ("input", "cues"), 10, 5)
    assert [refusal.path for refusal in checks.refusals] == [("input", "cues", str(index)) for index in (1, 2, 3)]


def test_a_list_stays_in_order_and_loses_duplicates_that_trimming_makes() -> None:
    checks = Checks()
    assert checks.texts(["b", " a", "b ", "a", "B"], AT, 10, 5) == ["b", "a", "B"]
    checks.done()


def test_a_list_may_have_its_maximum_of_entries_and_no_more() -> None:
    checks = Checks()
    assert checks.texts(["a", "b", "c"], AT, 10, 3) == ["a", "b", "c"]
    assert checks.texts([], AT, 10, 3) == []
    checks.done()
    checks.texts(["a", "b", "c", "d"], AT, 10, 3)
    assert [(r.message, r.path) for r in checks.refusals] == [("Must have at most 3 entries; this has 4.", AT)]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "http://localhost:8000/x?y=z#f",
        "HTTPS://EXAMPLE.COM/וידאו",
        " https://example.com/trimmed ",
        "https://" + "a" * 2040,
    ],
)
def test_an_http_address_is_taken(url: str) -> None:
    checks = Checks()
    assert checks.url(url, AT) == url.strip()
    checks.done()


@pytest.mark.parametrize(
    "url",
    [
        "example.com",
        "//example.com",
        "javascript:alert(1)",
        "ftp://example.com",
        "data:text/html,https://example.com",
        "https://",
        "https:///path",
        "https://?q",
        "https://exam ple.com",
        "https://example.com/a b",
        "https://example.com/a\nb",
        "https:/example.com",
        "see https://example.com",
        "https://" + "a" * 2041,
        "",
    ],
)
def test_anything_but_an_http_address_is_refused_once(url: str) -> None:
    checks = Checks()
    checks.url(url, AT)
    assert [refusal.path for refusal in checks.refusals] == [AT]


@pytest.mark.parametrize("number", [1, 5])
def test_bounds_are_inclusive(number: int) -> None:
    checks = Checks()
    assert checks.whole(number, AT, 1, 5) == number
    assert checks.number(float(number), AT, 1, 5) == number
    checks.done()


@pytest.mark.parametrize("number", [0, 6, -1, 2**31, -(2**31)])
def test_a_number_outside_its_bounds_is_refused(number: int) -> None:
    checks = Checks()
    checks.whole(number, AT, 1, 5)
    checks.number(float(number), AT, 1, 5)
    assert [refusal.path for refusal in checks.refusals] == [AT, AT]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf"), 5.000001, 0.999999])
def test_a_float_that_is_not_finite_or_just_outside_its_bounds_is_refused(number: float) -> None:
    checks = Checks()
    checks.number(number, AT, 1, 5)
    assert len(checks.refusals) == 1


@settings(max_examples=50, deadline=None)
@given(st.uuids())
def test_every_uuid_is_taken_in_either_case(key: uuid.UUID) -> None:
    assert parse_key(str(key)) == key
    assert parse_key(str(key).upper()) == key


@pytest.mark.parametrize(
    "key",
    [
        "",
        "1",
        KEY.replace("-", ""),
        f"{{{KEY}}}",
        f"urn:uuid:{KEY}",
        KEY[:-1],
        KEY + "0",
        "g" + KEY[1:],
        KEY.replace("-", "\0", 1),
    ],
)
def test_a_text_that_is_no_uuid_is_none(key: str) -> None:
    assert parse_key(key) is None


@pytest.mark.parametrize(
    "key",
    [
        "{0197c1a289ab7cde8f0123456789abcd}--",
        "----0197c1a289ab7cde8f0123456789abcd",
        "0_197c1a-89ab-7cde-8f01-23456789abcd",
        "٠197c1a2-89ab-7cde-8f01-23456789abcd",
        "+197c1a2-89ab-7cde-8f01-23456789abcd",
        " 197c1a2-89ab-7cde-8f01-23456789abcd",
    ],
)
def test_an_odd_spelling_of_36_characters_that_python_reads_as_a_uuid_is_none(key: str) -> None:
    assert parse_key(key) is None


def test_an_invalid_key_is_refused_at_its_path() -> None:
    with pytest.raises(InvalidInput) as caught:
        require_key("7", "input", "exerciseId")
    assert caught.value.path == ("input", "exerciseId")


def test_a_bad_key_among_many_has_its_path() -> None:
    checks = Checks()
    keys = checks.all([KEY, "7", KEY], ("ids",), checks.key)
    assert (keys[0], keys[2]) == (uuid.UUID(KEY), uuid.UUID(KEY))
    assert [refusal.path for refusal in checks.refusals] == [("ids", "1")]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("barbell, rack", ["barbell", "rack"]),
        (" barbell ;, rack ,\n", ["barbell", "rack"]),
        ("barbell", ["barbell"]),
        (",;", []),
        ("", []),
    ],
)
def test_a_text_is_split_into_its_terms(text: str, terms: list[str]) -> None:
    assert split_terms(text) == terms


terms_to_join = st.lists(st.text(st.characters(codec="utf-8", exclude_characters=COMMAS + SEMICOLONS + LINE_ENDS)))


@settings(max_examples=100, deadline=None)
@given(terms_to_join, st.sampled_from(",;\n、"))
def test_splitting_reverses_joining_but_for_blanks(terms: list[str], separator: str) -> None:
    assert split_terms(separator.join(terms)) == [term.strip() for term in terms if term.strip()]


@settings(max_examples=100, deadline=None)
@given(st.text())
@example("e\u0301")
@example("\u0958")
@example("0 \0")
def test_a_text_is_normalized_and_stays_as_it_is_when_it_is_written_back(text: str) -> None:
    checks = Checks()
    stored = checks.text(text, AT, 10_000, empty=True)
    assert unicodedata.is_normalized("NFC", stored)
    assert checks.text(stored, AT, 10_000, empty=True) == stored


def test_an_address_is_not_normalized_since_its_bytes_decide_where_it_leads() -> None:
    address = "https://videos.example/e\u0301"
    assert Checks().url(f" {address}", AT) == address


def test_of_entries_that_are_the_same_without_case_the_first_stays() -> None:
    sent = ["Straße", "STRASSE", "e\u0301", "É", "a  b", "A\u00a0B", "ab"]
    assert Checks().texts(sent, AT, 255, 50, identity_of) == ["Straße", "é", "a  b", "ab"]
    assert Checks().texts(["Up", "UP", "Up"], AT, 255, 50) == ["Up", "UP"]


def test_all_faults_are_refused_together_in_the_order_found() -> None:
    checks = Checks()
    checks.refuse("One.", "input", "sections", 0, "shape")
    checks.whole(9, ("input", "difficulty"), 1, 5)
    with pytest.raises(Refused) as caught:
        checks.done()
    assert [refusal.path for refusal in caught.value.refusals] == [
        ("input", "sections", "0", "shape"),
        ("input", "difficulty"),
    ]
    assert str(caught.value) == "One.; Must be from 1 to 5; this is 9."


def test_an_input_without_fault_passes() -> None:
    Checks().done()


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://example.com/a b", "Must not contain a space: write it as %20."),
        ("https://example.com:99999", "The port must be from 1 to 65,535."),
        ("https://", "Must have a host after https:// or http://."),
        ("ftp://example.com", "Must be a URL that starts with https:// or http://."),
    ],
)
def test_a_refused_address_says_what_is_wrong_with_it(url: str, fault: str) -> None:
    checks = Checks()
    checks.url(url, AT)
    assert faults(checks) == [fault]
