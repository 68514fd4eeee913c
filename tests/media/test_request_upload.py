"""Announcing an upload: permissions, types and sizes, and the key of the stored file."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import pytest

from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import create as create_exercise
from tests.exercise.documents import update as update_exercise
from tests.media.files import REQUEST, Pool, Refusals, Studio, key_of, key_stored, picture
from tests.waiting import until
from tests.workout.documents import NO_ID, Json

MIB = 1024 * 1024
IMAGES = ("image/jpeg", "image/png", "image/webp")
VIDEOS = ("video/mp4", "video/quicktime", "video/webm")
TAKEN = {
    "EXERCISE_VIDEO": dict.fromkeys(VIDEOS, 500 * MIB),
    "EXERCISE_THUMBNAIL": dict.fromkeys(IMAGES, 10 * MIB),
    "INSTRUCTION_IMAGE": dict.fromkeys(IMAGES, 10 * MIB),
    "COMMENT_ATTACHMENT": {**dict.fromkeys((*IMAGES, "image/gif"), 20 * MIB), **dict.fromkeys(VIDEOS, 200 * MIB)},
}
EVERYTHING = {*IMAGES, *VIDEOS, "image/gif"}
ENDINGS = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif",
    "video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm",
}  # fmt: skip
FOLDERS = {"EXERCISE_VIDEO": "video", "EXERCISE_THUMBNAIL": "thumbnail", "INSTRUCTION_IMAGE": "instructions/{id}"}
ORGANIZATION, EXERCISE = ["input", "organizationId"], ["input", "exerciseId"]


@dataclass
class Gym:
    """An organization, an exercise of its own, and people as it sees them."""

    organization: Organization
    exercise: str
    people: dict[str, Person]


@pytest.fixture
async def gym(api: Api, world: World) -> Gym:
    organization = await world.organization()
    exercise = await create_exercise(api, organization.coach, organization)
    people = {
        "owner": organization.owner,
        "admin": await world.join(organization.id, "admin"),
        "coach": organization.coach,
        "member": organization.member,
        "outsider": (await world.organization()).coach,
        "platform admin": await world.person(is_platform_admin=True),
    }
    return Gym(organization, exercise["id"], people)


def request(gym: Gym, purpose: str, mime: str | None = None, size: int = 1, **values: object) -> Json:
    """The input that announces a file of the gym's."""
    where = {} if purpose == "COMMENT_ATTACHMENT" else {"exerciseId": gym.exercise}
    file = {"purpose": purpose, "mime": mime or next(iter(TAKEN[purpose])), "filename": "a", "sizeBytes": size}
    return {"organizationId": str(gym.organization.id), **where, **file, **values}


async def stored(owner: Pool, gym: Gym) -> int:
    """Number of uploads that the gym's people have announced."""
    ids = [person.id for person in gym.people.values()]
    count: int = await owner.fetchval("SELECT count(*) FROM uploads WHERE user_id = ANY ($1)", ids)
    return count


@pytest.mark.parametrize("purpose", TAKEN)
async def test_each_purpose_takes_its_types_up_to_their_limit_and_no_byte_more(
    api: Api, owner: Pool, gym: Gym, purpose: str
) -> None:
    coach = gym.organization.coach
    for mime, max_bytes in TAKEN[purpose].items():
        for size in (1, max_bytes):
            assert await api.refusals(REQUEST, coach, input=request(gym, purpose, mime, size)) == []
        for size in (0, -1, max_bytes + 1, 2**31 - 1):
            refused = await api.refusals(REQUEST, coach, input=request(gym, purpose, mime, size))
            assert refused == [("INVALID_INPUT", ["input", "sizeBytes"])]
    assert await stored(owner, gym) == 2 * len(TAKEN[purpose])


@pytest.mark.parametrize("purpose", TAKEN)
async def test_each_purpose_refuses_every_other_type(api: Api, owner: Pool, gym: Gym, purpose: str) -> None:
    others = ["", "image/svg+xml", "text/html", "image/avif", "application/pdf", "image/png; x", "image/*", "png"]
    others += ["image/png\r\nX-Evil: 1", "image/png\0", "image/" + "p" * 300, *EVERYTHING - TAKEN[purpose].keys()]
    for mime in others:
        refused = await api.refusals(REQUEST, gym.organization.coach, input={**request(gym, purpose), "mime": mime})
        assert refused == [("INVALID_INPUT", ["input", "mime"])], mime
    assert await stored(owner, gym) == 0


async def test_a_type_in_capitals_is_the_same_type(studio: Studio) -> None:
    upload = await studio.announce(5, mime=" IMAGE/PNG ")
    assert (upload["method"], upload["headers"]) == ("PUT", [{"name": "Content-Type", "value": "image/png"}])
    assert (await studio.send(upload, b"12345")).status_code == 204


