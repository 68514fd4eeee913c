"""Pictures of instructions: first named by the id of an upload, then by the instruction's imageKey."""

import asyncio
from typing import Any  # inputs and answers are JSON
from uuid import UUID

import pytest

from tests.conftest import Api, Person, World
from tests.exercise.details import CREATE, UPDATE, ExerciseClient, instruction, stable
from tests.media.files import REQUEST, picture
from tests.workout.documents import Pool

AT = ["input", "instructions", "0", "imageKey"]
NOT_FOUND = [("UPLOAD_NOT_FOUND", AT)]


@pytest.fixture
async def client(api: Api, world: World) -> ExerciseClient:
    """An organization to write exercises in."""
    return ExerciseClient(api, await world.organization())


async def pictured(client: ExerciseClient, content: bytes) -> Any:
    """An exercise whose only instruction has this picture."""
    id = (await client.create())["id"]
    return await client.update(id, instructions=[instruction("look", imageKey=await client.uploaded(id, content))])


async def test_a_picture_is_served_as_it_was_sent_under_a_key_of_its_exercise(client: ExerciseClient) -> None:
    content = picture("green")
    exercise = await pictured(client, content)
    (instruction,) = (await client.read(exercise["id"]))["instructions"]
    response = await client.api.client.get(instruction["imageUrl"])
    assert (response.content, response.headers["content-type"]) == (content, "image/png")
    assert instruction["imageKey"].startswith(f"{client.organization.id}/exercises/{exercise['id']}/instructions/")


async def test_a_sent_image_key_retains_a_picture_and_leaving_it_out_removes_it(client: ExerciseClient) -> None:
    exercise = await pictured(client, picture())
    key = exercise["instructions"][0]["imageKey"]
    assert stable(await client.update(exercise["id"], instructions=[instruction("look", imageKey=key)])) == stable(
        exercise
    )
    moved = await client.update(exercise["id"], instructions=[instruction("new"), instruction("look", imageKey=key)])
    assert [each["imageKey"] for each in moved["instructions"]] == [None, key]
    bare = await client.update(exercise["id"], instructions=[instruction("look")])
    assert (bare["instructions"][0]["imageKey"], bare["instructions"][0]["imageUrl"]) == (None, None)


@pytest.mark.parametrize("nothing", [None, ""])
async def test_an_instruction_without_a_picture_has_neither_key_nor_address(
    client: ExerciseClient, nothing: str | None
) -> None:
    exercise = await client.create(instructions=[instruction(imageKey=nothing)])
    assert (exercise["instructions"][0]["imageKey"], exercise["instructions"][0]["imageUrl"]) == (None, None)


async def test_a_picture_of_the_organization_or_of_a_canonical_exercise_is_used_again_by_its_key(
    client: ExerciseClient, admin: Person
) -> None:
    own = await pictured(client, picture("red"))
    canonical = (await client.create(admin, organizationId=None))["id"]
    upload = await client.uploaded(canonical, picture("blue"), admin, organizationId=None)
    shown = await client.update(canonical, admin, instructions=[instruction(imageKey=upload)])
    keys = [each["instructions"][0]["imageKey"] for each in (own, shown)]
    made = await client.create(instructions=[instruction(imageKey=key) for key in keys])
    assert [await client.served(each) for each in made["instructions"]] == [picture("red"), picture("blue")]
    assert keys[1].startswith("global/")


async def test_another_organizations_key_is_refused_even_to_who_coaches_both(
    client: ExerciseClient, api: Api, world: World
) -> None:
    other = ExerciseClient(api, await world.organization())
    key = (await pictured(other, picture()))["instructions"][0]["imageKey"]
    both = await world.join(client.organization.id, "coach")
    await world.join(other.organization.id, "coach", both)
    exercise = await client.create()
    for person in (client.coach, both):
        assert await client.refused(exercise["id"], person, instructions=[instruction(imageKey=key)]) == NOT_FOUND
    found = await api.refusals(
        CREATE,
        both,
        input={"organizationId": str(client.organization.id), "name": "x", "instructions": [instruction(imageKey=key)]},
    )
    assert found == NOT_FOUND


async def test_a_canonical_exercise_takes_no_organizations_picture(
    client: ExerciseClient, admin: Person, world: World
) -> None:
    key = (await pictured(client, picture()))["instructions"][0]["imageKey"]
    await world.join(client.organization.id, "coach", admin)
    canonical = await client.create(admin, organizationId=None)
    assert await client.refused(canonical["id"], admin, instructions=[instruction(imageKey=key)]) == NOT_FOUND


