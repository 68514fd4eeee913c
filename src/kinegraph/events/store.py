"""Numbering, reading and deleting events."""

from uuid import UUID

from kinegraph.events.rules import Event, Topic
from kinegraph.kit.sessions import ReadSession, WriteSession

MAX_EVENTS = 1_000_000
"""Events that are stored, at most: about 200 MB."""

COLUMNS = "position, kind, object_id, topic_id, organization_id, is_deleted"


async def number(session: WriteSession) -> None:
    """Give positions to all events that were committed, by one statement."""
    await session.fetch("SELECT kinegraph_number_events()")


async def last_position(session: ReadSession) -> int:
    """The position of the newest event; 0 without one. For every viewer."""
    position: int = await session.fetch_value("SELECT kinegraph_last_event()")
    return position


async def first_position(session: ReadSession) -> int:
    """The position of the oldest event that is stored: all after it are stored, too. 0 without one."""
    position: int = await session.fetch_value("SELECT coalesce(min(position), 0) FROM events")
    return position


async def after(session: ReadSession, position: int, limit: int) -> list[Event]:
    """The first events after a position, in their order."""
    return await session.fetch(
        f"SELECT {COLUMNS} FROM events WHERE position > $1 ORDER BY position LIMIT $2", position, limit
    )


async def between(session: ReadSession, topic: Topic, start: int, end: int, limit: int) -> list[Event]:
    """The first events of a topic after `start` and up to `end`, in their order."""
    column = "organization_id" if topic.is_organization else "topic_id"
    return await session.fetch(
        f"""
        SELECT {COLUMNS}
        FROM events
        WHERE kind = $1 AND {column} = $2 AND position > $3 AND position <= $4
        ORDER BY position
        LIMIT $5
        """,
        topic.kind.value,
        UUID(int=topic.id.int),
        start,
        end,
        limit,
    )


async def purge(session: WriteSession) -> int:
    """Delete the events that were numbered 25 hours ago, but for the newest of them, and those beyond MAX_EVENTS.

    Returns how many. All are numbered first: only events with a position are counted and deleted.
    """
    await number(session)
    return await session.run(
        """
        DELETE FROM events
        WHERE position < greatest((SELECT max(position) FROM events WHERE numbered_at < now() - interval '25 hours'),
                                  (SELECT max(position) - $1 FROM events))
        """,
        MAX_EVENTS,
    )
