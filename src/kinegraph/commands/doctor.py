"""`kinegraph doctor`: checks the settings, servers, migrations and files."""

import argparse
import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from kinegraph import revisions
from kinegraph.background.rules import QUEUE
from kinegraph.commands.databases import describe_server, require_usable
from kinegraph.commands.probes import answers_at
from kinegraph.graphiql import page
from kinegraph.kit.database import API_ROLE, Database, Unreachable
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.redis_client import version_and_key
from kinegraph.outside.voyage import MODEL
from kinegraph.services import database_url, jwt_secret, open_storage, open_tokens, redis_url
from kinegraph.settings import Settings, read_settings

Finding = tuple[bool, str, str]
"""Whether it is in order, its name, and what was found."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command, which has no arguments."""
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Print every finding. Returns 1 where something is wrong. Raises SettingsError."""
    settings = read_settings()
    return examine(settings.model_copy(update={"jwt_secret": jwt_secret(settings)}))


def examine(settings: Settings) -> int:
    """Print every finding. Returns the exit code: 0 if all is in order, else 1."""
    findings = [
        *_settings(settings),
        *asyncio.run(_database(settings)),
        *_redis(settings),
        asyncio.run(_files(settings)),
    ]
    for well, what, found in findings:
        print(f"{'ok  ' if well else 'BAD '} {what:12} {found}")
    return 0 if all(well for well, _, _ in findings) else 1


def _settings(settings: Settings) -> Iterator[Finding]:
    graphiql = f"GraphiQL and introspection {'on' if settings.graphiql else 'off'}"
    yield True, "environment", f"{settings.environment}, by the settings of this shell; {graphiql}"
    answers = "which answers" if answers_at(f"{settings.local_address}/healthz", 2) else "where nothing answers now"
    yield True, "address", f"{settings.local_address}/graphql, {answers}"
    try:
        open_tokens(settings, settings.jwt_secret)
        keys = {"HS256": settings.jwt_secret, "RS256": settings.jwt_jwks, "ES256": settings.jwt_jwks}
        kinds = [name for name in settings.jwt_algorithms if keys[name]]
        yield True, "tokens", f"{', '.join(kinds)}; the user is named by `{settings.jwt_user_claim}`"
    except ServiceError as error:
        yield False, "tokens", str(error)
    yield from _vendors(settings)
    if settings.graphiql:
        yield _graphiql(settings.home)


def _vendors(settings: Settings) -> Iterator[Finding]:
    """Whether the optional services are configured. Their keys are not shown, and nothing is sent to them."""
    at = f" at {settings.voyage_url}" if settings.voyage_url else ""
    on = f"on: {MODEL}{at}, with the key of KINEGRAPH_VOYAGE_API_KEY"
    yield True, "embeddings", on if settings.voyage_api_key else "off: KINEGRAPH_VOYAGE_API_KEY is not set"
    at = f" at {settings.anthropic_url}" if settings.anthropic_url else ""
    on = f"on: {settings.anthropic_model}{at}, with the key of KINEGRAPH_ANTHROPIC_API_KEY"
    yield True, "enrichment", on if settings.anthropic_api_key else "off: KINEGRAPH_ANTHROPIC_API_KEY is not set"


def _graphiql(home: Path) -> Finding:
    """Where the page's files come from. A CDN has them too, so that nothing is wrong where one is missing."""
    folder = page.find_folder(home)
    if missing := page.missing_from(folder):
        lacking = f"{folder} lacks {', '.join(missing)}; `scripts/graphiql/fetch {folder}` gets them"
        return True, "GraphiQL", f"its files come from a CDN: {lacking}"
    return True, "GraphiQL", f"its files are in {folder}"


async def _database(settings: Settings) -> list[Finding]:
    try:
        url = database_url(settings)
        revision = await require_usable(url)
        server = await describe_server(url)
    except (ServiceError, Unreachable) as error:
        return [(False, "database", str(error))]
    found = f"{_whose(settings.database_url)} {server}, {_without_password(url)}"
    findings: list[Finding] = [(True, "database", found)]
    if revision != revisions.head():
        found = f"at {revision or 'nothing'}, this version needs {revisions.head()}: run `kinegraph migrate`"
        return [*findings, (False, "migrations", found)]
    findings.append((True, "migrations", f"at {revision}"))
    try:
        database = await Database.open(url, 1)
    except Unreachable as error:
        return [*findings, (False, "role", str(error))]
    try:
        return [*findings, await _role(database), await _security(database), await _library(database)]
    finally:
        await database.close()


async def _role(database: Database) -> Finding:
    """The API's role must be one to which row-level security applies."""
    (row,) = await database.fetch(
        "SELECT rolname, rolsuper OR rolbypassrls AS bypasses FROM pg_roles WHERE rolname = current_user"
    )
    well = row.rolname == API_ROLE and not row.bypasses
    return (
        well,
        "role",
        f"{row.rolname}, {'bypasses row-level security' if row.bypasses else 'under row-level security'}",
    )


async def _security(database: Database) -> Finding:
    """Every table of ours must have row-level security enabled and forced."""
    rows = await database.fetch(
        """
        SELECT relname
        FROM pg_class
        WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
          AND relname <> 'alembic_version' AND NOT (relrowsecurity AND relforcerowsecurity)
        """
    )
    open_tables = ", ".join(sorted(row.relname for row in rows))
    return not rows, "security", f"not forced on {open_tables}" if rows else "row-level security forced on every table"


async def _library(database: Database) -> Finding:
    ((count,),) = await database.fetch(
        "SELECT count(*) FROM exercises WHERE organization_id IS NULL AND deleted_at IS NULL"
    )
    return count > 0, "library", f"{count} canonical exercises" if count else "empty: run `kinegraph seed`"


def _redis(settings: Settings) -> Iterator[Finding]:
    try:
        server, works = version_and_key(redis_url(settings), f"{QUEUE}:health-check")
    except ServiceError as error:
        yield False, "Redis", str(error)
        return
    yield True, "Redis", f"{_whose(settings.redis_url)} {server}"
    yield works, "worker", "runs" if works else "none runs: start `kinegraph worker`"


async def _files(settings: Settings) -> Finding:
    """Whether files can be stored: in the bucket, which is tried, or in the folder, which is not made for it."""
    if settings.s3_bucket is None:
        return _folder(settings.home / "media")
    try:
        async with open_storage(settings) as storage:
            await storage.require()
            return True, "files", storage.describe()
    except ServiceError as error:
        return False, "files", str(error)


def _folder(folder: Path) -> Finding:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir():
        return False, "files", f"the folder {folder} cannot be made: {existing} is no folder"
    if not os.access(existing, os.W_OK | os.X_OK):
        return False, "files", f"the folder {folder} cannot be written: permission denied at {existing}"
    return True, "files", f"the folder {folder}" + ("" if existing == folder else ", made when the API starts")


def _whose(configured: str | None) -> str:
    """Whether a server is one that `kinegraph up` runs, or one that the settings name."""
    return "external" if configured else "embedded"


def _without_password(url: str) -> str:
    split = urlsplit(url)
    return f"{split.hostname or 'socket'}{split.path}"
