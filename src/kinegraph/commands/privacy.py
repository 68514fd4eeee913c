"""The command `kinegraph privacy`: one person's data exported or erased, and the audit trail verified."""

import argparse
import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

import orjson

from kinegraph.audit.store import MAX_BREAKS, act_as_auditor, chains, wrong_pseudonyms
from kinegraph.commands.databases import WHOLE_TABLES_SECONDS, open_migrated
from kinegraph.identity.rules import User
from kinegraph.identity.store_operator import organizations_by_slug
from kinegraph.kit.checks import character_fault, parse_key
from kinegraph.kit.sessions import ReadSession
from kinegraph.media.rules_files import staged_key, thumbnail_key
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.redis_client import AWAY, open_redis, rewrite_file
from kinegraph.outside.storage import ObjectStorage
from kinegraph.privacy import store, store_erasing, store_export
from kinegraph.privacy.rules_summary import summary
from kinegraph.services import database_url, open_storage, redis_url
from kinegraph.settings import read_settings

REWRITE_SECONDS = 60
"""The time that Redis has to write its append-only file anew."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    export = commands.add_parser("export", help="write everything that is stored about a person into a new folder")
    _add_person(export)
    export.add_argument("--organization", metavar="SLUG", help="only what belongs to this organization")
    export.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="a folder that does not exist yet")
    export.set_defaults(command=_export)
    erase = commands.add_parser("erase", help="erase a person from the database, the files and Redis, for good")
    _add_person(erase)
    erase.add_argument("--yes", action="store_true", help="do it; without it, only say what would be erased")
    erase.set_defaults(command=_erase)
    verify = commands.add_parser("verify", help="verify the audit trail of every organization")
    verify.set_defaults(command=_verify)


def _add_person(parser: argparse.ArgumentParser) -> None:
    named = parser.add_mutually_exclusive_group(required=True)
    named.add_argument("--user", metavar="ID", help="the user's id")
    named.add_argument("--email", help="the user's e-mail address")


def _export(options: argparse.Namespace) -> int:
    asyncio.run(export(options.user, options.email, options.organization, options.output))
    return 0


def _erase(options: argparse.Namespace) -> int:
    return asyncio.run(erase(options.user, options.email, is_confirmed=options.yes))


def _verify(options: argparse.Namespace) -> int:
    return asyncio.run(verify())


async def export(user: str | None, email: str | None, organization: str | None, output: Path) -> None:
    """Write `person.json`, `summary.txt` and the person's files into a new folder. Raises ServiceError."""
    settings = read_settings()
    async with (
        open_migrated(database_url(settings), WHOLE_TABLES_SECONDS) as database,
        open_storage(settings) as storage,
    ):
        async with database.read(store.act_for_privacy) as session:
            person = await _person(session, user, email)
            within = None if organization is None else await _organization_id(session, organization)
            found = await store_export.everything(session, person.id, within)
        files = await _files(storage, found)
    text = summary(found).encode()
    contents = {"person.json": orjson.dumps(found, option=orjson.OPT_INDENT_2), "summary.txt": text, **files}
    try:
        await asyncio.to_thread(_write, output, contents)
    except OSError as error:
        raise ServiceError(f"{output.name} cannot be written: {error.strerror or error}.") from None
    print(f"{output}: {sum(map(len, found.values())):,} rows, {len(files):,} files.")


async def _files(storage: ObjectStorage, found: store_export.Exported) -> dict[str, bytes]:
    """The files of attachments, with their thumbnails, and of unused uploads, by their path below the folder."""
    keys = [key for file in found["attachments"] for key in (file["url"], thumbnail_key(file["url"]))]
    keys += [staged_key(row["id"], row["key"]) for row in found.get("uploads", ())]
    contents = {key: await storage.read(key) for key in dict.fromkeys(keys)}
    return {f"files/{key}": content for key, content in contents.items() if content is not None}


