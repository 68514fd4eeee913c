"""Comments on movements: their bodies, replies, and the permissions to write, edit and delete them."""

import asyncio
from dataclasses import dataclass

import pytest

from tests.comment.visibility import see_each_other
from tests.conftest import Api, Organization, Person, World
from tests.workout.documents import (
    ADD_COMMENT,
    DELETE_COMMENT,
    EDIT_COMMENT,
    NO_ID,
    SET,
    Json,
    Pool,
    assign,
    comment,
    create,
    movement,
    read_tree,
    row_state,
    section,
)

MOVEMENT_PATH = ["input", "movementId"]
PARENT_PATH = ["input", "parentCommentId"]


@dataclass
class CommentedWorkout:
    """A workout with two movements, assigned to the organization's member, and its possible commenters."""

    def __init__(
        self, organization: Organization, workout: str, movements: list[str], people: dict[str, Person]
    ) -> None:
        self.organization = organization
        self.workout = workout
        self.movements = movements
        self.people = people

    async def threads(self, api: Api, person: Person | None = None) -> list[list[tuple[str, list[str]]]]:
        """The comments on each movement: bodies with the bodies of their replies."""
        tree = await read_tree(api, person or self.organization.coach, self.workout)
        return [
            [(top["body"], [reply["body"] for reply in top["replies"]]) for top in row["comments"]]
            for node in tree
            for row in node["movements"]
        ]


@pytest.fixture
async def room(api: Api, world: World, owner: Pool) -> CommentedWorkout:
    organization, other = await world.organization(), await world.organization()
    squat = await world.exercise_id("back-squat")
    made = await create(api, organization, section(movement(squat), movement(squat)))
    await assign(owner, organization, made["id"], organization.member)
    people = {
        "owner": organization.owner,
        "admin": await world.join(organization.id, "admin"),
        "coach": organization.coach,
        "assigned member": organization.member,
        "unassigned member": await world.join(organization.id, "member"),
        "foreign coach": other.coach,
        "stranger": await world.person(),
        "platform admin": await world.person(is_platform_admin=True),
    }
    return CommentedWorkout(organization, made["id"], [row["id"] for row in made["sections"][0]["movements"]], people)


INSIDE = ("owner", "admin", "coach", "assigned member")
OUTSIDE = ("unassigned member", "foreign coach", "stranger", "platform admin")


def inputs(movement_id: str, body: str, parent: str | None = None) -> Json:
    return {"movementId": movement_id, "body": body, "parentCommentId": parent}


async def test_comments_and_replies_are_listed_oldest_first_under_their_movement(
    api: Api, room: CommentedWorkout
) -> None:
    coach, member = room.organization.coach, room.organization.member
    first = await comment(api, member, room.movements[0], "How heavy?")
    await comment(api, coach, room.movements[0], "Well done")
    await comment(api, coach, room.movements[0], "As written", first)
    await comment(api, member, room.movements[0], "Thanks", first)
    await comment(api, coach, room.movements[1], "Elsewhere")
    expected = [[("How heavy?", ["As written", "Thanks"]), ("Well done", [])], [("Elsewhere", [])]]
    assert await room.threads(api) == expected
    assert await room.threads(api, member) == expected


async def test_an_added_comment_is_answered_with_its_movement_parent_and_author(
    api: Api, room: CommentedWorkout
) -> None:
    coach = room.organization.coach
    top = await comment(api, coach, room.movements[0], "Top")
    data = await api.run(ADD_COMMENT, coach, input=inputs(room.movements[0], "  Reply\n", top))
    made = data["addComment"]["comment"]
    assert made == {
        "id": made["id"], "body": "Reply", "createdAt": made["createdAt"], "updatedAt": made["createdAt"],
        "author": {"id": str(coach.id)}, "parent": {"id": top}, "movement": {"id": room.movements[0]}, "replies": [],
    }  # fmt: skip


@pytest.mark.parametrize("who", INSIDE)
async def test_those_who_see_the_workout_comment_reply_and_edit_and_delete_their_own(
    api: Api, room: CommentedWorkout, who: str
) -> None:
    person = room.people[who]
    top = await comment(api, person, room.movements[0], "Mine")
    await comment(api, person, room.movements[0], "Reply", top)
    data = await api.run(EDIT_COMMENT, person, id=top, body=" Mine still ")
    assert data["updateComment"]["comment"]["body"] == "Mine still"
    assert [reply["body"] for reply in data["updateComment"]["comment"]["replies"]] == ["Reply"]
    assert await room.threads(api) == [[("Mine still", ["Reply"])], []]
    assert (await api.run(DELETE_COMMENT, person, id=top))["deleteComment"]["deletedId"] == top
    assert await room.threads(api) == [[], []]


