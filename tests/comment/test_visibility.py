"""Members see the comments of staff and their own, and other members' only where the organization says so."""

from uuid import UUID

import asyncpg
import pytest

from tests.assignment.snapshots import edited
from tests.comment.visibility import (
    ADD_THROUGH,
    THROUGH,
    Clinic,
    clinic_of,
    see_each_other,
    through,
    visible_rows,
)
from tests.conftest import Api, World
from tests.identity.rows import attach
from tests.workout.documents import ADD_COMMENT, DELETE_COMMENT, EDIT_COMMENT, Pool, comment

ALL = {
    "coach": ["anna to coach", "ben to coach", "coach to coach"],
    "anna": ["coach to anna"],
    "ben": ["coach to ben"],
}
ANNAS = {"coach": ["anna to coach", "coach to coach"], "anna": ["coach to anna"]}
BENS = {"coach": ["ben to coach", "coach to coach"], "ben": ["coach to ben"]}


@pytest.fixture
async def clinic(api: Api, world: World) -> Clinic:
    return await clinic_of(api, world)


async def test_members_see_the_comments_of_staff_and_their_own(clinic: Clinic, world: World) -> None:
    await clinic.talk()
    assert await clinic.seen(clinic.coach) == await clinic.seen(clinic.organization.owner) == ALL
    assert await clinic.seen(clinic.athlete) == ANNAS
    assert await clinic.seen(clinic.other, 1) == BENS


async def test_other_members_comments_are_seen_only_where_members_see_each_other(
    api: Api, clinic: Clinic, owner: Pool
) -> None:
    await clinic.talk()
    setting = "query ($id: ID!) { organization(id: $id) { membersSeeEachOther } }"
    for on in (True, False):
        await see_each_other(owner, clinic.organization, on=on)
        data = await api.run(setting, clinic.athlete, id=str(clinic.organization.id))
        assert data["organization"] == {"membersSeeEachOther": on}
        assert await clinic.seen(clinic.athlete) == (ALL if on else ANNAS)
        assert await clinic.seen(clinic.other, 1) == (ALL if on else BENS)


async def test_forks_follow_the_same_rule(api: Api, clinic: Clinic, owner: Pool) -> None:
    await clinic.talk()
    for id in clinic.assignments:
        await edited(api, clinic.coach, clinic.workout, id, title="Its own")
    assert await clinic.seen(clinic.coach) == await clinic.seen(clinic.coach, 1) == ALL
    assert (await clinic.seen(clinic.athlete), await clinic.seen(clinic.other, 1)) == (ANNAS, BENS)
    await see_each_other(owner, clinic.organization)
    assert await clinic.seen(clinic.athlete) == await clinic.seen(clinic.other, 1) == ALL


async def test_row_level_security_alone_hides_other_members_comments(clinic: Clinic, world: World, owner: Pool) -> None:
    said = await clinic.talk()
    hidden = {"ben", "ben to coach", "coach to ben"}
    assert await visible_rows(world, clinic.coach, clinic.organization) == list(said)
    assert await visible_rows(world, clinic.athlete, clinic.organization) == [b for b in said if b not in hidden]
    async with world.writing_as(clinic.athlete) as session:
        for verb in ("UPDATE exercise_comments SET body = 'Taken'", "DELETE FROM exercise_comments"):
            assert await session.run(f"{verb} WHERE author_id <> $1", clinic.athlete.id) == 0
    await see_each_other(owner, clinic.organization)
    assert await visible_rows(world, clinic.athlete, clinic.organization) == list(said)


