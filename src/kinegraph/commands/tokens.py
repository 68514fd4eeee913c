"""The commands `kinegraph token` and `kinegraph revoke`: a token for a user, and refusing all that they have."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from kinegraph.commands.arguments import count
from kinegraph.commands.databases import open_migrated
from kinegraph.identity.store_operator import User, act_as_operator, revoke_tokens, users_by_email
from kinegraph.kit.checks import character_fault
from kinegraph.kit.sessions import WriteSession
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.tokens import Tokens
from kinegraph.services import database_url, jwt_secret, open_tokens
from kinegraph.settings import read_settings


def configure_token(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `token`."""
    parser.add_argument("email", help="the user's e-mail address")
    parser.add_argument("--hours", type=count, default=24, metavar="N", help="how long it holds (default 24)")
    parser.set_defaults(command=_token)


def configure_revoke(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `revoke`."""
    parser.add_argument("email", help="the user's e-mail address")
    parser.set_defaults(command=_revoke)


def _token(options: argparse.Namespace) -> int:
    settings = read_settings()
    tokens = open_tokens(settings, jwt_secret(settings))
    print(asyncio.run(_sign(database_url(settings), tokens, options.email, options.hours * 3600)))
    return 0


async def _sign(url: str, tokens: Tokens, email: str, lifetime_seconds: int) -> str:
    async with _user(url, email) as (_, user):
        return tokens.sign({"sub": str(user.id), "email": user.email}, lifetime_seconds)


def _revoke(options: argparse.Namespace) -> int:
    moment = asyncio.run(_store(database_url(read_settings()), options.email))
    print(f"{options.email}: tokens that were issued before {moment:%Y-%m-%d %H:%M:%S} UTC are refused.")
    return 0


async def _store(url: str, email: str) -> datetime:
    async with _user(url, email) as (session, user):
        return await revoke_tokens(session, user.id)


@asynccontextmanager
async def _user(url: str, email: str) -> AsyncIterator[tuple[WriteSession, User]]:
    """A session of the operator's, and the user with this e-mail address. Raises ServiceError where there is none."""
    if character_fault(email):
        raise ServiceError("No user has this e-mail address.")
    async with open_migrated(url) as database, database.write(act_as_operator) as session:
        user = (await users_by_email(session, [email]))[0]
        if user is None:
            raise ServiceError(f"No user has the e-mail address {email}.")
        yield session, user