@pytest.mark.parametrize("who", OUTSIDE)
async def test_comments_do_not_exist_for_callers_who_do_not_see_the_workout(
    api: Api, room: CommentedWorkout, who: str
) -> None:
    person = room.people[who]
    top = await comment(api, room.organization.coach, room.movements[0], "Private")
    for parent in (None, top):
        refused = await api.refusals(ADD_COMMENT, person, input=inputs(room.movements[0], "Hm", parent))
        named = [MOVEMENT_PATH, *([["input", "parentCommentId"]] if parent else [])]
        assert refused == [("NOT_FOUND", path) for path in named]
    assert await api.refusals(EDIT_COMMENT, person, id=top, body="Hm") == [("NOT_FOUND", ["id"])]
    assert await api.refusals(DELETE_COMMENT, person, id=top) == [("NOT_FOUND", ["id"])]
    assert await room.threads(api) == [[("Private", [])], []]


@pytest.mark.parametrize("who", INSIDE)
async def test_only_its_author_edits_a_comment(api: Api, room: CommentedWorkout, who: str) -> None:
    people = room.people
    author = people["coach"] if who == "assigned member" else people["assigned member"]
    top = await comment(api, author, room.movements[0], "Mine")
    assert await api.refusals(EDIT_COMMENT, people[who], id=top, body="Yours") == [("FORBIDDEN", ["id"])]
    assert await room.threads(api) == [[("Mine", [])], []]


@pytest.mark.parametrize(
    ("who", "may"), [("owner", True), ("admin", True), ("coach", True), ("assigned member", False)]
)
async def test_coaches_delete_anybodys_comment_and_members_only_their_own(
    api: Api, world: World, owner: Pool, room: CommentedWorkout, who: str, may: bool
) -> None:
    author = await world.join(room.organization.id, "member")
    await assign(owner, room.organization, room.workout, author)
    top = await comment(api, author, room.movements[0], "Mine")
    if not may:
        await see_each_other(owner, room.organization)
    refused = await api.refusals(DELETE_COMMENT, room.people[who], id=top)
    assert refused == ([] if may else [("FORBIDDEN", ["id"])])
    assert await room.threads(api) == [[] if may else [("Mine", [])], []]


async def test_a_reply_to_a_reply_is_refused(api: Api, room: CommentedWorkout) -> None:
    coach = room.organization.coach
    top = await comment(api, coach, room.movements[0], "Top")
    reply = await comment(api, coach, room.movements[0], "Reply", top)
    refused = await api.refusals(ADD_COMMENT, coach, input=inputs(room.movements[0], "Deeper", reply))
    assert refused == [("INVALID_INPUT", PARENT_PATH)]
    assert await room.threads(api) == [[("Top", ["Reply"])], []]


async def test_a_reply_needs_an_existing_comment_on_the_same_movement(api: Api, room: CommentedWorkout) -> None:
    coach = room.organization.coach
    elsewhere = await comment(api, coach, room.movements[1], "Elsewhere")
    deleted = await comment(api, coach, room.movements[0], "Deleted")
    await api.run(DELETE_COMMENT, coach, id=deleted)
    for parent in (elsewhere, deleted, NO_ID, room.movements[0]):
        refused = await api.refusals(ADD_COMMENT, coach, input=inputs(room.movements[0], "Hm", parent))
        assert refused == [("NOT_FOUND", PARENT_PATH)]
    assert await room.threads(api) == [[], [("Elsewhere", [])]]


@pytest.mark.parametrize("parent", ["", " ", "top"])
async def test_an_invalid_parent_id_is_refused_rather_than_ignored(
    api: Api, room: CommentedWorkout, parent: str
) -> None:
    refused = await api.refusals(ADD_COMMENT, room.organization.coach, input=inputs(room.movements[0], "Hm", parent))
    assert refused == [("INVALID_INPUT", PARENT_PATH)]
    assert await room.threads(api) == [[], []]


async def test_the_thread_of_a_deleted_comment_is_neither_shown_nor_reachable_but_stays_stored(
    api: Api, room: CommentedWorkout, owner: Pool
) -> None:
    coach, member = room.organization.coach, room.organization.member
    top = await comment(api, member, room.movements[0], "Top")
    reply = await comment(api, coach, room.movements[0], "Reply", top)
    await api.run(DELETE_COMMENT, member, id=top)
    assert await room.threads(api) == [[], []]
    for id in (top, reply):
        assert await api.refusals(EDIT_COMMENT, coach, id=id, body="Hm") == [("NOT_FOUND", ["id"])]
        assert await api.refusals(DELETE_COMMENT, coach, id=id) == [("NOT_FOUND", ["id"])]
    assert [await row_state(owner, "exercise_comments", id) for id in (top, reply)] == ["hidden", "live"]


async def test_a_deleted_reply_leaves_the_others(api: Api, room: CommentedWorkout) -> None:
    coach = room.organization.coach
    top = await comment(api, coach, room.movements[0], "Top")
    replies = [await comment(api, coach, room.movements[0], body, top) for body in ("One", "Two", "Three")]
    await api.run(DELETE_COMMENT, coach, id=replies[1])
    assert await room.threads(api) == [[("Top", ["One", "Three"])], []]


