"""Handouts at signed addresses: for whom, of what, until when; too long ones are refused."""

import io
import json
import re
from base64 import b64decode
from datetime import date
from uuid import UUID

import httpx
import pytest
from PIL import Image

from kinegraph.handout.rules import MAX_ROWS
from kinegraph.outside.storage_folder import FolderStorage
from kinegraph.services import Services
from tests.conftest import Api, Counter, Organization, Person, World
from tests.record.test_history import opened
from tests.treatment import StoredVersion, store_enrollment, store_version
from tests.workout.documents import Json, Pool

VERSION = """query ($id: ID!, $language: Language!, $week: Int) {
  node(id: $id) { ... on PlanVersion { handout(language: $language, week: $week) {
    language htmlUrl pdfUrl expiresAt
  } } }
}"""
ENROLLMENT = """query ($id: ID!, $language: Language, $week: Int, $name: Boolean) {
  enrollment(id: $id) { handout(language: $language, week: $week, showsName: $name) { language htmlUrl pdfUrl } }
}"""
START = date(2026, 3, 1)


@pytest.fixture(scope="module")
async def version(world: World, owner: Pool, gym: Organization) -> StoredVersion:
    """A version of eight weeks, with two sessions in each."""
    wall, squat = [UUID(await world.exercise_id(slug)) for slug in ("wall-slide", "back-squat")]
    days = {(week, day): [wall, squat] if day == 1 else [squat] for week in range(1, 9) for day in (1, 4)}
    return await store_version(owner, gym, days, title="Knee <b>programme</b>")


@pytest.fixture(scope="module")
async def enrollment(owner: Pool, gym: Organization, version: StoredVersion) -> UUID:
    """The member in the version, who reads Hebrew."""
    await owner.execute(
        "INSERT INTO patients (organization_id, user_id, language) VALUES ($1, $2, 'he') "
        "ON CONFLICT ON CONSTRAINT patients_user_key DO UPDATE SET language = 'he'",
        gym.id,
        gym.member.id,
    )
    return await store_enrollment(owner, gym, version, gym.member, START)


async def of_version(api: Api, person: Person, version: StoredVersion, language: str = "EN", **values: object) -> Json:
    """The handout of a version."""
    found: Json = (await api.run(VERSION, person, id=str(version.id), language=language, **values))["node"]["handout"]
    return found


async def of_enrollment(api: Api, person: Person, id: UUID, **values: object) -> Json:
    """The handout of an enrollment."""
    found: Json = (await api.run(ENROLLMENT, person, id=str(id), **values))["enrollment"]["handout"]
    return found


async def test_a_coach_opens_a_version_as_html_and_as_pdf_without_a_token(
    api: Api, gym: Organization, version: StoredVersion
) -> None:
    for language, words in (("EN", "Weeks 1–8"), ("HE", "שבועות 1 עד 8"), ("RU", "Недели 1–8")):
        handout = await of_version(api, gym.coach, version, language)
        assert handout["language"] == language
        page, pdf = [await opened(api, handout[name]) for name in ("htmlUrl", "pdfUrl")]
        assert (page.status_code, pdf.status_code) == (200, 200)
        assert words in page.text and "Knee &lt;b&gt;programme&lt;/b&gt;" in page.text
        assert page.text.count('<article class="card">') == 2 and "Back Squat" in page.text
        assert page.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
        assert pdf.headers["content-disposition"] == f'inline; filename="handout-{language.lower()}.pdf"'
        assert page.headers["cache-control"] == pdf.headers["cache-control"] == "private, max-age=60"


async def test_a_patient_gets_their_own_language_name_and_dates(api: Api, gym: Organization, enrollment: UUID) -> None:
    for person in (gym.member, gym.coach):
        handout = await of_enrollment(api, person, enrollment)
        page = (await opened(api, handout["htmlUrl"])).text
        assert handout["language"] == "HE" and '<html lang="he" dir="rtl">' in page
        assert "8 במרץ 2026" in page and "יום 1 (א׳)" in page and ">Person</bdi>" in page
    handout = await of_enrollment(api, gym.member, enrollment, language="RU", week=2, name=False)
    page = (await opened(api, handout["htmlUrl"])).text
    assert ">Person</bdi>" not in page and "Неделя 2" in page and "Неделя 1" not in page
    assert "8 марта 2026 г." in page