async def test_row_level_security_alone_lets_no_member_write_as_another_or_below_a_hidden_comment(
    clinic: Clinic, world: World
) -> None:
    said = await clinic.talk()
    columns = {"organization_id": clinic.organization.id, "workout_movement_id": UUID(clinic.movement), "body": "Hm"}
    mine = {**columns, "author_id": clinic.athlete.id}
    for wrong in (
        {**mine, "by_staff": True},
        {**mine, "author_id": clinic.other.id},
        {**mine, "author_id": clinic.coach.id, "by_staff": True},
        {**mine, "parent_comment_id": UUID(said["ben"])},
    ):
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.CheckViolationError)):
            async with world.writing_as(clinic.athlete) as session:
                await session.insert("exercise_comments", wrong)
    for column in ("by_staff", "author_id", "parent_by_staff", "parent_author_id"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with world.writing_as(clinic.athlete) as session:
                await session.run(f"UPDATE exercise_comments SET {column} = {column}")


async def test_a_hidden_comment_is_neither_replied_to_nor_edited_nor_deleted_nor_confirmed_to_exist(
    api: Api, clinic: Clinic
) -> None:
    said = await clinic.talk()
    for body in ("ben", "ben to coach", "coach to ben"):
        input = {"movementId": clinic.movement, "body": "Hm", "parentCommentId": said[body]}
        expected = [("NOT_FOUND", ["input", "parentCommentId"])]
        assert await api.refusals(ADD_COMMENT, clinic.athlete, input=input) == expected
        assert await api.refusals(EDIT_COMMENT, clinic.athlete, id=said[body], body="Hm") == [("NOT_FOUND", ["id"])]
        assert await api.refusals(DELETE_COMMENT, clinic.athlete, id=said[body]) == [("NOT_FOUND", ["id"])]
    assert await clinic.seen(clinic.coach) == ALL


async def test_a_file_is_shown_with_its_comment(api: Api, clinic: Clinic, world: World, owner: Pool) -> None:
    said = await clinic.talk()
    files = {body: await attach(owner, clinic.organization, UUID(id)) for body, id in said.items()}
    data = await api.run(THROUGH, clinic.athlete, id=clinic.assignments[0])
    (row,) = data["assignment"]["workout"]["sections"][0]["movements"]
    shown = {file["id"] for top in row["comments"] for each in (top, *top["replies"]) for file in each["attachments"]}
    expected = {files[body] for body in ("coach", "anna", "anna to coach", "coach to coach", "coach to anna")}
    assert shown == {str(id) for id in expected}
    async with world.writing_as(clinic.athlete) as session:
        rows = await session.fetch("SELECT id FROM attachments")
        assert {row.id for row in rows} == expected
        changed = await session.run("UPDATE attachments SET deleted_at = now()")
        assert changed == 2  # those of the athlete's own comments


async def test_who_becomes_a_coach_does_not_show_what_they_wrote_as_an_athlete_and_a_coach_who_left_is_still_shown(
    api: Api, clinic: Clinic, owner: Pool
) -> None:
    await clinic.talk()
    await owner.execute("UPDATE memberships SET role = 'coach' WHERE user_id = $1", clinic.other.id)
    await clinic.say(clinic.other, "ben as a coach")
    assert await clinic.seen(clinic.athlete) == {**ANNAS, "ben as a coach": []}
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", clinic.other.id)
    assert await clinic.seen(clinic.athlete) == {**ANNAS, "ben as a coach": []}


async def test_an_athlete_whose_assignment_was_forked_comments_with_the_ids_that_they_hold(
    api: Api, clinic: Clinic
) -> None:
    said = await clinic.talk()
    copy = await edited(api, clinic.coach, clinic.workout, clinic.assignments[0], title="Its own")
    copied = copy["sections"][0]["movements"][0]["id"]
    input = through(clinic, "top")
    made = (await api.run(ADD_THROUGH, clinic.athlete, input=input))["addComment"]["comment"]
    assert (made["movement"], made["parent"]) == ({"id": copied}, None)
    reply = through(clinic, "reply", parentCommentId=said["coach"])
    made = (await api.run(ADD_THROUGH, clinic.athlete, input=reply))["addComment"]["comment"]
    assert made["movement"] == {"id": copied} and made["parent"]["id"] != said["coach"]
    on_copy = {**through(clinic, "again"), "movementId": copied}
    await api.run(ADD_THROUGH, clinic.coach, input=on_copy)
    expected = {**ANNAS, "coach": [*ANNAS["coach"], "reply"], "top": [], "again": []}
    assert await clinic.seen(clinic.athlete) == expected
    assert await clinic.seen(clinic.other, 1) == BENS


async def test_with_an_assignment_that_was_not_forked_the_comment_goes_to_the_library_workout(
    api: Api, clinic: Clinic
) -> None:
    await api.run(ADD_THROUGH, clinic.athlete, input=through(clinic, "top"))
    await api.run(ADD_THROUGH, clinic.coach, input=through(clinic, "staff", 1))
    assert await clinic.seen(clinic.coach, 1) == {"top": [], "staff": []}


async def test_an_assignment_that_is_not_the_callers_or_of_another_workout_is_refused(
    api: Api, clinic: Clinic, world: World
) -> None:
    elsewhere = await clinic_of(api, world)
    wrong = [("NOT_FOUND", ["input", "assignmentId"])]
    assert await api.refusals(ADD_THROUGH, clinic.athlete, input=through(clinic, "x", 1)) == wrong
    hidden_too = [*wrong, ("NOT_FOUND", ["input", "movementId"])]
    assert await api.refusals(ADD_THROUGH, elsewhere.coach, input=through(clinic, "x")) == hidden_too
    other = {**through(clinic, "x"), "movementId": elsewhere.movement}
    assert await api.refusals(ADD_THROUGH, clinic.coach, input=other) == [("NOT_FOUND", ["input", "movementId"])]
    bad = {**through(clinic, "x"), "assignmentId": "x"}
    assert await api.refusals(ADD_THROUGH, clinic.coach, input=bad) == [("INVALID_INPUT", ["input", "assignmentId"])]
    await edited(api, clinic.coach, clinic.workout, clinic.assignments[0], title="Its own")
    theirs = await comment(api, clinic.other, clinic.movement, "ben")
    hidden = through(clinic, "x", parentCommentId=theirs)
    refused = await api.refusals(ADD_THROUGH, clinic.athlete, input=hidden)
    assert refused == [("NOT_FOUND", ["input", "parentCommentId"])]