NOT_MINE: Refusals = [("NOT_FOUND", ORGANIZATION)]
NOT_YOURS: Refusals = [("FORBIDDEN", ORGANIZATION)]


@pytest.mark.parametrize(
    ("who", "comment", "exercise", "canonical"),
    [
        ("owner", [], [], NOT_YOURS),
        ("admin", [], [], NOT_YOURS),
        ("coach", [], [], NOT_YOURS),
        ("member", [], NOT_YOURS, NOT_YOURS),
        ("outsider", NOT_MINE, [*NOT_MINE, ("EXERCISE_NOT_VISIBLE", ["input", "exerciseId"])], NOT_YOURS),
        ("platform admin", NOT_MINE, NOT_MINE, []),
    ],
)
async def test_members_announce_for_comments_coaches_for_exercises_and_platform_admins_for_canonical_ones(
    api: Api, world: World, owner: Pool, gym: Gym, who: str, comment: Refusals, exercise: Refusals, canonical: Refusals
) -> None:
    person = gym.people[who]
    assert await api.refusals(REQUEST, person, input=request(gym, "COMMENT_ATTACHMENT")) == comment
    for purpose in FOLDERS:
        assert await api.refusals(REQUEST, person, input=request(gym, purpose)) == exercise
        values: Json = {"organizationId": None, "exerciseId": await world.exercise_id("back-squat")}
        assert await api.refusals(REQUEST, person, input=request(gym, purpose, **values)) == canonical
    assert await stored(owner, gym) == sum([not comment, 3 * (not exercise), 3 * (not canonical)])


async def test_an_anonymous_caller_cannot_announce_an_upload(api: Api, gym: Gym) -> None:
    response = await api.post(REQUEST, None, input=request(gym, "COMMENT_ATTACHMENT"))
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_an_exercise_that_the_user_cannot_write_in_that_organization_is_refused(
    api: Api, world: World, owner: Pool, gym: Gym
) -> None:
    other = await world.organization()
    foreign = (await create_exercise(api, other.coach, other))["id"]
    admin = gym.people["platform admin"]
    draft = (await create_exercise(api, admin, slug=f"draft-{UUID(gym.exercise).hex}", status="DRAFT"))["id"]
    for id in (foreign, draft, NO_ID):
        refused = await api.refusals(
            REQUEST, gym.organization.coach, input=request(gym, "EXERCISE_VIDEO", exerciseId=id)
        )
        assert refused == [("EXERCISE_NOT_VISIBLE", EXERCISE)]
    inside = request(gym, "EXERCISE_VIDEO", organizationId=None)
    assert await api.refusals(REQUEST, admin, input=inside) == [("EXERCISE_NOT_VISIBLE", EXERCISE)]
    await owner.execute("UPDATE exercises SET deleted_at = now() WHERE id = $1", UUID(gym.exercise))
    gone = await api.refusals(REQUEST, gym.organization.coach, input=request(gym, "EXERCISE_VIDEO"))
    assert gone == [("EXERCISE_NOT_VISIBLE", EXERCISE)]
    assert await stored(owner, gym) == 0


async def test_an_archived_own_exercise_still_accepts_files(api: Api, gym: Gym) -> None:
    await update_exercise(api, gym.organization.coach, gym.exercise, status="ARCHIVED")
    assert await api.refusals(REQUEST, gym.organization.coach, input=request(gym, "EXERCISE_VIDEO")) == []


@pytest.mark.parametrize(
    ("purpose", "values", "path"),
    [
        ("EXERCISE_VIDEO", {"exerciseId": None}, EXERCISE),
        ("INSTRUCTION_IMAGE", {"exerciseId": ""}, EXERCISE),
        ("EXERCISE_THUMBNAIL", {"exerciseId": "../../etc"}, EXERCISE),
        ("EXERCISE_THUMBNAIL", {"organizationId": ""}, ORGANIZATION),
        ("COMMENT_ATTACHMENT", {"organizationId": None}, ORGANIZATION),
        ("COMMENT_ATTACHMENT", {"organizationId": ".."}, ORGANIZATION),
        ("COMMENT_ATTACHMENT", {"exerciseId": NO_ID}, EXERCISE),
    ],
)
async def test_an_owner_that_does_not_fit_the_purpose_is_refused(
    api: Api, owner: Pool, gym: Gym, purpose: str, values: Json, path: list[str]
) -> None:
    refused = await api.refusals(REQUEST, gym.organization.coach, input=request(gym, purpose, **values))
    assert refused == [("INVALID_INPUT", path)]
    assert await stored(owner, gym) == 0


