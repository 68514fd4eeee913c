"""Pictures of instructions: sent as uploads, named by an upload's id once, by imageKey from then on."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from kinegraph.services import Services
from kinegraph.settings import Settings
from tests.conftest import SECRET, Api, Person, World
from tests.exercise.details import CREATE, UPDATE, Desk, stable, step
from tests.media.files import REQUEST, picture

Pool = Any
AT = ["input", "instructions", "0", "imageKey"]
NOT_FOUND = [("UPLOAD_NOT_FOUND", AT)]


@pytest.fixture(scope="module")
def services(database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Services:
    """The application with a folder of files of this module's own."""
    settings = Settings(environment="development", home=tmp_path_factory.mktemp("home"))
    return Services(settings, database_url, redis_url, SECRET)


@pytest.fixture
async def desk(api: Api, world: World) -> Desk:
    """An organization to write exercises in."""
    return Desk(api, await world.organization())


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    """A platform admin."""
    return await world.person(is_platform_admin=True)


async def pictured(desk: Desk, content: bytes) -> Any:
    """An exercise whose only instruction has this picture."""
    id = (await desk.create())["id"]
    return await desk.update(id, instructions=[step("look", imageKey=await desk.uploaded(id, content))])


async def test_a_picture_is_served_as_it_was_sent_under_a_key_of_its_exercise(desk: Desk) -> None:
    content = picture("green")
    exercise = await pictured(desk, content)
    (instruction,) = (await desk.read(exercise["id"]))["instructions"]
    response = await desk.api.client.get(instruction["imageUrl"])
    assert (response.content, response.headers["content-type"]) == (content, "image/png")
    assert instruction["imageKey"].startswith(f"{desk.organization.id}/exercises/{exercise['id']}/instructions/")


async def test_an_imagekey_keeps_a_picture_and_leaving_it_out_drops_it(desk: Desk) -> None:
    exercise = await pictured(desk, picture())
    key = exercise["instructions"][0]["imageKey"]
    assert stable(await desk.update(exercise["id"], instructions=[step("look", imageKey=key)])) == stable(exercise)
    moved = await desk.update(exercise["id"], instructions=[step("new"), step("look", imageKey=key)])
    assert [each["imageKey"] for each in moved["instructions"]] == [None, key]
    bare = await desk.update(exercise["id"], instructions=[step("look")])
    assert (bare["instructions"][0]["imageKey"], bare["instructions"][0]["imageUrl"]) == (None, None)


@pytest.mark.parametrize("nothing", [None, ""])
async def test_an_instruction_without_a_picture_has_neither_key_nor_address(desk: Desk, nothing: str | None) -> None:
    exercise = await desk.create(instructions=[step(imageKey=nothing)])
    assert (exercise["instructions"][0]["imageKey"], exercise["instructions"][0]["imageUrl"]) == (None, None)


async def test_a_picture_of_the_organization_or_of_a_canonical_exercise_is_used_again_by_its_key(
    desk: Desk, admin: Person
) -> None:
    own = await pictured(desk, picture("red"))
    canonical = (await desk.create(admin, organizationId=None))["id"]
    upload = await desk.uploaded(canonical, picture("blue"), admin, organizationId=None)
    shown = await desk.update(canonical, admin, instructions=[step(imageKey=upload)])
    keys = [each["instructions"][0]["imageKey"] for each in (own, shown)]
    made = await desk.create(instructions=[step(imageKey=key) for key in keys])
    assert [await desk.served(each) for each in made["instructions"]] == [picture("red"), picture("blue")]
    assert keys[1].startswith("global/")


async def test_another_organizations_key_is_refused_even_to_who_coaches_both(
    desk: Desk, api: Api, world: World
) -> None:
    other = Desk(api, await world.organization())
    key = (await pictured(other, picture()))["instructions"][0]["imageKey"]
    both = await world.join(desk.organization.id, "coach")
    await world.join(other.organization.id, "coach", both)
    exercise = await desk.create()
    for person in (desk.coach, both):
        assert await desk.refused(exercise["id"], person, instructions=[step(imageKey=key)]) == NOT_FOUND
    found = await api.refusals(
        CREATE,
        both,
        input={"organizationId": str(desk.organization.id), "name": "x", "instructions": [step(imageKey=key)]},
    )
    assert found == NOT_FOUND


async def test_a_canonical_exercise_takes_no_organizations_picture(desk: Desk, admin: Person, world: World) -> None:
    key = (await pictured(desk, picture()))["instructions"][0]["imageKey"]
    await world.join(desk.organization.id, "coach", admin)
    canonical = await desk.create(admin, organizationId=None)
    assert await desk.refused(canonical["id"], admin, instructions=[step(imageKey=key)]) == NOT_FOUND


