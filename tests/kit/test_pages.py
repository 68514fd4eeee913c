"""Keyset pages: a cursor names a position in a list, and nothing that a client sends instead of one does harm."""

import base64
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any  # Any: sort values and JSON
from uuid import UUID

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kinegraph.kit.checks import character_fault
from kinegraph.kit.errors import Refused
from kinegraph.kit.pages import MAX_PAGE_SIZE, Page, Window, decode, encode, window

ID = UUID("0197c1a2-0000-7000-8000-000000000001")
KINDS: list[tuple[type, ...]] = [(str, UUID), (datetime, UUID), (int, UUID), (UUID,), (int, datetime, str, UUID)]

names = st.text().filter(lambda text: character_fault(text) is None)
times = st.datetimes(
    datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=3))])
)
values = {str: names, datetime: times, int: st.integers(1 - 2**31, 2**31 - 1), UUID: st.uuids()}
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=6,
).filter(lambda value: "\\ud" not in ascii(value))

ORDER = "exercises NAME_ASC"


def cursor_of(value: object) -> str:
    """Any JSON value, encoded as a cursor of this order."""
    tagged = [ORDER, *value] if isinstance(value, list) else value
    return base64.urlsafe_b64encode(orjson.dumps(tagged)).rstrip(b"=").decode()


rows_of_kinds = st.sampled_from(KINDS).flatmap(lambda kinds: st.tuples(*(values[kind] for kind in kinds)))


@settings(max_examples=200, deadline=None)
@given(rows_of_kinds)
def test_a_cursor_gives_back_the_sort_values_that_it_was_made_of(row: tuple[Any, ...]) -> None:
    assert decode(ORDER, encode(ORDER, row), [type(value) for value in row]) == row


@settings(max_examples=50, deadline=None)
@given(names)
def test_a_cursor_is_safe_in_a_url(name: str) -> None:
    assert set(encode(ORDER, [name, ID])) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@settings(max_examples=300, deadline=None)
@given(st.text(), st.sampled_from(KINDS))
@example("", (str, UUID))
@example("====", (str, UUID))
@example("W10=", (UUID,))
@example("é", (UUID,))
@example("\x00", (UUID,))
@example("[" * 5000, (UUID,))
def test_a_text_that_is_no_cursor_decodes_to_none(text: str, kinds: tuple[type, ...]) -> None:
    assert decode(ORDER, text, kinds) is None


@settings(max_examples=300, deadline=None)
@given(json_values, st.sampled_from(KINDS))
@example([], (UUID,))
@example({"0": str(ID)}, (UUID,))
@example([True, str(ID)], (int, UUID))
@example([2**31, str(ID)], (int, UUID))
@example([1.0, str(ID)], (int, UUID))
@example(["a\x00b", str(ID)], (str, UUID))
@example(["2026-13-01", str(ID)], (datetime, UUID))
@example([["[" * 50], str(ID)], (str, UUID))
def test_any_json_encoded_as_a_cursor_decodes_to_the_expected_types_or_to_none(
    value: object, kinds: tuple[type, ...]
) -> None:
    decoded = decode(ORDER, cursor_of(value), kinds)
    assert decoded is None or tuple(map(type, decoded)) == kinds


@pytest.mark.parametrize("nested", [b"[" * 100_000, b'{"a":' * 100_000])
def test_a_deeply_nested_cursor_decodes_to_none(nested: bytes) -> None:
    assert decode(ORDER, base64.urlsafe_b64encode(nested).decode(), (UUID,)) is None


@pytest.mark.parametrize(
    "time",
    ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59.999999-00:01"],
)
def test_a_time_in_a_cursor_that_utc_cannot_represent_decodes_to_none(time: str) -> None:
    assert decode(ORDER, cursor_of([time, str(ID)]), (datetime, UUID)) is None


def test_a_cursor_of_another_sort_is_refused() -> None:
    by_name, by_time = encode(ORDER, ["Squat", ID]), encode(ORDER, [datetime(2026, 1, 1, tzinfo=UTC), ID])
    assert decode(ORDER, by_name, (datetime, UUID)) is None
    assert decode(ORDER, by_name, (int, UUID)) is None
    assert decode(ORDER, by_time, (int, UUID)) is None
    assert decode(ORDER, by_name, (str, str, UUID)) is None
    assert decode(ORDER, by_name, (str,)) is None


def test_a_cursor_stores_microseconds() -> None:
    time = datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC)
    assert decode(ORDER, encode(ORDER, [time, ID]), (datetime, UUID)) == (time, ID)


def test_a_time_without_zone_in_a_cursor_is_utc() -> None:
    decoded = decode(ORDER, cursor_of(["2026-03-01T12:00:00", str(ID)]), (datetime, UUID))
    assert decoded == (datetime(2026, 3, 1, 12, tzinfo=UTC), ID)


@pytest.mark.parametrize("size", [0, 1, 2, MAX_PAGE_SIZE])
def test_a_page_may_hold_from_0_to_100_rows(size: int) -> None:
    assert window(ORDER, size, None, 50, UUID) == Window(size, None, ORDER)


@pytest.mark.parametrize("size", [-1, -(2**31), MAX_PAGE_SIZE + 1, 2**31 - 1])
def test_a_page_of_another_size_is_refused_at_the_argument_first(size: int) -> None:
    with pytest.raises(Refused) as caught:
        window(ORDER, size, None, 50, UUID)
    assert caught.value.refusals[0].path == ("first",)


def test_a_page_without_size_has_the_lists_default_size() -> None:
    assert window(ORDER, None, None, 20, UUID).size == 20


def test_an_invalid_cursor_is_refused_at_the_argument_after() -> None:
    with pytest.raises(Refused) as caught:
        window(ORDER, 1, "nonsense", 50, UUID)
    assert caught.value.refusals[0].path == ("after",)


def test_an_empty_cursor_is_refused_and_not_taken_for_the_start() -> None:
    with pytest.raises(Refused):
        window(ORDER, 1, "", 50, UUID)


def rows(count: int) -> list[SimpleNamespace]:
    """Rows that sort by their number."""
    return [SimpleNamespace(number=number, id=UUID(int=number)) for number in range(count)]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.integers(0, 6))
def test_a_page_shows_at_most_its_size_and_says_whether_more_follow(size: int, count: int) -> None:
    page = Page.of(rows(count)[: size + 1], Window(size, None, ORDER), "number", "id")
    assert len(page.nodes) == min(size, count)
    assert page.page_info["has_next_page"] is (count > size)
    assert page.page_info["has_previous_page"] is False


def test_a_pages_cursors_are_those_of_its_first_and_last_row() -> None:
    page = Page.of(rows(3), Window(2, (0, ID), ORDER), "number", "id")
    assert [decode(ORDER, edge["cursor"], (int, UUID)) for edge in page.edges] == [(0, UUID(int=0)), (1, UUID(int=1))]
    assert page.page_info["start_cursor"] == page.edges[0]["cursor"]
    assert page.page_info["end_cursor"] == page.edges[1]["cursor"]
    assert page.page_info["has_previous_page"] is True


async def test_an_empty_list_has_no_cursors_and_counts_zero() -> None:
    page = Page.empty(Window(5, None, ORDER))
    assert page.total is not None and await page.total() == 0
    assert (page.edges, page.page_info["start_cursor"], page.page_info["end_cursor"]) == ([], None, None)
    assert page.page_info["has_next_page"] is False
