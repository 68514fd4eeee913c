"""No log holds a token, or anything that a client has sent as a value: health data, names, passwords."""

import io
import json
import logging
from collections.abc import Iterator

import jwt
import pytest
from asyncpg import UniqueViolationError

from kinegraph.kit import logs
from tests.api.test_answers import Owner, renamed_column
from tests.conftest import SECRET, Api, Organization, World
from tests.identity.keys import claims, request

VALUE = "Zyxomma-herniation-7741"
"""A value that a client sends, and that no log may hold."""

REFUSED = f"""
mutation ($id: ID!) {{
  updateExercise(id: $id, input: {{ name: "{VALUE}", difficulty: 99, aliases: ["{VALUE}"] }}) {{
    userErrors {{ code }}
  }}
}}
"""


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All logs of all libraries, as a production server writes them."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    root = logging.getLogger()
    level = root.level
    logging.getLogger("httpx").propagate = False  # the tests' own client
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        logging.getLogger("httpx").propagate = True


@pytest.fixture(scope="module")
async def gym(world: World) -> Organization:
    return await world.organization()


def no_values_in(text: str, *tokens: str) -> bool:
    parts = [part for token in tokens for part in token.split(".") if len(part) > 8]
    return not any(part in text for part in [VALUE, *tokens, *parts])


async def test_refused_tokens_are_logged_by_reason_alone(api: Api, gym: Organization, log: io.StringIO) -> None:
    person = gym.coach
    tokens = [
        jwt.encode(claims(person), "another secret, which is long enough too", algorithm="HS256"),
        jwt.encode(claims(person, exp=1), SECRET, algorithm="HS256"),
        jwt.encode(claims(person, sub=VALUE), SECRET, algorithm="HS256"),
        VALUE,
        f"{VALUE}.{VALUE}.{VALUE}",
    ]
    for token in tokens:
        assert (await request(api, token)).status_code == 401
    assert log.getvalue().count("a token was refused") == len(tokens)
    assert no_values_in(log.getvalue(), *tokens)


async def test_answered_and_refused_requests_are_logged_without_their_values(
    api: Api, gym: Organization, log: io.StringIO
) -> None:
    headers = {"Authorization": f"Bearer {gym.coach.token}"}
    bodies = [
        {"query": "query ($q: String) { exercises(filter: { q: $q }) { totalCount } }", "variables": {"q": VALUE}},
        {"query": REFUSED, "variables": {"id": VALUE}},
        {"query": "query ($q: Int) { __typename }", "variables": {"q": VALUE}},
        {"query": "{ __typename }", "operationName": VALUE},
        {"query": f"{{ {VALUE} }}"},
        {"query": "{ __typename }", "variables": VALUE},
    ]
    for body in bodies:
        assert (await api.client.post("/graphql", json=body, headers=headers)).status_code < 500
        assert (await api.client.get("/graphql", params={"query": VALUE}, headers=headers)).status_code < 500
    await api.client.post("/graphql", content=f'{{"query": "{VALUE}', headers=headers)
    assert log.getvalue().count('"request"') >= len(bodies)
    assert no_values_in(log.getvalue(), gym.coach.token)


async def test_a_failure_of_ours_is_logged_with_its_stack_and_the_databases_code_and_without_values(
    api: Api, gym: Organization, owner: Owner, log: io.StringIO
) -> None:
    mutation = 'mutation { createExercise(input: {organizationId: "%s", name: "%s"}) { userErrors { code } } }'
    async with renamed_column(owner, "exercises", "aliases"):
        response = await request(api, gym.coach.token, {"query": mutation % (gym.id, VALUE)})
    id = response.json()["errors"][0]["extensions"]["errorId"]
    assert id in log.getvalue() and "UndefinedColumnError sqlstate=42703" in log.getvalue()
    assert "in fetch" in log.getvalue()
    assert no_values_in(log.getvalue(), gym.coach.token)


def test_the_messages_of_an_error_and_of_its_causes_are_left_out_of_its_trace() -> None:
    try:
        try:
            raise KeyError(VALUE)
        except KeyError as error:
            raise ValueError(f"no {VALUE}") from error
    except ValueError as error:
        trace = logs.trace_of(error)
    assert VALUE not in trace
    assert trace.count("KeyError") == 2 and trace.endswith("ValueError")  # once in the source line, once as the class


def test_a_reason_has_the_message_of_an_expected_error_and_only_the_class_and_code_of_any_other() -> None:
    unique = UniqueViolationError(f"Key (name)=({VALUE}) already exists.")
    unique.sqlstate, unique.constraint_name = "23505", "users_email"
    assert logs.reason_of(unique, OSError) == "UniqueViolationError sqlstate=23505 constraint_name=users_email"
    assert logs.reason_of(ValueError(VALUE), OSError, KeyError) == "ValueError"
    assert logs.reason_of(ConnectionRefusedError("refused"), OSError) == "refused"
    assert logs.reason_of(TimeoutError(), OSError) == "TimeoutError"


def test_the_trace_of_an_error_that_led_to_itself_ends() -> None:
    error = ValueError(VALUE)
    error.__context__ = RuntimeError(VALUE)
    error.__context__.__context__ = error
    assert logs.trace_of(error) == "RuntimeError\nValueError"


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        (f"/figures/{VALUE}.webp", ("/figures/{name}",)),
        (f"/charts/{VALUE}", ("/charts/{name}",)),
        (f"/handouts/{VALUE}", ("/handouts/{form}",)),
        (f"/files/{VALUE}/{VALUE}.png", ("/files/{key}",)),
        (f"/media/staging/1/{VALUE}.png", ("/media/{key}", "/media/…")),
        (f"/nothing/{VALUE}", ("/nothing/…",)),
    ],
)
async def test_the_values_of_a_path_are_not_logged(
    api: Api, log: io.StringIO, path: str, logged: tuple[str, ...]
) -> None:
    """Names of files, for example: the route is logged, with the names of its parameters."""
    await api.client.get(path)
    assert no_values_in(log.getvalue())
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (found,) = [line["path"] for line in lines if line["message"] == "request"]
    assert found in logged