def _write(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a new folder that nobody else can read."""
    folder.mkdir(mode=0o700)
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


async def erase(user: str | None, email: str | None, *, is_confirmed: bool) -> int:
    """Erase a person, and say what was erased. Returns 1 where something of them is left. Raises ServiceError."""
    settings = read_settings()
    async with (
        open_migrated(database_url(settings), WHOLE_TABLES_SECONDS) as database,
        open_storage(settings) as storage,
    ):
        async with database.write(store.act_for_privacy) as session:
            person = await _person(session, user, email)
            ownerless = await store.owned_alone(session, person.id)
            erased = await store_erasing.erase(session, person.id)
            session.is_rollback_only = not is_confirmed
            if is_confirmed:
                await store_erasing.renew_statistics(session)
                await storage.delete(erased.files)
        for table, rows in sorted(erased.rows.items()):
            print(f"{table}: {rows:,}")
        for slug in ownerless:
            print(f"Warning: {slug} has no other owner; its members stay, and nobody can read its audit trail.")
        if not is_confirmed:
            print("Nothing was erased; add --yes.")
            return 0
        await _clear_redis(redis_url(settings), person, erased.documents)
        async with database.read(store.act_for_privacy) as session:
            left = await store.remains(session, [mark for mark in (str(person.id), person.email) if mark])
    for table, rows in left.items():
        print(f"Left in {table}: {rows:,} rows that name the person; erase them there.")
    return 1 if left else 0


async def _clear_redis(url: str, person: User, documents: Sequence[str]) -> None:
    """Delete the keys of the person and of their documents, from its file too. Raises ServiceError if it is away."""
    names = [str(person.id), *([person.email.lower()] if person.email else []), *documents]
    client = open_redis(url)
    try:
        async for key in client.scan_iter(count=1000):
            if any(name in key.decode(errors="replace").lower() for name in names):
                await client.delete(key)
        fault = await rewrite_file(client, REWRITE_SECONDS)
        if fault:
            print(f"The append-only file of Redis still has deleted keys ({fault}): run BGREWRITEAOF there.")
    except AWAY as error:
        raise ServiceError(f"Redis cannot be reached ({error}): run the command again with the user's id.") from None
    finally:
        await client.aclose()


async def verify() -> int:
    """Print the state of each organization's chain and of the pseudonyms. Returns 1 where something was changed."""
    url = database_url(read_settings())
    async with open_migrated(url, WHOLE_TABLES_SECONDS) as database, database.read(act_as_auditor) as session:
        found = await chains(session)
        wrong, without = await wrong_pseudonyms(session)
    for chain in found:
        state = _named("is broken at entry", chain.broken_at, chain.breaks) if chain.breaks else "holds"
        print(f"{chain.organization_id}: {chain.entries:,} entries, {state}; last hash {chain.last_hash}")
    if wrong:
        named = _named("The pseudonym is not that of user", wrong[:MAX_BREAKS], len(wrong))
        print(f"{named}: their entries may be those of somebody else.")
    if without:
        named = _named("No pseudonym has user", without[:MAX_BREAKS], len(without))
        print(f"{named}: somebody deleted it, and their entries look like those of an erased person.")
    return 1 if wrong or without or any(chain.breaks for chain in found) else 0


def _named(start: str, named: Sequence[object], count: int) -> str:
    """A sentence about some things, with the number of those that are not named."""
    more = f" and {count - len(named):,} more" if count > len(named) else ""
    return f"{start} {', '.join(map(str, named))}{more}"


async def _person(session: ReadSession, user: str | None, email: str | None) -> User:
    id = None if user is None else parse_key(user)
    is_wrong = (user is not None and id is None) or (email is not None and character_fault(email))
    person = None if is_wrong else await store.person(session, id, email)
    if person is None:
        raise ServiceError(f"No user has the {'id' if user else 'e-mail address'} {user or email}.")
    return person


async def _organization_id(session: ReadSession, slug: str) -> UUID:
    organization = None if character_fault(slug) else (await organizations_by_slug(session, [slug]))[0]
    if organization is None:
        raise ServiceError(f"No organization has the slug {slug}.")
    return organization.id