@pytest.mark.parametrize(
    "body", ["", "   ", "\n\t", "\u2003", "x" * 5_001, "💪" * 5_001, "a\u0000b", "a\u0007b"], ids=range(8)
)
async def test_a_body_that_is_empty_too_long_or_full_of_control_characters_is_refused(
    api: Api, room: CommentedWorkout, body: str
) -> None:
    coach = room.organization.coach
    top = await comment(api, coach, room.movements[0], "Top")
    refused = await api.refusals(ADD_COMMENT, coach, input=inputs(room.movements[0], body))
    assert refused == [("INVALID_INPUT", ["input", "body"])]
    assert await api.refusals(EDIT_COMMENT, coach, id=top, body=body) == [("INVALID_INPUT", ["body"])]
    assert await room.threads(api) == [[("Top", [])], []]


@pytest.mark.parametrize("body", ["💪" * 5_000, "a\nb\tc", "שלום\u202eabc", "<b>&amp;</b>", "\u00e9"])
async def test_a_body_is_returned_exactly_as_sent(api: Api, room: CommentedWorkout, body: str) -> None:
    top = await comment(api, room.organization.coach, room.movements[0], body)
    assert await room.threads(api) == [[(body, [])], []]
    await api.run(EDIT_COMMENT, room.organization.coach, id=top, body=f"{body[:4_000]}!")
    assert await room.threads(api) == [[(f"{body[:4_000]}!", [])], []]


async def test_a_body_is_stored_in_nfc(api: Api, room: CommentedWorkout) -> None:
    await comment(api, room.organization.coach, room.movements[0], "e\u0301")
    assert await room.threads(api) == [[("\u00e9", [])], []]


async def test_an_edit_sets_a_comments_updated_at_only_if_it_changes_the_text(api: Api, room: CommentedWorkout) -> None:
    coach = room.organization.coach
    top = await comment(api, coach, room.movements[0], "Top")
    times = []
    for body in ("Top", " Top ", "Changed"):
        data = (await api.run(EDIT_COMMENT, coach, id=top, body=body))["updateComment"]["comment"]
        times.append((data["createdAt"], data["updatedAt"]))
    (created, same), again, (unchanged, later) = times
    assert created == same and again == (created, same)
    assert unchanged == created and later > created


async def test_a_comment_on_a_removed_movement_cannot_be_edited_or_deleted(
    api: Api, room: CommentedWorkout, owner: Pool
) -> None:
    coach = room.organization.coach
    top = await comment(api, coach, room.movements[0], "Top")
    await api.run(SET, coach, id=room.workout, sections=[])
    assert await api.refusals(EDIT_COMMENT, coach, id=top, body="Hm") == [("NOT_FOUND", ["id"])]
    assert await api.refusals(DELETE_COMMENT, coach, id=top) == [("NOT_FOUND", ["id"])]
    refused = await api.refusals(ADD_COMMENT, coach, input=inputs(room.movements[0], "Hm", top))
    assert refused == [("NOT_FOUND", MOVEMENT_PATH), ("NOT_FOUND", ["input", "parentCommentId"])]
    assert await row_state(owner, "exercise_comments", top) == "live"


async def test_a_member_who_loses_the_assignment_no_longer_sees_their_own_comments(
    api: Api, room: CommentedWorkout, owner: Pool
) -> None:
    member = room.organization.member
    top = await comment(api, member, room.movements[0], "Mine")
    await owner.execute("UPDATE workout_assignments SET deleted_at = now() WHERE athlete_id = $1", member.id)
    assert await api.refusals(EDIT_COMMENT, member, id=top, body="Hm") == [("NOT_FOUND", ["id"])]
    assert await api.refusals(DELETE_COMMENT, member, id=top) == [("NOT_FOUND", ["id"])]
    assert await room.threads(api) == [[("Mine", [])], []]


async def test_concurrent_comments_are_all_stored(api: Api, room: CommentedWorkout) -> None:
    people = [room.people[who] for who in INSIDE] * 3
    made = await asyncio.gather(
        *(comment(api, person, room.movements[0], f"{number}") for number, person in enumerate(people))
    )
    (threads, _) = await room.threads(api)
    assert sorted(body for body, _ in threads) == sorted(f"{number}" for number in range(12))
    assert len(set(made)) == 12


@pytest.mark.parametrize("id", ["", "none", "\u0000", NO_ID])
async def test_a_missing_or_invalid_comment_id_is_refused(api: Api, room: CommentedWorkout, id: str) -> None:
    expected = [("NOT_FOUND" if id == NO_ID else "INVALID_INPUT", ["id"])]
    assert await api.refusals(EDIT_COMMENT, room.organization.coach, id=id, body="Hm") == expected
    assert await api.refusals(DELETE_COMMENT, room.organization.coach, id=id) == expected
