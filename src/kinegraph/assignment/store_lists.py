"""Lists of assignments, by date: of an athlete, of an organization, of a library workout."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.assignment.rules import AssignmentRow
from kinegraph.assignment.rules_lists import CalendarKey, Wanted
from kinegraph.assignment.store import COLUMNS, JOINS
from kinegraph.kit.batches import pages_of
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import grouped
from kinegraph.kit.sessions import Arguments, ReadSession


async def of_athletes(session: ReadSession, athlete_ids: Sequence[UUID], wanted: Wanted) -> list[list[AssignmentRow]]:
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
    session: ReadSession, keys: Sequence[CalendarKey], window: Window, wanted: Wanted
) -> list[Page]:
    """A page of each key's assignments, by date."""
    arguments, direction = Arguments(), window.direction()
    lists, where = _lists(keys, wanted, arguments)
    where += window.between("a.scheduled_for, a.id", ("date", "uuid"), arguments)
    rows = await session.fetch(
        f"""
        SELECT list.position, page.*
        FROM {lists}
        CROSS JOIN LATERAL (
            SELECT {COLUMNS}
            FROM workout_assignments a
            {JOINS}
            WHERE {" AND ".join(where)}
            ORDER BY a.scheduled_for {direction}, a.id {direction}
            LIMIT {window.limit}
        ) AS page
        ORDER BY list.position, page.scheduled_for {direction}, page.id {direction}
        """,
        *arguments.values,
    )
    return pages_of(rows, keys, window, "scheduled_for", "id")


async def calendar_counts(session: ReadSession, keys: Sequence[CalendarKey], wanted: Wanted) -> list[int]:
    """The number of assignments of each key."""
    arguments = Arguments()
    lists, where = _lists(keys, wanted, arguments)
    rows = await session.fetch(
        f"""
        SELECT (SELECT count(*) FROM workout_assignments a WHERE {" AND ".join(where)}) AS assignments
        FROM {lists}
        ORDER BY list.position
        """,
        *arguments.values,
    )
    return [row.assignments for row in rows]


def _lists(keys: Sequence[CalendarKey], wanted: Wanted, arguments: Arguments) -> tuple[str, list[str]]:
    """FROM item `list` with one row for each key, and the conditions of its assignments."""
    names = ("organization_id", "athlete_id", "workout_id")
    columns = ", ".join(arguments.bind([key[index] for key in keys], "uuid[]") for index in range(3))
    named = [name for index, name in enumerate(names) if any(key[index] for key in keys)]  # others hide an index
    where = ["a.organization_id = list.organization_id"]
    where += [f"(list.{name} IS NULL OR a.{name} = list.{name})" for name in named[1:]]
    where += _conditions(wanted, arguments)
    return f"unnest({columns}) WITH ORDINALITY AS list ({', '.join(names)}, position)", where


def _conditions(wanted: Wanted, arguments: Arguments) -> list[str]:
    """The SQL conditions of assignment a."""
    found = [f"a.scheduled_for >= {arguments.bind(day, 'date')}" for day in wanted.starts if day]
    found += [f"a.scheduled_for <= {arguments.bind(day, 'date')}" for day in wanted.ends if day]
    found += [f"a.status = ANY ({arguments.bind(list(wanted.status), 'text[]')})"] if wanted.status else []
    return ["a.deleted_at IS NULL", *found]
