"""Which idempotency keys are taken, from whom, how many, and which answers are stored."""

import httpx
import pytest

from kinegraph.idempotency import rules, store
from tests.conftest import Api, Organization, World
from tests.idempotency.requests import COUNT, body, keyed
from tests.media.files import Pool


async def test_queries_ignore_the_key_whatever_it_is(api: Api, organization: Organization, key: str) -> None:
    for sent in (key, "not a key,", '"'):
        response = await keyed(api, organization.coach, {"query": "{ __typename }"}, sent)
        assert (response.status_code, "idempotent-replayed" in response.headers) == (200, False)


@pytest.mark.parametrize("key", ["", " ", '""', "a b", '"a', 'a"', "a,b", '"a";x=1', "é", "x" * 256, f'"{"x" * 256}"'])
async def test_a_malformed_key_is_refused_clearly(api: Api, organization: Organization, owner: Pool, key: str) -> None:
    headers = [(b"idempotency-key", key.encode("latin-1"))]
    request = api.client.build_request("POST", "/graphql", json=body(organization))
    request.headers = httpx.Headers([*request.headers.raw, *headers])
    request.headers["authorization"] = f"Bearer {organization.coach.token}"
    refused = await api.client.send(request)
    assert refused.status_code == 400
    assert "Idempotency-Key" in refused.json()["errors"][0]["message"]
    assert await owner.fetchval(COUNT, organization.id) == 0


def test_the_forms_of_a_key() -> None:
    for values, expected in (
        ([], None),
        (["abc"], "abc"),
        ([' "abc" '], "abc"),
        ([r'"a\"b\\c"'], r'a"b\c'),
        (['"a b,c;d"'], "a b,c;d"),
        (["x" * 255], "x" * 255),
        (["AbC+/=_-.~:@"], "AbC+/=_-.~:@"),
    ):
        assert rules.parsed_key(values) == expected
    with pytest.raises(rules.KeyRefused):
        rules.parsed_key(["a", "a"])


async def test_a_key_of_a_user_who_does_not_exist_any_longer_is_refused_with_their_token(
    api: Api, organization: Organization, owner: Pool, world: World, key: str
) -> None:
    gone = await world.person()
    await owner.execute("DELETE FROM users WHERE id = $1", gone.id)
    refused = await keyed(api, gone, body(organization), key)
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")


async def test_without_a_user_a_key_is_of_no_use(api: Api, organization: Organization, key: str) -> None:
    assert (await keyed(api, None, body(organization), key)).status_code == 401
    assert (await keyed(api, organization.coach, body(organization), key)).status_code == 200


async def test_an_answer_that_is_too_large_is_not_stored_and_the_mutation_is_not_repeated(
    api: Api, organization: Organization, owner: Pool, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MAX_ANSWER_BYTES", 20)
    assert (await keyed(api, organization.coach, body(organization), key)).status_code == 200
    again = await keyed(api, organization.coach, body(organization), key)
    assert again.status_code == 409
    assert again.json()["errors"][0]["extensions"]["code"] == "IDEMPOTENT_ANSWER_NOT_STORED"
    assert await owner.fetchval(COUNT, organization.id) == 1


async def test_a_user_has_a_bounded_number_of_keys(
    api: Api, organization: Organization, owner: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_KEYS", 2)
    answers = [await keyed(api, organization.coach, body(organization), key) for key in "ababc"]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    (error,) = answers[-1].json()["errors"]
    assert error["message"].startswith("2 idempotency keys of yours are stored, each for 24 hours;")
    assert (await keyed(api, organization.owner, body(organization), "c")).status_code == 200
    assert (await keyed(api, organization.coach, body(organization), None)).status_code == 200
    assert await owner.fetchval(COUNT, organization.id) == 4
