"""The people of the demo organizations, whom GraphiQL's page offers to sign in as."""

from functools import cache
from importlib.resources import files
from typing import Any  # JSON of the demo

import orjson
from starlette.requests import Request

from kinegraph.graphiql.page import SignIn, SignIns
from kinegraph.identity import store_operator as operator
from kinegraph.kit.database import Database
from kinegraph.outside.tokens import Tokens

TOKEN_SECONDS = 30 * 24 * 3600


@cache
def demo_script() -> dict[str, Any]:
    """The content of `demo.json`: the demo's people, and their organizations with their workouts."""
    script: dict[str, Any] = orjson.loads((files("kinegraph") / "demo.json").read_bytes())
    return script


def people() -> list[tuple[str, str]]:
    """Who can sign in to the demo: a label and an e-mail address each."""
    script = demo_script()
    admin = script["platformAdmin"]
    found = [(f"{admin['name']}, platform admin", admin["email"])]
    for organization in script["organizations"]:
        found += [(f"{p['name']}, {p['role']} of {organization['name']}", p["email"]) for p in organization["people"]]
    return found


async def sign_ins(database: Database) -> list[tuple[str, str, dict[str, str]]]:
    """The demo's people who are in the database: label, e-mail address and token claims."""
    wanted = people()
    async with database.read(operator.act_as_operator) as session:
        users = await operator.users_by_email(session, [email for _, email in wanted])
    return [
        (label, email, {"sub": str(user.id), "email": email})
        for (label, email), user in zip(wanted, users, strict=True)
        if user is not None
    ]


def offered(tokens: Tokens) -> SignIns:
    """The function by which the page gets the demo's people, with a token each that these keys sign."""

    async def signed(request: Request) -> list[SignIn]:
        return [
            SignIn(label, email, tokens.sign(claims, TOKEN_SECONDS))
            for label, email, claims in await sign_ins(request.state.database)
        ]

    return signed