async def test_a_handout_has_the_content_of_exercises_as_it_is_now(
    api: Api, world: World, owner: Pool, gym: Organization, version: StoredVersion
) -> None:
    handout = await of_version(api, gym.coach, version)
    await owner.execute(
        "INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides) VALUES ($1, $2, $3)",
        gym.id,
        UUID(await world.exercise_id("wall-slide")),
        json.dumps({"name": "Our Wall Slide", "videoUrl": "https://video.example/ours"}),
    )
    page = (await opened(api, handout["htmlUrl"])).text
    assert "Our Wall Slide" in page and '<a href="https://video.example/ours" dir="ltr">' in page


async def test_nobody_else_gets_an_address_and_an_address_shows_what_its_signer_may_read(
    api: Api, world: World, owner: Pool, gym: Organization, version: StoredVersion, enrollment: UUID
) -> None:
    other, outsider = await world.join(gym.id, "member"), (await world.organization()).owner
    for stranger in (other, outsider):
        assert (await api.run(ENROLLMENT, stranger, id=str(enrollment)))["enrollment"] is None
        assert (await api.run(VERSION, stranger, id=str(version.id), language="EN"))["node"] is None
    coach = await world.join(gym.id, "coach")
    urls = [(await of_version(api, coach, version))["htmlUrl"], (await of_enrollment(api, coach, enrollment))["pdfUrl"]]
    assert [(await opened(api, url)).status_code for url in urls] == [200, 200]
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", coach.id)
    assert [(await opened(api, url)).status_code for url in urls] == [404, 404]
    await owner.execute("UPDATE users SET tokens_valid_after = now() + interval '1 minute' WHERE id = $1", coach.id)
    assert [(await opened(api, url)).status_code for url in urls] == [403, 403]


async def test_opening_the_handout_of_an_enrollment_is_recorded_of_everybody_but_the_patient(
    api: Api, world: World, owner: Pool, gym: Organization, enrollment: UUID
) -> None:
    coach = await world.join(gym.id, "coach")
    urls = [(await of_enrollment(api, person, enrollment))["htmlUrl"] for person in (coach, gym.member)]
    counted = "SELECT count(*) FROM audit_entries WHERE organization_id = $1 AND types = '{Enrollment,Handout}'"
    before = await owner.fetchval(counted, gym.id)
    for url in urls:
        assert (await opened(api, url)).status_code == 200
    assert await owner.fetchval(counted, gym.id) == before + 1


async def test_an_address_cannot_be_altered(
    api: Api, gym: Organization, version: StoredVersion, enrollment: UUID
) -> None:
    url = (await of_enrollment(api, gym.member, enrollment, name=False))["htmlUrl"]
    altered = [
        url.replace(str(gym.member.id), str(gym.coach.id)),
        url.replace("language=he", "language=ru"),
        url.replace("name=0", "name=1"),
        url.replace("/handouts/html", "/handouts/pdf"),
        url.replace("/handouts/html", "/handouts/other"),
        url.replace(str(version.id), str(UUID(int=1))),
        f"{url}&week=1",
        url.partition("&signature")[0],
    ]
    for each in altered:
        assert each != url and (await opened(api, each)).status_code == 403, each
    assert (await opened(api, url)).status_code == 200


@pytest.mark.parametrize("week", [0, 9, -1])
async def test_a_week_that_the_version_does_not_have_is_refused(
    api: Api, gym: Organization, version: StoredVersion, week: int
) -> None:
    response = await api.post(VERSION, gym.coach, id=str(version.id), language="EN", week=week)
    (error,) = response.json()["errors"]
    assert error["message"] == f"Must be from 1 to 8; this is {week}."
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["week"]}


