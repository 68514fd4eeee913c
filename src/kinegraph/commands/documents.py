"""`kinegraph documents`: importing, listing, removing and checking persisted documents."""

import argparse
import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kinegraph.api.documents import DocumentError, names_of, schema_of, tool_of
from kinegraph.commands.arguments import Command
from kinegraph.commands.databases import open_migrated
from kinegraph.commands.documents_checks import Checks
from kinegraph.commands.documents_report import broken, listed, summary
from kinegraph.formats.manifests import SUFFIXES, Entry, read_folder, read_manifest
from kinegraph.formats.records import MAX_FILE_BYTES, File, FileError, one_line, text_of
from kinegraph.kit.database import Database
from kinegraph.persisted import store_trusted, store_usage
from kinegraph.persisted.rules_manifests import Fault, TrustedDocument, documents_of
from kinegraph.persisted.store import act_as_process
from kinegraph.services import database_url
from kinegraph.settings import Settings, read_settings

MAX_FAULTS = 20
"""Faults of a manifest that are shown, at most."""
PAGE = 500
STATEMENT_SECONDS = 600


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    def action(name: str, command: Command, text: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=text, description=text)
        added.set_defaults(command=command)
        return added

    importing = action("import", run_import, "Import trusted documents: all of a manifest, or nothing.")
    importing.add_argument(
        "file", type=Path, metavar="FILE", help="Apollo's or Relay's manifest, or a folder of .graphql files"
    )
    action("list", run_list, "List trusted documents, with the clients that use them.")
    removing = action("remove", run_remove, "Remove trusted documents: all that are named, or nothing.")
    removing.add_argument("ids", nargs="+", metavar="ID", help="the id of a trusted document")
    checking = action("check", run_check, "Say which stored documents are not valid, and which clients use them.")
    checking.add_argument("--schema", type=Path, metavar="FILE", help="a schema (default: that of this version)")


def run_import(options: argparse.Namespace) -> int:
    """Import a manifest. Raises FileError with everything that is wrong with it."""
    name = one_line(options.file.name or str(options.file))
    documents, faults = documents_of(_entries(options.file, name))
    settings = read_settings()
    checked, invalid = _checked_documents(documents, Checks(settings))
    _require_none(name, [*faults, *invalid])
    new = asyncio.run(_import(database_url(settings), name, checked))
    for each in (each for each in checked if each.id in new):
        print(f"new: {each.id} {one_line(each.name)}{f', the tool {each.tool}' if each.tool else ''}")
    print(f"{name}: {len(checked):,} documents, {len(new):,} new, {len(checked) - len(new):,} stored before")
    return 0


def _entries(path: Path, name: str) -> list[Entry]:
    if not path.is_dir():
        return read_manifest(_file(path, name))
    found = sorted(each for each in path.rglob("*") if each.suffix in SUFFIXES and each.is_file())
    return read_folder(name, [_file(each, one_line(str(each.relative_to(path)))) for each in found])


def _file(path: Path, name: str) -> File:
    try:
        with path.open("rb") as opened:
            content = opened.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise FileError(f"{name} cannot be read: {error.strerror or error}.") from None
    if len(content) > MAX_FILE_BYTES:
        raise FileError(f"{name} is too large: at most {MAX_FILE_BYTES:,} bytes. Divide it.")
    return File(name, content)


def _checked_documents(documents: list[TrustedDocument], checks: Checks) -> tuple[list[TrustedDocument], list[Fault]]:
    """The documents with their names, and what is wrong with their texts."""
    checked, faults = [], []
    tools: dict[str, TrustedDocument] = {}
    for each in documents:
        try:
            node = checks.checked(each.text)
        except DocumentError as error:
            faults += [Fault(each.location, message) for message in _messages(error)]
            continue
        found = replace(each, name=", ".join(names_of(node)), tool=tool_of(node))
        if found.tool is not None and (other := tools.setdefault(found.tool, found)) is not found:
            faults.append(Fault(each.location, f"it is the tool {found.tool}, and so is {other.location}: rename one."))
        checked.append(found)
    return checked, faults


def _messages(error: DocumentError) -> Iterator[str]:
    """The messages of a document's errors, each with the line of the error."""
    for each in error.errors:
        lines = [str(location.line) for location in each.locations or ()][:1]
        yield f"{each.message[:500]}{f' (line {lines[0]})' if lines else ''}"


