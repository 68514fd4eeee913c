"""An athlete whose assignment was forked after they commented edits, deletes and replies with ids from before."""

from uuid import UUID

import pytest

from tests.assignment.snapshots import assigned, edited
from tests.comment.test_visibility import clinic
from tests.comment.visibility import THROUGH, Clinic
from tests.conftest import Api
from tests.identity.rows import attach as attach_file
from tests.workout.documents import ADD_COMMENT, DELETE_COMMENT, EDIT_COMMENT, Pool

__all__ = ["clinic"]
REMOVE = """mutation ($id: ID!, $remove: [ID!]!) {
  updateComment(id: $id, removeAttachmentIds: $remove) {
    comment { id attachments { id } } userErrors { code message field }
  }
}"""


@pytest.fixture
async def said(api: Api, clinic: Clinic) -> dict[str, str]:
    """The ids of comments on the library workout, by body; the first athlete's assignment was forked after them."""
    found = await clinic.talk()
    await edited(api, clinic.coach, clinic.workout, clinic.assignments[0], title="Its own")
    return found


async def test_an_edit_changes_the_copy_that_the_athlete_sees_and_not_the_library(
    api: Api, clinic: Clinic, said: dict[str, str]
) -> None:
    changed = (await api.run(EDIT_COMMENT, clinic.athlete, id=said["anna"], body="Anna"))["updateComment"]["comment"]
    assert changed["id"] != said["anna"]
    assert "Anna" in await clinic.seen(clinic.athlete)
    assert "anna" in await clinic.seen(clinic.coach, 1)


async def test_a_deletion_removes_the_copy_that_the_athlete_sees(
    api: Api, clinic: Clinic, said: dict[str, str]
) -> None:
    await api.run(DELETE_COMMENT, clinic.athlete, id=said["anna"])
    assert "anna" not in await clinic.seen(clinic.athlete)
    assert await api.refusals(DELETE_COMMENT, clinic.athlete, id=said["anna"]) == [("NOT_FOUND", ["id"])]


async def test_a_reply_and_a_comment_go_to_the_snapshot_with_or_without_the_assignments_id(
    api: Api, clinic: Clinic, said: dict[str, str]
) -> None:
    input = {"movementId": clinic.movement, "body": "reply", "parentCommentId": said["coach"]}
    await api.run(ADD_COMMENT, clinic.athlete, input=input)
    data = await api.run(THROUGH, clinic.athlete, id=clinic.assignments[0])
    copied = data["assignment"]["workout"]["sections"][0]["movements"][0]["id"]
    await api.run(ADD_COMMENT, clinic.athlete, input={**input, "movementId": copied, "body": "by half"})
    await api.run(ADD_COMMENT, clinic.athlete, input={"movementId": clinic.movement, "body": "top"})
    seen = await clinic.seen(clinic.athlete)
    assert (seen["coach"][-2:], seen["top"]) == (["reply", "by half"], [])
    assert "top" not in await clinic.seen(clinic.coach, 1)


async def test_an_attachment_is_removed_by_the_id_that_it_had_in_the_library(
    api: Api, clinic: Clinic, owner: Pool
) -> None:
    said = await clinic.talk()
    files = [str(await attach_file(owner, clinic.organization, UUID(said["anna"]))) for _ in range(2)]
    await owner.execute("UPDATE attachments SET url = 'file/' || id WHERE id = ANY ($1)", [UUID(id) for id in files])
    await edited(api, clinic.coach, clinic.workout, clinic.assignments[0], title="Its own")
    data = await api.run(REMOVE, clinic.athlete, id=said["anna"], remove=[files[0]])
    (left,) = data["updateComment"]["comment"]["attachments"]
    assert left["id"] not in files
    (gone,) = await api.refusals(REMOVE, clinic.athlete, id=said["anna"], remove=[files[0]])
    assert gone == ("NOT_FOUND", ["removeAttachmentIds", "0"])
    stored = "SELECT count(*) FROM attachments WHERE id = ANY ($1) AND deleted_at IS NULL"
    assert await owner.fetchval(stored, [UUID(file) for file in files]) == 2


async def test_of_copies_in_several_assignments_the_athlete_is_asked_which(
    api: Api, clinic: Clinic, said: dict[str, str]
) -> None:
    (second,) = await assigned(api, clinic.coach, clinic.workout, clinic.athlete, day="2026-04-01")
    await edited(api, clinic.coach, clinic.workout, second, title="Another")
    for text, values in ((EDIT_COMMENT, {"body": "x"}), (DELETE_COMMENT, {})):
        (error,) = await api.user_errors(text, clinic.athlete, id=said["anna"], **values)
        assert (error["code"], error["field"]) == ("CONFLICT", ["id"]) and "through the assignment" in error["message"]
    input = {"movementId": clinic.movement, "body": "which"}
    (error,) = await api.user_errors(ADD_COMMENT, clinic.athlete, input=input)
    assert (error["code"], error["field"]) == ("CONFLICT", ["input", "movementId"])
    assert "assignmentId" in error["message"]
    await api.run(ADD_COMMENT, clinic.athlete, input={**input, "assignmentId": second})


async def test_a_coach_edits_the_comment_of_the_library_by_its_id_and_others_find_no_copy(
    api: Api, clinic: Clinic, said: dict[str, str]
) -> None:
    await api.run(EDIT_COMMENT, clinic.coach, id=said["coach"], body="Coach")
    assert ("coach" in await clinic.seen(clinic.athlete), "Coach" in await clinic.seen(clinic.coach, 1)) == (True, True)
    for id in (said["coach"], said["coach to anna"]):
        assert await api.refusals(EDIT_COMMENT, clinic.athlete, id=id, body="x") == [("FORBIDDEN", ["id"])]
    for id in (said["ben"], said["coach to ben"]):
        assert await api.refusals(EDIT_COMMENT, clinic.athlete, id=id, body="x") == [("NOT_FOUND", ["id"])]