async def test_an_upload_of_somebody_else_or_for_another_exercise_organization_or_purpose_is_refused(
    client: ExerciseClient, api: Api, world: World
) -> None:
    both = await world.join(client.organization.id, "coach")
    other = await world.organization()
    await world.join(other.id, "coach", both)
    mine, elsewhere = await client.create(), await client.create()
    foreign = await ExerciseClient(api, other).create(both)
    canonical = await world.exercise_id("clamshell")
    uploads = [
        await client.uploaded(mine["id"], picture()),
        await client.uploaded(elsewhere["id"], picture(), both),
        await client.uploaded(foreign["id"], picture(), both, organizationId=str(other.id)),
        await client.uploaded(canonical, picture(), both, purpose="EXERCISE_THUMBNAIL"),
        await client.uploaded(mine["id"], picture(), both, purpose="EXERCISE_THUMBNAIL"),
    ]
    for upload in uploads:
        assert await client.refused(mine["id"], both, instructions=[instruction(imageKey=upload)]) == NOT_FOUND
    assert (await client.read(mine["id"]))["instructions"] == []


async def test_an_upload_is_used_once_also_by_concurrent_requests(client: ExerciseClient) -> None:
    exercise = await client.create()
    upload = await client.uploaded(exercise["id"], picture())
    calls = [client.refused(exercise["id"], instructions=[instruction(str(n), imageKey=upload)]) for n in range(6)]
    assert sorted(await asyncio.gather(*calls)) == [[], *[NOT_FOUND] * 5]
    for spelled in (upload, upload.upper()):
        assert await client.refused(exercise["id"], instructions=[instruction(imageKey=spelled)]) == NOT_FOUND
    (stored,) = (await client.read(exercise["id"]))["instructions"]
    assert await client.served(stored) == picture()


async def test_a_new_exercise_cannot_use_an_upload_of_another(client: ExerciseClient) -> None:
    upload = await client.uploaded((await client.create())["id"], picture())
    input = {"organizationId": str(client.organization.id), "name": "x", "instructions": [instruction(imageKey=upload)]}
    assert await client.api.refusals(CREATE, client.coach, input=input) == NOT_FOUND


async def test_the_storage_path_of_an_unused_file_is_refused_as_image_key(client: ExerciseClient, owner: Pool) -> None:
    exercise = await client.create()
    upload = await client.uploaded(exercise["id"], picture())
    key = await owner.fetchval("SELECT key FROM uploads WHERE id = $1", UUID(upload))
    for guess in (key, f"staging/{upload}/{key}", f"../{key}", "staging"):
        assert await client.refused(exercise["id"], instructions=[instruction(imageKey=guess)]) == NOT_FOUND


@pytest.mark.parametrize(
    "fault", [{"difficulty": 9}, {"status": None}, {"termIds": ["01a1fe54-1f00-7000-8000-000000000000"]},
              {"instructions": [instruction(" ")]}]
)  # fmt: skip
async def test_an_upload_of_a_refused_update_can_still_be_used(client: ExerciseClient, fault: dict[str, Any]) -> None:
    exercise = await client.create()
    upload = await client.uploaded(exercise["id"], picture())
    named = [instruction(imageKey=upload)]
    assert len(await client.refused(exercise["id"], **{"instructions": named, **fault})) == 1
    changed = await client.update(exercise["id"], instructions=named)
    assert await client.served(changed["instructions"][0]) == picture()


@pytest.mark.parametrize(
    "content", [b"<script>alert(1)</script>", b"GIF89a" + b"\0" * 50, b"\xff\xd8\xff" + b"\0" * 50]
)
async def test_a_file_of_another_type_than_announced_becomes_no_picture(client: ExerciseClient, content: bytes) -> None:
    exercise = await client.create()
    upload = await client.uploaded(exercise["id"], content)
    assert await client.refused(exercise["id"], instructions=[instruction(imageKey=upload)]) == [("INVALID_INPUT", AT)]


async def test_an_upload_whose_file_has_not_arrived_is_no_picture(client: ExerciseClient) -> None:
    exercise = await client.create()
    input = {"organizationId": str(client.organization.id), "purpose": "INSTRUCTION_IMAGE",
             "exerciseId": exercise["id"], "filename": "a.png", "mime": "image/png", "sizeBytes": 9}  # fmt: skip
    upload = (await client.api.run(REQUEST, client.coach, input=input))["requestUpload"]["upload"]["id"]
    assert await client.refused(exercise["id"], instructions=[instruction(imageKey=upload)]) == NOT_FOUND


async def test_members_see_pictures_and_strangers_do_not_see_the_exercise(client: ExerciseClient, world: World) -> None:
    exercise = await pictured(client, picture())
    shown = await client.read(exercise["id"], client.organization.member)
    assert await client.served(shown["instructions"][0]) == picture()
    assert await client.read(exercise["id"], (await world.organization()).owner) is None


async def test_of_two_updates_in_one_request_the_second_does_not_get_the_upload(client: ExerciseClient) -> None:
    exercise = await client.create()
    upload = await client.uploaded(exercise["id"], picture())
    text = UPDATE.replace("{ updateExercise(", "{ a: updateExercise(").removesuffix("}")
    text += " b: updateExercise(id: $id, input: $input) { exercise { id } userErrors { code message field } } }"
    response = await client.api.post(
        text, client.coach, id=exercise["id"], input={"instructions": [instruction(imageKey=upload)]}
    )
    data = response.json()["data"]
    assert data["a"]["userErrors"] == [] and [error["field"] for error in data["b"]["userErrors"]] == [AT]
    assert data["b"]["exercise"] is None
