"""Answers to GET have an ETag, and 304 without a body is answered to a client that has the answer already."""

import pytest

from tests.api.test_compression import LARGE, SMALL, raw
from tests.conftest import Api, Organization, World

WORKOUTS = "{ viewer { memberships { organization { workouts { totalCount nodes { title } } } } } }"


@pytest.fixture(scope="module")
async def organization(world: World) -> Organization:
    return await world.organization()


@pytest.mark.parametrize("query", [SMALL, LARGE])
@pytest.mark.parametrize("encoding", [None, "gzip", "zstd"])
async def test_the_same_answer_is_not_sent_twice(
    api: Api, organization: Organization, query: str, encoding: str | None
) -> None:
    first, _ = await raw(api, organization, encoding, query, "GET")
    assert first.status_code == 200
    assert first.headers["cache-control"] == "private, no-cache"
    assert set(first.headers["vary"].split(", ")) == {"Accept", "Accept-Encoding", "Origin", "Authorization"}
    tag = first.headers["etag"]
    for sent in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        again, body = await raw(api, organization, encoding, query, "GET", **{"If-None-Match": sent})
        assert (again.status_code, body, again.headers["etag"]) == (304, b"", tag)
        assert "Authorization" in again.headers["vary"]
    whole, body = await raw(api, organization, encoding, query, "GET", **{"If-None-Match": 'W/"other", junk'})
    assert (whole.status_code, whole.headers["etag"]) == (200, tag) and body


async def test_a_change_is_seen_by_the_next_request(api: Api, organization: Organization, world: World) -> None:
    first, _ = await raw(api, organization, None, WORKOUTS, "GET")
    has = {"If-None-Match": first.headers["etag"]}
    assert (await raw(api, organization, None, WORKOUTS, "GET", **has))[0].status_code == 304
    async with world.writing_as(organization.coach) as session:
        await session.insert(
            "workouts", {"organization_id": organization.id, "author_id": organization.coach.id, "title": "New"}
        )
    again, body = await raw(api, organization, None, WORKOUTS, "GET", **has)
    assert again.status_code == 200 and b'"New"' in body


async def test_answers_of_two_users_have_two_tags(api: Api, organization: Organization) -> None:
    query = {"query": "{ viewer { user { id } } }"}
    tags = set()
    for person in (organization.coach, organization.member):
        headers = {"authorization": f"Bearer {person.token}"}
        tags.add((await api.client.get("/graphql", params=query, headers=headers)).headers["etag"])
    assert len(tags) == 2


async def test_head_has_the_tag_of_get(api: Api, organization: Organization) -> None:
    get, _ = await raw(api, organization, None, LARGE, "GET")
    head, body = await raw(api, organization, None, LARGE, "HEAD")
    assert (head.headers["etag"], body) == (get.headers["etag"], b"")
    has = {"If-None-Match": head.headers["etag"]}
    assert (await raw(api, organization, None, LARGE, "HEAD", **has))[0].status_code == 304


@pytest.mark.parametrize("query", ["{ nothing }", "{", '{ exercise(id: "x") { name } }'])
async def test_an_answer_with_errors_is_not_to_be_stored(api: Api, organization: Organization, query: str) -> None:
    response, _ = await raw(api, organization, None, query, "GET", **{"If-None-Match": "*"})
    assert response.status_code != 304 and "etag" not in response.headers
    assert response.headers["cache-control"] == "no-store"


async def test_an_answer_to_post_has_no_tag(api: Api, organization: Organization) -> None:
    response, _ = await raw(api, organization, None, SMALL, "POST", **{"If-None-Match": "*"})
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    assert "etag" not in response.headers
