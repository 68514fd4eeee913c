"""Files of exercises: videos, still pictures and instructions' images, announced, sent, used and served."""

from pathlib import Path
from typing import Any  # Any: answers are JSON

from tests.conftest import Api, World
from tests.media.files import Studio, picture

CREATE = "mutation ($i: CreateExerciseInput!) { createExercise(input: $i) { exercise { id } userErrors { code } } }"
UPDATE = """mutation ($id: ID!, $i: UpdateExerciseInput!) { updateExercise(id: $id, input: $i) {
  exercise { videoUrl thumbnailUrl video { url provider status durationSeconds thumbnailUrl }
             instructions { id body imageUrl imageKey } }
  userErrors { code field } } }"""
CLONE = """mutation ($id: ID!, $o: ID!) { cloneExercise(id: $id, organizationId: $o) {
  exercise { id videoUrl instructions { body imageUrl imageKey } } userErrors { code field } } }"""
MOVIE = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00" + b"\x00" * 200


async def exercise_of(api: Api, studio: Studio) -> str:
    """An exercise of the studio's organization."""
    made = await api.run(CREATE, studio.coach, i={"name": "Row", "organizationId": str(studio.organization.id)})
    id: str = made["createExercise"]["exercise"]["id"]
    return id


async def change(api: Api, studio: Studio, id: str, **values: Any) -> Any:
    """The exercise after a change."""
    return (await api.run(UPDATE, studio.coach, id=id, i=values))["updateExercise"]["exercise"]


async def test_an_uploaded_video_is_served_from_a_permanent_address(api: Api, studio: Studio, home: Path) -> None:
    id = await exercise_of(api, studio)
    upload = await studio.uploaded(
        MOVIE, purpose="EXERCISE_VIDEO", exerciseId=id, filename="row it.mp4", mime="video/mp4"
    )
    shown = await change(api, studio, id, videoUploadId=upload, videoDurationSeconds=42)
    video = shown["video"]
    assert (video["provider"], video["status"], video["durationSeconds"]) == ("S3", "MANUAL", 42)
    assert f"/files/{studio.organization.id}/exercises/{id}/video/" in video["url"]
    led = await studio.get(video["url"])
    assert led.status_code == 302
    served = await studio.get(led.headers["location"])
    assert (served.status_code, served.content, served.headers["content-type"]) == (200, MOVIE, "video/mp4")


async def test_an_uploaded_still_picture_is_the_thumbnail(api: Api, studio: Studio) -> None:
    id, content = await exercise_of(api, studio), picture("blue")
    upload = await studio.uploaded(
        content, purpose="EXERCISE_THUMBNAIL", exerciseId=id, filename="a.png", mime="image/png"
    )
    shown = await change(api, studio, id, thumbnailUploadId=upload)
    led = await studio.get(shown["thumbnailUrl"])
    assert (await studio.get(led.headers["location"])).content == content


async def test_an_instructions_picture_is_used_once_by_upload_and_again_by_key(api: Api, studio: Studio) -> None:
    id, content = await exercise_of(api, studio), picture("green")
    upload = await studio.uploaded(
        content, purpose="INSTRUCTION_IMAGE", exerciseId=id, filename="a.png", mime="image/png"
    )
    first = {"type": "STEP", "body": "Pull.", "imageKey": upload}
    shown = (await change(api, studio, id, instructions=[first]))["instructions"]
    assert (await studio.get(shown[0]["imageUrl"])).content == content
    key = shown[0]["imageKey"]
    again = [
        {"type": "STEP", "body": "Pull hard.", "imageKey": key},
        {"type": "SAFETY", "body": "Stop.", "imageKey": key},
    ]
    updated = (await change(api, studio, id, instructions=again))["instructions"]
    assert [each["imageKey"] for each in updated] == [key, key]
    assert updated[0]["id"] == shown[0]["id"]
    assert await api.refusals(UPDATE, studio.coach, id=id, i={"instructions": [first]}) == [
        ("UPLOAD_NOT_FOUND", ["input", "instructions", "0", "imageKey"])
    ]


