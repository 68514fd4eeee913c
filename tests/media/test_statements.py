"""Files cost no statements of their own: neither where they are shown nor where there are none."""

import re
from dataclasses import replace

import pytest

from tests.conftest import Counter
from tests.media.files import ADD, Pool, Studio, picture
from tests.workout.documents import EDIT_COMMENT


async def attach(owner: Pool, studio: Studio, comment: str, count: int) -> None:
    """Put so many attachments under a comment, every second with a thumbnail."""
    await owner.execute(
        """
        INSERT INTO attachments (organization_id, owner_type, owner_id, url, mime, kind, thumb_url, uploaded_by)
        SELECT organization_id, 'exercise_comment', id, 'a/' || n, 'image/png', 'image',
               CASE n % 2 WHEN 0 THEN 'a/t' || n END, author_id
        FROM exercise_comments, generate_series(1, $2) AS n WHERE id = $1::uuid
        """,
        comment,
        count,
    )


async def test_a_workout_with_one_and_with_sixty_attachments_takes_the_same_statements(
    studio: Studio, counter: Counter, owner: Pool
) -> None:
    await studio.refused(body="First")
    seen = []
    for count in (1, 59):
        await studio.refused(body="Another")
        await attach(owner, studio, (await studio.comments())[-1]["id"], count)
        with counter.counting() as statements:
            found = await replace(studio, api=counter.api).comments()
        seen.append(list(statements))
    assert sorted(len(comment["attachments"]) for comment in found) == [0, 1, 59]
    urls = [attachment["url"] for comment in found for attachment in comment["attachments"]]
    assert len(set(urls)) == 59 and all("signature=" in url for url in urls)
    assert len(seen[0]) == len(seen[1]) == len(set(seen[1]))


async def test_a_comment_with_ten_files_takes_as_many_statements_as_one_with_one(
    studio: Studio, counter: Counter
) -> None:
    counts = []
    for count in (1, 10):
        ids = [await studio.uploaded(picture()) for _ in range(count)]
        with counter.counting() as statements:
            assert await replace(studio, api=counter.api).refused(*ids) == []
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("values", [{}, {"uploadIds": None}, {"uploadIds": []}], ids=["left out", "null", "empty"])
async def test_a_comment_without_files_loads_none_and_opens_one_transaction(
    studio: Studio, counter: Counter, values: dict[str, object]
) -> None:
    input = {"movementId": studio.movement, "body": "Look", **values}
    text = re.sub(r"attachments \{.*?\}", "", ADD)
    with counter.counting() as seen:
        made = (await counter.api.run(text, studio.coach, input=input))["addComment"]["comment"]
    assert [statement for statement in seen if re.search(r"\b(uploads|attachments)\b", statement)] == []
    assert sum(statement.startswith("BEGIN") for statement in seen) == 1
    with counter.counting() as seen:
        await counter.api.run(EDIT_COMMENT, studio.coach, id=made["id"], body="Changed")
    assert [statement for statement in seen if re.search(r"\b(uploads|attachments)\b", statement)] == []
