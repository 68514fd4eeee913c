"""The history of an exercise by day, and its chart at a signed address that shows its signer's rows only."""

from datetime import date
from urllib.parse import urlsplit

import httpx
import pytest

from tests.conftest import Api, Organization, Person, World
from tests.identity.rows import Pool
from tests.record.test_records import done, planned_again
from tests.result.documents import kg, lb, planned
from tests.workout.documents import Json

HISTORY = """query ($athlete: ID!, $exercise: ID!, $from: Date!, $to: Date!) {
  exerciseHistory(athleteId: $athlete, exerciseId: $exercise, from: $from, to: $to) {
    points { performedOn setCount estimatedOneRepMaxKilograms volumeKilograms bestSet { reps load { value unit } } }
    chart { url expiresAt }
  }
}"""


async def history(
    api: Api, person: Person, athlete: Person, exercise: str, start: str = "2026-01-01", to: str = "2026-12-31"
) -> Json:
    """The history of an athlete in an exercise, as the person sees it."""
    variables = {"athlete": str(athlete.id), "exercise": exercise, "from": start, "to": to}
    found: Json = (await api.run(HISTORY, person, **variables))["exerciseHistory"]
    return found


async def opened(api: Api, url: str) -> httpx.Response:
    """The answer of a signed address, without a token."""
    parts = urlsplit(url)
    return await api.client.get(f"{parts.path}?{parts.query}")


async def lifted(api: Api, world: World, exercise: str) -> Organization:
    """An organization whose member has lifted on two days."""
    organization, made, first = await planned(api, world, day="2026-03-01")
    _, _, later = await planned_again(api, organization, made, "2026-03-08")
    five, three, one = {"reps": 5, "load": kg(100)}, {"reps": 3, "load": kg(109)}, {"reps": 1, "load": lb(300)}
    await done(api, organization, first, exercise, date(2026, 3, 1), five, three)
    await done(api, organization, later, exercise, date(2026, 3, 8), one)
    return organization


async def test_a_point_has_the_best_set_of_its_day_and_the_sums_of_all(api: Api, world: World, squat: str) -> None:
    organization = await lifted(api, world, squat)
    found = await history(api, organization.coach, organization.member, f"{organization.id}:{squat}")
    assert found["points"] == [
        {
            "performedOn": "2026-03-01", "setCount": 2, "estimatedOneRepMaxKilograms": pytest.approx(119.9),
            "volumeKilograms": 827, "bestSet": {"reps": 3, "load": kg(109)},
        },
        {
            "performedOn": "2026-03-08", "setCount": 1, "estimatedOneRepMaxKilograms": pytest.approx(136.077711),
            "volumeKilograms": pytest.approx(136.077711), "bestSet": {"reps": 1, "load": lb(300)},
        },
    ]  # fmt: skip
    later = await history(api, organization.member, organization.member, squat, "2026-03-02")
    assert [point["performedOn"] for point in later["points"]] == ["2026-03-08"]


async def test_the_chart_is_an_svg_with_the_name_of_the_exercise_and_its_values(
    api: Api, world: World, squat: str
) -> None:
    organization = await lifted(api, world, squat)
    found = await history(api, organization.member, organization.member, squat)
    response = await opened(api, found["chart"]["url"])
    assert (response.status_code, response.headers["content-type"]) == (200, "image/svg+xml")
    assert response.headers["content-security-policy"] == "default-src 'none'; sandbox"
    for words in ("<title", "Back Squat, 2026-01-01 to 2026-12-31", "Estimated 1RM 136.1", "Best load 136.1"):
        assert words in response.text
    empty = await history(api, organization.member, organization.member, squat, "2026-04-01")
    assert "No set of Back Squat is recorded" in (await opened(api, empty["chart"]["url"])).text


async def test_an_address_cannot_be_altered_and_ends_with_the_rights_of_its_signer(
    api: Api, world: World, owner: Pool, squat: str
) -> None:
    organization, other = await lifted(api, world, squat), await lifted(api, world, squat)
    url = (await history(api, organization.coach, organization.member, squat))["chart"]["url"]
    altered = [
        url.replace(str(organization.member.id), str(other.member.id)),
        url.replace(str(organization.coach.id), str(other.coach.id)),
        url.replace("2026-12-31", "2027-12-31"),
        url.replace("expires=1", "expires=2"),
        url.replace("/charts/exercise-history", "/charts/training-load"),
        f"{url}&user={other.coach.id}",
        url.partition("&signature")[0],
    ]
    for each in altered:
        assert each != url and (await opened(api, each)).status_code == 403, each
    assert (await opened(api, url)).status_code == 200
    ends = "UPDATE memberships SET deleted_at = now() WHERE user_id = $1"
    await owner.execute(ends, organization.coach.id)
    assert (await opened(api, url)).status_code == 404


async def test_an_address_ends_when_the_tokens_of_its_signer_are_revoked(
    api: Api, world: World, owner: Pool, squat: str
) -> None:
    organization = await lifted(api, world, squat)
    url = (await history(api, organization.member, organization.member, squat))["chart"]["url"]
    revoke = "UPDATE users SET tokens_valid_after = now() + interval '1 minute' WHERE id = $1"
    await owner.execute(revoke, organization.member.id)
    assert (await opened(api, url)).status_code == 403


@pytest.mark.parametrize(("start", "to"), [("2026-03-02", "2026-03-01"), ("2020-01-01", "2026-01-01")])
async def test_a_window_that_ends_before_it_begins_or_is_too_long_is_refused(
    api: Api, world: World, squat: str, start: str, to: str
) -> None:
    organization = await world.organization()
    variables = {"athlete": str(organization.member.id), "exercise": squat, "from": start, "to": to}
    (error,) = (await api.post(HISTORY, organization.member, **variables)).json()["errors"]
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["to"]}