async def test_a_clone_has_its_sources_pictures(api: Api, studio: Studio) -> None:
    id, content = await exercise_of(api, studio), picture("black")
    upload = await studio.uploaded(
        content, purpose="INSTRUCTION_IMAGE", exerciseId=id, filename="a.png", mime="image/png"
    )
    await change(api, studio, id, instructions=[{"type": "STEP", "body": "Pull.", "imageKey": upload}])
    clone = (await api.run(CLONE, studio.coach, id=id, o=str(studio.organization.id)))["cloneExercise"]["exercise"]
    await change(api, studio, id, instructions=[])
    assert (await studio.get(clone["instructions"][0]["imageUrl"])).content == content


async def test_an_upload_for_another_exercise_or_purpose_is_not_found(api: Api, studio: Studio) -> None:
    id, other = await exercise_of(api, studio), await exercise_of(api, studio)
    thumbnail = await studio.uploaded(picture(), purpose="EXERCISE_THUMBNAIL", exerciseId=other)
    image = await studio.uploaded(picture(), purpose="INSTRUCTION_IMAGE", exerciseId=id)
    for upload in (thumbnail, image):
        refusals = await api.refusals(UPDATE, studio.coach, id=id, i={"thumbnailUploadId": upload})
        assert refusals == [("UPLOAD_NOT_FOUND", ["input", "thumbnailUploadId"])]


async def test_another_organizations_picture_is_not_found_by_its_key(api: Api, world: World, studio: Studio) -> None:
    id = await exercise_of(api, studio)
    upload = await studio.uploaded(
        picture("red"), purpose="INSTRUCTION_IMAGE", exerciseId=id, filename="a.png", mime="image/png"
    )
    shown = await change(api, studio, id, instructions=[{"type": "STEP", "body": "Pull.", "imageKey": upload}])
    other = await world.organization()
    made = await api.run(CREATE, other.coach, i={"name": "Row", "organizationId": str(other.id)})
    stolen = {"type": "STEP", "body": "Pull.", "imageKey": shown["instructions"][0]["imageKey"]}
    refusals = await api.refusals(
        UPDATE, other.coach, id=made["createExercise"]["exercise"]["id"], i={"instructions": [stolen]}
    )
    assert refusals == [("UPLOAD_NOT_FOUND", ["input", "instructions", "0", "imageKey"])]


async def test_no_other_file_has_a_permanent_address(studio: Studio) -> None:
    attachment = await studio.attached(picture())
    key = attachment["url"].split("/media/")[1].split("?")[0]
    for path in (key, "global/exercises/x/video/y", "staging/a/b.png", "../jwt-secret", "%2e%2e/media-secret"):
        assert (await studio.get(f"http://testserver/files/{path}")).status_code == 404, path


async def test_an_organization_overrides_a_canonical_video_by_an_upload(api: Api, world: World, studio: Studio) -> None:
    canonical = await world.exercise_id("back-squat")
    upload = await studio.uploaded(
        MOVIE, purpose="EXERCISE_VIDEO", exerciseId=canonical, filename="ours.mp4", mime="video/mp4"
    )
    text = """mutation ($id: ID!, $o: ID!, $x: ExerciseOverrideInput!) {
      upsertExerciseOverride(exerciseId: $id, organizationId: $o, overrides: $x) {
        exercise { videoUrl customizedFields } userErrors { code field } } }"""
    variables = {"id": canonical, "o": str(studio.organization.id), "x": {"videoUploadId": upload}}
    shown = (await api.run(text, studio.coach, **variables))["upsertExerciseOverride"]["exercise"]
    assert shown["customizedFields"] == ["videoUrl"]
    led = await studio.get(shown["videoUrl"])
    assert (await studio.get(led.headers["location"])).content == MOVIE
    assert await api.refusals(text, studio.coach, **variables) == [("UPLOAD_NOT_FOUND", ["overrides", "videoUploadId"])]
