"""The days on which something can be logged, against days that are listed one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any  # values of random enrollments
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from kinegraph.enrollment.rules_calendar import Calendar, HeldVersion, is_paused
from kinegraph.logbook.rules_days import EnrollmentDays, chosen, day_fault

START = date(2026, 3, 1)
NUMBER = st.integers(-3, 40)
PAUSES = st.lists(st.tuples(NUMBER, st.none() | st.integers(0, 9)), max_size=3)
VERSIONS = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 4)), max_size=3)


def day(number: int) -> date:
    """The date of a day, 0 being the start."""
    return START + timedelta(days=number)


@dataclass(frozen=True)
class Days:
    """An enrollment with its days."""

    values: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        return self.values[name]


def enrollment(**values: Any) -> EnrollmentDays:
    """An enrollment of one version of four weeks that began at the start, with these values in place of its own."""
    own: dict[str, Any] = {
        "id": uuid4(), "is_running": True, "starts_on": START, "ended_on": None, "time_zone": "UTC",
        "local_day": day(100), "version_days": [START], "version_ids": [uuid4()], "version_weeks": [4],
        "paused_from": [], "paused_to": [], "logged_exercise_ids": [],
    }  # fmt: skip
    made: Any = Days({**own, **values})
    found: EnrollmentDays = made
    return found


@settings(max_examples=300, deadline=None)
@given(today=NUMBER, ended=st.none() | NUMBER, weeks=st.integers(1, 4), later=VERSIONS, pauses=PAUSES)
def test_a_day_can_be_logged_if_it_is_in_the_plan_not_paused_and_not_to_come(
    today: int, ended: int | None, weeks: int, later: list[tuple[int, int]], pauses: list[tuple[int, int | None]]
) -> None:
    """Random enrollments agree with the calendar by which things are due, but for the day of the end, on which both
    the patient may have trained and the coach ended the plan.
    """
    held = [(0, weeks), *sorted(dict(later).items())]
    paused = [(day(first), None if more is None else day(first + more)) for first, more in sorted(pauses, key=str)]
    made = enrollment(
        local_day=day(today),
        ended_on=None if ended is None else day(ended),
        version_days=[day(first) for first, _ in held],
        version_ids=[uuid4() for _ in held],
        version_weeks=[each for _, each in held],
        paused_from=[first for first, _ in paused],
        paused_to=[last for _, last in paused],
    )
    versions = [HeldVersion(day(first), UUID(int=first), each) for first, each in held]
    calendar = Calendar(START, versions, paused, None if ended is None else day(ended + 1))
    for number in range(-4, 42):
        is_due = calendar.position(day(number)) is not None and not is_paused(paused, day(number))
        assert (day_fault(day(number), made) is None) == (is_due and number <= today), number


def test_the_enrollment_is_the_one_whose_days_contain_the_day_and_of_several_the_running_one() -> None:
    """Of those that contain the day the running one, else the latest; without any of them, of all; of none, None."""
    first = enrollment(is_running=False, ended_on=day(7))
    second = enrollment(is_running=False, starts_on=day(7), version_days=[day(7)], ended_on=day(9))
    third = enrollment(starts_on=day(7), version_days=[day(7)])
    every = [first, third, second]
    found = [chosen(every, day(number)) for number in (-1, 0, 6, 7, 9, 10, 34, 35)]
    assert found == [third, first, first, third, third, third, third, third]
    assert chosen([first, second], day(7)) is second
    assert chosen([], day(7)) is None
