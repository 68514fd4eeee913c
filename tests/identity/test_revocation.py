"""Revoked tokens and memberships are refused at the next request, whatever is cached; settings bound the rest."""

import time
from collections.abc import AsyncIterator

import jwt
import pytest

from kinegraph.services import Services
from tests.conftest import SECRET, Api, Counter, Person, World
from tests.identity.keys import assert_signed_in, assert_unauthenticated, claims, request, served
from tests.identity.rows import Pool


def issued(person: Person, seconds_ago: float | None, **others: str) -> str:
    """A token of a person that was issued then; None for one without `iat`."""
    at = None if seconds_ago is None else time.time() - seconds_ago
    return jwt.encode(claims(person, iat=at, **others), SECRET, algorithm="HS256")


def expired(person: Person, seconds_ago: int) -> str:
    """A token of a person that expired then."""
    return jwt.encode(claims(person, exp=int(time.time()) - seconds_ago), SECRET, algorithm="HS256")


async def revoke(owner: Pool, person: Person, seconds_ago: int = 0) -> None:
    moment = "clock_timestamp() - make_interval(secs => $2)"
    await owner.execute(f"UPDATE users SET tokens_valid_after = {moment} WHERE id = $1", person.id, seconds_ago)


@pytest.fixture(params=["sub", "email"])
async def naming(request: pytest.FixtureRequest, services: Services) -> AsyncIterator[Api]:
    """The API where tokens name users by id, whose viewers are cached, and by e-mail."""
    async with served(services, SECRET, jwt_user_claim=request.param) as api:
        yield api


async def test_a_token_that_was_issued_before_its_users_tokens_were_revoked_is_refused(
    naming: Api, world: World, owner: Pool
) -> None:
    person = await world.person()
    before = issued(person, 10, email=person.email)
    for _ in range(3):  # cached by then
        assert_signed_in(await request(naming, before), person)
    await revoke(owner, person, 5)
    assert_unauthenticated(await request(naming, before))
    after = issued(person, 1, email=person.email)
    for _ in range(3):
        assert_signed_in(await request(naming, after), person)
        assert_unauthenticated(await request(naming, before))


async def test_a_token_that_does_not_say_when_it_was_issued_is_refused_once_tokens_were_revoked(
    api: Api, world: World, owner: Pool
) -> None:
    person = await world.person()
    assert_signed_in(await request(api, issued(person, None)), person)
    await revoke(owner, person)
    assert_unauthenticated(await request(api, issued(person, None)))


@pytest.mark.parametrize("document", ["{ viewer { user { id } } }", "mutation { deleteWorkout(id: 1) { deletedId } }"])
async def test_a_refused_token_is_looked_up_once(counter: Counter, world: World, owner: Pool, document: str) -> None:
    person = await world.person()
    await revoke(owner, person)
    with counter.counting() as statements:
        response = await counter.api.client.post(
            "/graphql", json={"query": document}, headers={"Authorization": f"Bearer {issued(person, 60)}"}
        )
    assert_unauthenticated(response)
    assert sum("kinegraph_authenticate" in each for each in statements) == 1


async def test_revoking_one_users_tokens_leaves_anothers(api: Api, world: World, owner: Pool) -> None:
    one, other = await world.person(), await world.person()
    await revoke(owner, one)
    assert_unauthenticated(await request(api, issued(one, 60)))
    assert_signed_in(await request(api, issued(other, 60)), other)


async def test_a_membership_that_ends_has_an_effect_on_the_next_request(api: Api, world: World, owner: Pool) -> None:
    organization = await world.organization()
    query = {"query": f'{{ organization(id: "{organization.id}") {{ name }} }}'}
    for _ in range(3):
        assert (await request(api, organization.coach.token, query)).json()["data"]["organization"] is not None
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", organization.coach.id)
    assert (await request(api, organization.coach.token, query)).json()["data"]["organization"] is None


async def test_only_the_algorithms_of_the_setting_are_accepted(services: Services, person: Person) -> None:
    async with served(services, SECRET, jwt_algorithms=("RS256",)) as api:
        assert_unauthenticated(await request(api, issued(person, 0)))
    async with served(services, SECRET, jwt_algorithms=("ES256", "HS256")) as api:
        assert_signed_in(await request(api, issued(person, 0)), person)


async def test_the_tolerated_difference_of_clocks_is_a_setting(services: Services, person: Person) -> None:
    async with served(services, SECRET, jwt_leeway_seconds=0) as api:
        assert_unauthenticated(await request(api, expired(person, 1)))
    async with served(services, SECRET, jwt_leeway_seconds=300) as api:
        assert_signed_in(await request(api, expired(person, 200)), person)
