"""Cursors: each is read again by its user in its subscription, and by nobody else."""

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from kinegraph.events.rules_cursors import MAX_POSITION, decode_cursor, encode_cursor

POSITIONS = st.integers(0, MAX_POSITION)
ME, YOU = UUID(int=1), UUID(int=2)


@given(POSITIONS, st.uuids(), st.text(max_size=50))
@settings(max_examples=50)
def test_a_cursor_is_read_as_the_position_that_it_was_made_of(position: int, user_id: UUID, scope: str) -> None:
    assert decode_cursor(encode_cursor(position, user_id, scope), user_id, scope) == position
    assert decode_cursor(encode_cursor(position, user_id), user_id, scope) == position


def test_a_cursor_of_another_user_or_subscription_is_none() -> None:
    assert decode_cursor(encode_cursor(7, ME, "a"), YOU, "a") is None
    assert decode_cursor(encode_cursor(7, ME), YOU, "a") is None
    assert decode_cursor(encode_cursor(7, ME, "a"), ME, "b") is None


@given(st.one_of(st.text(max_size=300), st.binary(max_size=60).map(lambda b: b.hex())))
@settings(max_examples=100)
def test_any_other_text_is_no_cursor(text: str) -> None:
    assert decode_cursor(text, ME, "a") is None
