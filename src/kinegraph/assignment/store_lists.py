"""Lists of assignments, by date: of an athlete, of an organization, of a library workout."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.assignment.rules import AssignmentRow
from kinegraph.assignment.rules_lists import AssignmentFilter, CalendarKey
from kinegraph.assignment.store import COLUMNS, JOINS
from kinegraph.kit.batches import Lists
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import grouped
from kinegraph.kit.sessions import Arguments, ReadSession


async def of_athletes(
    session: ReadSession, athlete_ids: Sequence[UUID], wanted: AssignmentFilter
) -> list[list[AssignmentRow]]:
    """Each athlete's assignments in every organization that the viewer shares with them, by date."""
    arguments = Arguments()
    athletes = arguments.bind(list(athlete_ids), "uuid[]")
    rows: list[AssignmentRow] = await session.fetch_list(
        f"""
        SELECT {COLUMNS}
        FROM workout_assignments a
        {JOINS}
        WHERE {" AND ".join([f"a.athlete_id = ANY ({athletes})", *_conditions(wanted, arguments)])}
        ORDER BY a.scheduled_for, a.id
        """,
        *arguments.values,
    )
    return grouped(rows, athlete_ids, "athlete_id")


async def calendar_pages(
    session: ReadSession, keys: Sequence[CalendarKey], window: Window, wanted: AssignmentFilter
) -> list[Page]:
    """A page of each key's assignments, by date."""
    sort = {"a.scheduled_for": "date", "a.id": "uuid"}
    return await _lists(keys, wanted).pages(session, window, COLUMNS, sort, joins=JOINS)


async def calendar_counts(session: ReadSession, keys: Sequence[CalendarKey], wanted: AssignmentFilter) -> list[int]:
    """The number of assignments of each key."""
    return await _lists(keys, wanted).counts(session)


def _lists(keys: Sequence[CalendarKey], wanted: AssignmentFilter) -> Lists:
    """The assignments of each key."""
    columns = {name: [key[index] for key in keys] for index, name in enumerate(("organization_id", *NARROWING))}
    lists = Lists("workout_assignments a", "a.organization_id = list.organization_id", **columns)
    named = [name for name in NARROWING if any(columns[name])]  # others hide an index
    lists.conditions += [f"(list.{name} IS NULL OR a.{name} = list.{name})" for name in named]
    lists.conditions += _conditions(wanted, lists.arguments)
    return lists


NARROWING = ("athlete_id", "workout_id")
"""The columns that a list may be restricted to, in the order of CalendarKey."""


def _conditions(wanted: AssignmentFilter, arguments: Arguments) -> list[str]:
    """The SQL conditions of assignment a."""
    found = [f"a.scheduled_for >= {arguments.bind(day, 'date')}" for day in wanted.starts if day]
    found += [f"a.scheduled_for <= {arguments.bind(day, 'date')}" for day in wanted.ends if day]
    found += [f"a.status = ANY ({arguments.bind(list(wanted.status), 'text[]')})"] if wanted.status else []
    return ["a.deleted_at IS NULL", *found]