def _require_none(name: str, faults: list[Fault]) -> None:
    """Raise FileError if there are faults."""
    if faults:
        more = [f"... and {len(faults) - MAX_FAULTS:,} more."] if len(faults) > MAX_FAULTS else []
        lines = [*(one_line_of(str(fault)) for fault in faults[:MAX_FAULTS]), *more]
        raise FileError(f"{name} is not imported; nothing was stored.\n" + "\n".join(f"  {line}" for line in lines))


def one_line_of(text: str) -> str:
    """A text without line breaks and other characters that are not printed."""
    return "".join(c if c.isprintable() else " " for c in text)


async def _import(url: str, name: str, documents: list[TrustedDocument]) -> set[str]:
    """Store the documents. Returns the ids of those that are new."""
    async with open_migrated(url, STATEMENT_SECONDS) as database, database.write(act_as_process) as session:
        imported = await store_trusted.put_trusted(session, documents)
        conflicts = {*imported.conflicts}
        message = "another text is stored under its id; give this one another id, or remove that one first."
        _require_none(name, [Fault(each.location, message) for each in documents if each.id in conflicts])
        return {*imported.new}


def run_list(options: argparse.Namespace) -> int:
    """Print the trusted documents."""
    asyncio.run(_list(database_url(read_settings())))
    return 0


async def _list(url: str) -> None:
    async with open_migrated(url) as database, database.read(act_as_process) as session:
        last = ""
        while page := await store_trusted.trusted_after(session, last, PAGE):
            usage = await store_usage.usage_of(session, sorted({each.hash for each in page}))
            by_hash = {clients[0].hash: clients for clients in usage if clients}
            for each in page:
                print(*listed(each, by_hash.get(each.hash, [])), sep="\n")
            last = page[-1].id
        if not last:
            print("No trusted documents. `kinegraph documents import FILE` imports those of a manifest.")


def run_remove(options: argparse.Namespace) -> int:
    """Remove trusted documents. Raises FileError where an id does not exist."""
    ids = list(dict.fromkeys(id.removeprefix("sha256:") for id in options.ids))
    asyncio.run(_remove(database_url(read_settings()), ids))
    print(f"{len(ids):,} removed. Processes that have them in memory execute them for another minute.")
    return 0


async def _remove(url: str, ids: list[str]) -> None:
    async with open_migrated(url) as database, database.write(act_as_process) as session:
        missing = await store_trusted.remove_trusted(session, [id for id in ids if "\0" not in id])
        if missing:
            shown = ", ".join(map(one_line, missing[:MAX_FAULTS]))
            raise FileError(f"No trusted document has the id {shown}; nothing was removed.")


def run_check(options: argparse.Namespace) -> int:
    """Check the stored documents. Returns 1 where one that is in use is not valid. Raises FileError."""
    sdl = None
    if options.schema is not None:
        sdl = text_of(_file(options.schema, one_line(options.schema.name)))
    return asyncio.run(_check(read_settings(), sdl, options.schema.name if sdl else ""))


async def _check(settings: Settings, sdl: str | None, name: str) -> int:
    try:
        checks = Checks(settings, None if sdl is None else schema_of(sdl))
    except DocumentError as error:
        lines = [f"  {one_line_of(message)}" for message in _messages(error)][:MAX_FAULTS]
        raise FileError("\n".join([f"{one_line(name)} is no schema.", *lines])) from None
    total = broken_in_use = broken_unused = 0
    async with open_migrated(database_url(settings), STATEMENT_SECONDS) as database:
        last = ""
        while page := await _page(database, last):
            for each in page:
                try:
                    checks.checked(each.text.decode())
                except DocumentError as error:
                    broken_in_use += each.is_in_use
                    broken_unused += not each.is_in_use
                    clients = await _clients(database, each.hash)
                    print(*broken(each, [one_line_of(m) for m in _messages(error)], clients), sep="\n")
            total, last = total + len(page), page[-1].hash
    print(summary(total, broken_in_use, broken_unused))
    sys.stdout.flush()
    return 1 if broken_in_use else 0


async def _page(database: Database, last: str) -> list[store_trusted.Stored]:
    async with database.read(act_as_process) as session:
        return await store_trusted.documents_after(session, last, PAGE)


async def _clients(database: Database, hash: str) -> list[store_usage.ClientUsage]:
    async with database.read(act_as_process) as session:
        return (await store_usage.usage_of(session, [hash]))[0]