async def test_an_upload_of_somebody_else_or_for_another_exercise_organization_or_purpose_is_refused(
    desk: Desk, api: Api, world: World
) -> None:
    both = await world.join(desk.organization.id, "coach")
    other = await world.organization()
    await world.join(other.id, "coach", both)
    mine, elsewhere = await desk.create(), await desk.create()
    foreign = await Desk(api, other).create(both)
    canonical = await world.exercise_id("clamshell")
    uploads = [
        await desk.uploaded(mine["id"], picture()),
        await desk.uploaded(elsewhere["id"], picture(), both),
        await desk.uploaded(foreign["id"], picture(), both, organizationId=str(other.id)),
        await desk.uploaded(canonical, picture(), both, purpose="EXERCISE_THUMBNAIL"),
        await desk.uploaded(mine["id"], picture(), both, purpose="EXERCISE_THUMBNAIL"),
    ]
    for upload in uploads:
        assert await desk.refused(mine["id"], both, instructions=[step(imageKey=upload)]) == NOT_FOUND
    assert (await desk.read(mine["id"]))["instructions"] == []


async def test_an_upload_is_used_once_and_by_one_of_many_who_try_at_once(desk: Desk) -> None:
    exercise = await desk.create()
    upload = await desk.uploaded(exercise["id"], picture())
    calls = [desk.refused(exercise["id"], instructions=[step(str(n), imageKey=upload)]) for n in range(6)]
    assert sorted(await asyncio.gather(*calls)) == [[], *[NOT_FOUND] * 5]
    for spelled in (upload, upload.upper()):
        assert await desk.refused(exercise["id"], instructions=[step(imageKey=spelled)]) == NOT_FOUND
    (instruction,) = (await desk.read(exercise["id"]))["instructions"]
    assert await desk.served(instruction) == picture()


async def test_a_new_exercise_has_no_upload_yet_and_naming_one_of_another_says_so(desk: Desk) -> None:
    upload = await desk.uploaded((await desk.create())["id"], picture())
    input = {"organizationId": str(desk.organization.id), "name": "x", "instructions": [step(imageKey=upload)]}
    assert await desk.api.refusals(CREATE, desk.coach, input=input) == NOT_FOUND


async def test_the_place_of_a_file_before_it_was_used_is_no_imagekey(desk: Desk, owner: Pool) -> None:
    exercise = await desk.create()
    upload = await desk.uploaded(exercise["id"], picture())
    key = await owner.fetchval("SELECT key FROM uploads WHERE id = $1", UUID(upload))
    for guess in (key, f"staging/{upload}/{key}", f"../{key}", "staging"):
        assert await desk.refused(exercise["id"], instructions=[step(imageKey=guess)]) == NOT_FOUND


@pytest.mark.parametrize(
    "fault", [{"difficulty": 9}, {"status": None}, {"termIds": ["01a1fe54-1f00-7000-8000-000000000000"]},
              {"instructions": [step(" ")]}]
)  # fmt: skip
async def test_an_upload_of_a_refused_update_can_still_be_used(desk: Desk, fault: dict[str, Any]) -> None:
    exercise = await desk.create()
    upload = await desk.uploaded(exercise["id"], picture())
    named = [step(imageKey=upload)]
    assert len(await desk.refused(exercise["id"], **{"instructions": named, **fault})) == 1
    changed = await desk.update(exercise["id"], instructions=named)
    assert await desk.served(changed["instructions"][0]) == picture()


@pytest.mark.parametrize(
    "content", [b"<script>alert(1)</script>", b"GIF89a" + b"\0" * 50, b"\xff\xd8\xff" + b"\0" * 50]
)
async def test_a_file_that_is_not_what_it_was_announced_as_becomes_no_picture(desk: Desk, content: bytes) -> None:
    exercise = await desk.create()
    upload = await desk.uploaded(exercise["id"], content)
    assert await desk.refused(exercise["id"], instructions=[step(imageKey=upload)]) == [("INVALID_INPUT", AT)]


async def test_an_upload_whose_file_has_not_arrived_is_no_picture(desk: Desk) -> None:
    exercise = await desk.create()
    input = {"organizationId": str(desk.organization.id), "purpose": "INSTRUCTION_IMAGE", "exerciseId": exercise["id"],
             "filename": "a.png", "mime": "image/png", "sizeBytes": 9}  # fmt: skip
    upload = (await desk.api.run(REQUEST, desk.coach, input=input))["requestUpload"]["upload"]["id"]
    assert await desk.refused(exercise["id"], instructions=[step(imageKey=upload)]) == NOT_FOUND


async def test_members_see_pictures_and_strangers_do_not_see_the_exercise(desk: Desk, world: World) -> None:
    exercise = await pictured(desk, picture())
    shown = await desk.read(exercise["id"], desk.organization.member)
    assert await desk.served(shown["instructions"][0]) == picture()
    assert await desk.read(exercise["id"], (await world.organization()).owner) is None


async def test_of_two_updates_in_one_request_the_second_does_not_get_the_upload(desk: Desk) -> None:
    exercise = await desk.create()
    upload = await desk.uploaded(exercise["id"], picture())
    text = UPDATE.replace("{ updateExercise(", "{ a: updateExercise(").removesuffix("}")
    text += " b: updateExercise(id: $id, input: $input) { exercise { id } userErrors { code message field } } }"
    response = await desk.api.post(text, desk.coach, id=exercise["id"], input={"instructions": [step(imageKey=upload)]})
    data = response.json()["data"]
    assert data["a"]["userErrors"] == [] and [error["field"] for error in data["b"]["userErrors"]] == [AT]
    assert data["b"]["exercise"] is None
