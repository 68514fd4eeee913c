"""Reading comments, their threads and their attachments."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import email_column, member_join, name_column, user_join
from kinegraph.kit.batches import narrow, narrowed
from kinegraph.kit.rows import Row, grouped, in_key_order
from kinegraph.kit.sessions import ReadSession
from kinegraph.workout.rules import Comment, threads
from kinegraph.workout.rules_rows import CommentRow
from kinegraph.workout.store import movements, reachable

COLUMNS = """c.id, c.organization_id, c.workout_movement_id, c.author_id, c.body, c.parent_comment_id,
               c.created_at, c.updated_at"""

AUTHOR_NAME = name_column("author")
AUTHOR_COLUMNS = f"{AUTHOR_NAME}, {email_column('author')}"
AUTHOR_MEMBERSHIP_JOIN = member_join("author", "c.author_id", "c.organization_id")

ON_REACHABLE_WORKOUT = f"""
          AND EXISTS (SELECT
                      FROM workout_movements m
                      JOIN workout_sections s ON s.id = m.section_id
                      JOIN workouts w ON w.id = s.workout_id
                      WHERE m.id = c.workout_movement_id AND {reachable("$2", "$3")})"""


@narrowed
async def comments_of(
    session: ReadSession[Viewer], movement_ids: Sequence[UUID], names: frozenset[str] | None = None
) -> list[list[CommentRow]] | list[list[Comment]]:
    """Each movement's top-level comments, oldest first, with their replies and authors where these are requested.

    Each author is read once, since row-level security checks their memberships at each read. An athlete whose
    assignment has a snapshot sees no comments on the library workout: they are other people's.
    """
    viewer: Viewer = session.viewer
    coaches_everywhere = len(viewer.coached()) == len(viewer.by_organization)
    flat = names is not None and not names & {"replies", "parent"}
    always = "id organization_id workout_movement_id author_id parent_comment_id created_at"
    mailed = names is None or "author_email" in names
    rows: list[CommentRow] = await session.fetch_list(
        f"""
        WITH c AS MATERIALIZED (
            SELECT {narrow(COLUMNS, names, always)}
            FROM exercise_comments c
            WHERE c.workout_movement_id = ANY ($1) AND c.deleted_at IS NULL
                  {"AND c.parent_comment_id IS NULL" if flat else ""}
                  {"" if coaches_everywhere else ON_REACHABLE_WORKOUT}
        ),
        author AS MATERIALIZED (
            SELECT u.id, u.name{", u.email" if mailed else ""} FROM users u
            WHERE u.id = ANY (ARRAY(SELECT c.author_id FROM c))
        )
        SELECT {narrow(COLUMNS, names, "id workout_movement_id parent_comment_id")},
               {AUTHOR_COLUMNS if mailed else AUTHOR_NAME}
        FROM c LEFT JOIN author ON author.id = c.author_id {AUTHOR_MEMBERSHIP_JOIN if mailed else ""}
        ORDER BY c.created_at, c.id
        """,
        movement_ids,
        *(() if coaches_everywhere else (viewer.coached(), viewer.user.id)),
    )
    groups = grouped(rows, movement_ids, "workout_movement_id")
    return groups if flat else [threads(group) for group in groups]


async def comments(session: ReadSession, ids: Sequence[UUID]) -> list[Comment | None]:
    """Comments with their replies, in key order; None for deleted ones and for replies to deleted ones."""
    rows: list[CommentRow] = await session.fetch_list(
        f"""
        SELECT {COLUMNS}, {AUTHOR_COLUMNS}
        FROM exercise_comments c
        {user_join("author", "c.author_id")}
        {AUTHOR_MEMBERSHIP_JOIN}
        WHERE (c.id = ANY ($1) OR c.parent_comment_id = ANY ($1)) AND c.deleted_at IS NULL
        ORDER BY c.created_at, c.id
        """,
        ids,
    )
    found = {row.id: Comment(row) for row in rows}
    for comment in found.values():
        parent_id = comment.row.parent_comment_id
        if parent_id is not None and (parent := found.get(parent_id)):
            parent.replies.append(comment)
    return [found.get(id) for id in ids]


async def shown(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[Comment | None]:
    """Comments with their replies, in key order, on movements that the viewer may comment on."""
    found = await comments(session, ids)
    replied = await comments(session, [c.row.parent_comment_id for c in found if c and c.row.parent_comment_id])
    parents = {c.row.id: c for c in replied if c}
    reached = {row.id for row in await movements(session, [c.row.workout_movement_id for c in found if c]) if row}
    for comment in found:
        if comment is not None and comment.row.parent_comment_id is not None:
            comment.parent = parents.get(comment.row.parent_comment_id)
    return [c if c and c.row.workout_movement_id in reached and _is_shown(c) else None for c in found]


def _is_shown(comment: Comment) -> bool:
    """False for a reply to a deleted comment."""
    return comment.row.parent_comment_id is None or comment.parent is not None


async def attachments(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[Row | None]:
    """Attachments of comments that the viewer may read, in key order."""
    rows = await session.fetch(
        """
        SELECT a.id, a.owner_id, a.url, a.mime, a.kind, a.thumb_url, a.thumb_error
        FROM attachments a
        WHERE a.id = ANY ($1) AND a.owner_type = 'exercise_comment' AND a.deleted_at IS NULL
        """,
        ids,
    )
    owners = list({row.owner_id for row in rows})
    read = {comment.row.id for comment in await shown(session, owners) if comment} if owners else set()
    return in_key_order([row for row in rows if row.owner_id in read], ids)


async def attachments_of_threads(session: ReadSession, top_ids: Sequence[UUID]) -> list[dict[UUID, list[Row]]]:
    """The attachments of each top-level comment and of its replies, by comment id, in their order."""
    rows = await session.fetch_list(
        """
        SELECT coalesce(c.parent_comment_id, c.id) AS top_id, c.id AS comment_id,
               a.id, a.url, a.mime, a.kind, a.thumb_url, a.thumb_error
        FROM exercise_comments c
        JOIN attachments a
            ON a.owner_type = 'exercise_comment' AND a.owner_id = c.id AND a.deleted_at IS NULL
        WHERE c.id = ANY ($1) OR c.parent_comment_id = ANY ($1)
        ORDER BY a.id
        """,
        top_ids,
    )
    by_top: dict[UUID, dict[UUID, list[Row]]] = {id: {} for id in top_ids}
    for row in rows:
        by_top[row.top_id].setdefault(row.comment_id, []).append(row)
    return [by_top[id] for id in top_ids]