@pytest.mark.parametrize("canonical", [False, True], ids=["own", "canonical"])
async def test_files_are_stored_under_the_keys_of_the_domain(
    api: Api, world: World, owner: Pool, gym: Gym, canonical: bool
) -> None:
    person = gym.people["platform admin" if canonical else "coach"]
    exercise = await world.exercise_id("back-squat") if canonical else gym.exercise
    scope = "global" if canonical else str(gym.organization.id)
    for purpose, folder in FOLDERS.items():
        for mime in TAKEN[purpose]:
            where: Json = {"organizationId": None if canonical else scope, "exerciseId": exercise}
            made = await api.run(REQUEST, person, input=request(gym, purpose, mime, filename="Squat 1.tar.gz", **where))
            upload = made["requestUpload"]["upload"]
            key = f"{scope}/exercises/{exercise}/{folder.format(id=upload['id'])}/Squat_1_tar.{ENDINGS[mime]}"
            assert await key_stored(owner, upload["id"]) == key
            assert key_of(upload["url"]) == f"staging/{upload['id']}/{key}"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../../etc/passwd", "passwd"), ("..\\..\\boot.ini", "boot"), ("/etc/cron.d/x.png", "x"), ("..", "file"),
        (".", "file"), (".htaccess", "htaccess"), ("a/", "file"), ("C:\\a\\b.PNG", "b"),
        ("%2e%2e%2fetc", "2e_2e_2fetc"),
        ("\u2025\uff0f\u2215x.png", "x"), ("evil\u202egnp.exe", "evil_gnp"), ("a?b#c&d=e.png", "a_b_c_d_e"),
        ("<script>.html", "script"), ("a.php.png", "a_php"), ("x" * 255, "x" * 112), ("ש" * 200, "ש" * 56),
        ("💪.png", "file"), ("סקוואט.png", "סקוואט"), ("e\u0301.png", "é"), ("~$ `id`;'\".png", "id"), ("-rf", "-rf"),
    ],
)  # fmt: skip
async def test_only_a_harmless_last_path_segment_of_a_filename_is_used(
    studio: Studio, owner: Pool, given: str, name: str
) -> None:
    upload = await studio.announce(3, filename=given)
    assert (await key_stored(owner, upload["id"])).split("/")[-1] == f"{name}.png"
    assert (await studio.send(upload, b"abc")).status_code == 204


@pytest.mark.parametrize("filename", ["", "  ", "a\0.png", "a\nb.png", "x" * 256, "\u200b", "a\x07"])
async def test_an_invalid_filename_is_refused(studio: Studio, filename: str) -> None:
    refused = await studio.api.refusals(REQUEST, studio.coach, input=studio.announcement(3, filename=filename))
    assert refused == [("INVALID_INPUT", ["input", "filename"])]


async def wait_with(owner: Pool, person: Person, organization: Organization, count: int) -> None:
    """Let so many uploads of a person wait."""
    await owner.execute(
        """
        INSERT INTO uploads (organization_id, user_id, purpose, key, mime, size_bytes, expires_at)
        SELECT $1, $2, 'comment_attachment', 'k', 'image/png', 1, now() FROM generate_series(1, $3)
        """,
        organization.id,
        person.id,
        count,
    )


async def test_a_person_may_have_a_hundred_waiting_uploads_and_the_next_is_refused_until_one_is_used(
    studio: Studio, owner: Pool
) -> None:
    id = await studio.uploaded(picture())
    await wait_with(owner, studio.coach, studio.organization, 99)
    again = studio.announcement(1)
    assert [code for code, _ in await studio.api.refusals(REQUEST, studio.coach, input=again)] == ["CONFLICT"]
    assert await studio.api.refusals(REQUEST, studio.organization.member, input=again) == []
    await studio.use(id)
    assert await studio.api.refusals(REQUEST, studio.coach, input=again) == []


async def test_many_concurrent_requests_get_no_more_than_a_hundred_waiting_uploads(studio: Studio, owner: Pool) -> None:
    await wait_with(owner, studio.coach, studio.organization, 99)
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE uploads IN SHARE ROW EXCLUSIVE MODE")
        refusals = (studio.api.refusals(REQUEST, studio.coach, input=studio.announcement(1)) for _ in range(4))
        tasks = [asyncio.create_task(one) for one in refusals]
        await until(lambda: _blocked(owner, 4))
    assert sorted(map(len, await asyncio.gather(*tasks))) == [0, 1, 1, 1]
    count = await owner.fetchval("SELECT count(*) FROM uploads WHERE user_id = $1", studio.coach.id)
    assert count == 100


async def _blocked(owner: Pool, count: int) -> bool:
    """True if this number of statements in this database wait for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return bool(await owner.fetchval(waiting) == count)