async def test_a_plan_that_is_too_long_is_refused_as_a_whole_and_printed_week_by_week(
    api: Api, world: World, owner: Pool, gym: Organization
) -> None:
    ids = [UUID(await world.exercise_id(slug)) for slug in ("wall-slide", "back-squat")]
    days = {(week, 1): [ids[0]] * (week % 2 + 1) + [ids[1]] * (week // 2 % 17) for week in range(1, 105)}
    long = await store_version(owner, gym, days, weeks=104)
    assert (await opened(api, (await of_version(api, gym.coach, long))["htmlUrl"])).status_code == 200
    await owner.execute("ALTER TABLE plan_version_exercises DISABLE TRIGGER USER")
    await owner.execute(
        "UPDATE plan_version_exercises x SET reps = s.week FROM plan_version_sessions s "
        "WHERE s.id = x.session_id AND x.version_id = $1",
        long.id,
    )
    await owner.execute("ALTER TABLE plan_version_exercises ENABLE TRIGGER USER")
    total = sum(map(len, days.values()))
    assert total > MAX_ROWS
    (error,) = (await api.post(VERSION, gym.coach, id=str(long.id), language="EN")).json()["errors"]
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["week"]}
    assert error["message"] == (
        f"A handout has at most 600 prescriptions of 80 exercises, and this one would have {total} of 2: "
        "ask for the weeks one by one."
    )
    page = await opened(api, (await of_version(api, gym.coach, long, week=103))["htmlUrl"])
    assert page.status_code == 200 and "103 repetitions" in page.text.replace("\u00a0", " ")


async def test_instructions_without_end_are_refused_when_the_address_is_opened(
    api: Api, world: World, owner: Pool, gym: Organization
) -> None:
    ids = [
        await owner.fetchval("INSERT INTO exercises (organization_id, name) VALUES ($1, $2) RETURNING id", gym.id, name)
        for name in ("One", "Two", "Three", "Four")
    ]
    await owner.execute(
        "INSERT INTO exercise_instructions (organization_id, exercise_id, type, body, sort_order) "
        "SELECT $1, id, 'step', repeat('x', 2000), n FROM unnest($2::uuid[]) AS e (id), generate_series(0, 49) AS n",
        *(gym.id, ids),
    )
    version = await store_version(owner, gym, {(1, 1): ids})
    answer: httpx.Response = await opened(api, (await of_version(api, gym.coach, version))["pdfUrl"])
    assert answer.status_code == 422
    assert answer.json() == {"error": "The exercises of this handout have too many instructions; ask for one week."}


async def test_the_addresses_of_many_versions_take_as_many_statements_as_those_of_one(
    counter: Counter, world: World, owner: Pool
) -> None:
    gym = await world.organization()
    squat = UUID(await world.exercise_id("back-squat"))
    one = await store_version(owner, gym, {(1, 1): [squat]})
    document = """query ($id: ID!) { treatmentPlan(id: $id) { versions { handout(language: RU) { pdfUrl } } } }"""
    counts = []
    for _ in range(2):
        counter.statements.clear()
        await counter.api.run(document, gym.coach, id=str(one.plan_id))
        counts.append(len(counter.statements))
        for _ in range(3):
            await store_version(owner, gym, {(1, 1): [squat]}, plan_id=one.plan_id)
    assert counts[0] == counts[1]


async def test_a_still_picture_that_was_uploaded_is_shown_and_none_is_loaded_from_elsewhere(
    api: Api, owner: Pool, gym: Organization, services: Services, storage: FolderStorage
) -> None:
    start = f"{gym.id}/exercises/{UUID(int=1)}/thumbnail/0123456789ab"
    keys = [f"{start}/picture.png", f"{start}/broken.png", f"{start}/missing.png", f"{gym.id}/private.png"]
    picture = io.BytesIO()
    Image.new("RGB", (800, 600), "red").save(picture, "PNG")
    for key, content in zip(keys, (picture.getvalue(), b"no picture", None, picture.getvalue()), strict=True):
        if content is not None:
            await storage.write(key, content, "image/png")
    urls = [f"{services.settings.address}/files/{key}" for key in keys]
    ids = [
        await owner.fetchval(
            "INSERT INTO exercises (organization_id, name, thumbnail_url) VALUES ($1, $2, $3) RETURNING id",
            *(gym.id, f"Exercise {number}", url),
        )
        for number, url in enumerate([*urls, "http://169.254.169.254/picture.png"])
    ]
    version = await store_version(owner, gym, {(1, 1): ids})
    handout = await of_version(api, gym.coach, version)
    page = (await opened(api, handout["htmlUrl"])).text
    assert page.count('<article class="card">') == 5 and page.count("<img") == 1
    shown = re.search(r'src="data:image/jpeg;base64,([^"]+)"', page)
    assert shown is not None
    assert Image.open(io.BytesIO(b64decode(shown[1]))).size == (400, 400)
    assert (await opened(api, handout["pdfUrl"])).content.startswith(b"%PDF-")
