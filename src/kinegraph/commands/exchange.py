"""`kinegraph import` and `kinegraph export`: files, words and the exit code around the exchange room."""

import argparse
import asyncio
import os
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import BinaryIO, TypeVar

from kinegraph.commands.databases import open_migrated
from kinegraph.commands.exchange_report import exported, report, summary
from kinegraph.exchange.jobs import export_exercises, import_exercises
from kinegraph.exchange.rules import Choices, Duplicates, ExchangeError, Plan
from kinegraph.exchange.rules_entries import read_file
from kinegraph.formats.records import MAX_FILE_BYTES, File, Format, one_line
from kinegraph.formats.wger_fixtures import names_beside
from kinegraph.kit.database import Database
from kinegraph.services import database_url
from kinegraph.settings import read_settings

STATEMENT_SECONDS = 600
BAR = 30
Result = TypeVar("Result")


def configure_import(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `import`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="what to import")
    parser.add_argument("--format", choices=[each.value for each in Format], required=True, help="its format")
    parser.add_argument("--dry-run", action="store_true", help="say what it would change, and stop there")
    parser.add_argument("--overwrite", action="store_true", help="replace rows that were edited since, too")
    parser.add_argument("--skip-rejected", action="store_true", help="import the others where rows are rejected")
    parser.add_argument(
        "--duplicates",
        choices=[each.value for each in Duplicates],
        default=Duplicates.SKIP.value,
        help="what becomes of new exercises with the name of another of the scope or the file (default: skip)",
    )
    _add_organization(parser)
    parser.set_defaults(command=run_import)


def configure_export(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `export`."""
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to (default: standard output)")
    _add_organization(parser)
    parser.set_defaults(command=run_export)


def _add_organization(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--organization", metavar="SLUG", help="whose exercises (default: the canonical ones)")


def run_import(options: argparse.Namespace) -> int:
    """Import a file. Raises FileError or ExchangeError with everything that is wrong with it."""
    url = database_url(read_settings())
    format = Format(options.format)
    parsed = read_file(format, _file_with_companions(options.file, format))
    choices = Choices(options.overwrite, Duplicates(options.duplicates), options.skip_rejected, options.dry_run)

    def show_plan(plan: Plan) -> None:
        print(f"{one_line(options.file.name)}:", *report(plan, choices), sep="\n", flush=True)

    async def work(database: Database) -> Plan:
        return await import_exercises(database, options.organization, parsed, choices, show_plan, _show_progress)

    plan = asyncio.run(_with_database(url, work))
    if not choices.dry_run:
        print(summary(plan))
    return 0


def _file_with_companions(path: Path, format: Format) -> File:
    """A file with those that belong to it. Raises FileError or ExchangeError."""
    beside = names_beside(path.name) if format is Format.WGER else {}
    return File(
        one_line(path.name), _content(path), {name: _content(path.with_name(at)) for name, at in beside.items()}
    )


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as opened:
            content = opened.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ExchangeError(f"{one_line(path.name)} cannot be read: {error.strerror or error}.") from None
    return content


def _show_progress(done: int, total: int) -> None:
    """A bar on standard error, where that is a terminal."""
    if sys.stderr.isatty():
        filled = BAR * done // total
        end = "\n" if done == total else ""
        print(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {done:,} of {total:,}", end=end, file=sys.stderr, flush=True)


def run_export(options: argparse.Namespace) -> int:
    """Write the exercises of a scope. A file is there whole or not at all. Raises ExchangeError."""
    url = database_url(read_settings())
    if options.output is None:
        return _export_to_standard_output(url, options.organization)
    part = options.output.with_name(f".{options.output.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as output:
            counts = _export(url, options.organization, output)
        part.replace(options.output)
    except OSError as error:
        raise ExchangeError(f"{one_line(options.output.name)} cannot be written: {error.strerror or error}.") from None
    finally:
        part.unlink(missing_ok=True)
    print(f"{one_line(options.output.name)}: {exported(counts)}", file=sys.stderr)
    return 0


def _export_to_standard_output(url: str, organization: str | None) -> int:
    try:
        counts = _export(url, organization, sys.stdout.buffer)
        sys.stdout.flush()
        print(exported(counts), file=sys.stderr)
    except OSError as error:
        # What Python still holds for standard output goes nowhere, or it would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # whoever stops reading has seen enough
            raise ExchangeError(f"The export cannot be written: {error.strerror or error}.") from None
    return 0


def _export(url: str, organization: str | None, output: BinaryIO) -> Counter[str]:
    async def work(database: Database) -> Counter[str]:
        counts: Counter[str] = Counter()
        async with aclosing(export_exercises(database, organization)) as lines:
            async for kind, line in lines:
                output.write(line)
                counts[kind] += 1
        return counts

    return asyncio.run(_with_database(url, work))


async def _with_database(url: str, work: Callable[[Database], Awaitable[Result]]) -> Result:
    async with open_migrated(url, STATEMENT_SECONDS) as database:
        return await work(database)
