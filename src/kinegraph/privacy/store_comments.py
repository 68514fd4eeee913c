"""Erasing a person's comments, and the files of comments."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.kit.sessions import WriteSession
from kinegraph.media.rules_files import thumbnail_key
from kinegraph.privacy.rules import ERASED_BODY, ERASED_USER
from kinegraph.privacy.rules_erased import Erased


async def erase_comments(session: WriteSession, user_id: UUID, snapshots: Sequence[UUID], erased: Erased) -> None:
    """Erase the person's comments, those in their snapshots, and the files of both.

    A comment to which somebody else has replied elsewhere stays without its text and its author, so that the replies
    stay readable.
    """
    inside = await _inside(session, snapshots)
    erased.ids.update(inside)
    await _erase_files(session, user_id, inside, erased)
    own = "(c.author_id = $1 OR c.id = ANY ($2))"
    has_replies = "EXISTS (SELECT FROM exercise_comments r WHERE r.parent_comment_id = c.id)"
    for condition in ("c.parent_comment_id IS NOT NULL", f"NOT {has_replies}"):
        statement = f"DELETE FROM exercise_comments c WHERE {own} AND {condition}"
        erased.count("exercise_comments", await session.run(statement, user_id, inside))
    statement = """
        WITH replies AS (UPDATE exercise_comments SET parent_author_id = $2 WHERE parent_author_id = $1)
        UPDATE exercise_comments SET (author_id, body) = ROW ($2, $3) WHERE author_id = $1
        """
    erased.count("exercise_comments", await session.run(statement, user_id, ERASED_USER, ERASED_BODY))


async def _inside(session: WriteSession, snapshots: Sequence[UUID]) -> list[UUID]:
    """The comments in these snapshots, whoever wrote them."""
    rows = await session.fetch(
        """
        SELECT c.id
        FROM exercise_comments c
        JOIN workout_movements m ON m.id = c.workout_movement_id
        JOIN workout_sections s ON s.id = m.section_id
        WHERE s.workout_id = ANY ($1)
        """,
        snapshots,
    )
    return [row.id for row in rows]


async def _erase_files(session: WriteSession, user_id: UUID, comments: Sequence[UUID], erased: Erased) -> None:
    """Erase the attachments of the person, of their comments and of these; a file that others share stays."""
    files = await session.fetch(
        """
        DELETE FROM attachments f
        WHERE f.uploaded_by = $1 OR f.owner_id = ANY ($2)
           OR f.owner_id IN (SELECT c.id FROM exercise_comments c WHERE c.author_id = $1)
        RETURNING f.id, f.url
        """,
        user_id,
        comments,
    )
    erased.count("attachments", len(files))
    erased.ids.update(file.id for file in files)
    urls = {file.url for file in files}
    shared = await session.fetch("SELECT f.url FROM attachments f WHERE f.url = ANY ($1)", list(urls))
    urls -= {file.url for file in shared}
    erased.files += [key for url in sorted(urls) for key in (url, thumbnail_key(url))]
