"""The command `kinegraph seed`: the canonical library, and the demo if requested."""

import argparse
import asyncio

from kinegraph.canonical.jobs import seed_library
from kinegraph.commands import demo
from kinegraph.commands.databases import open_migrated
from kinegraph.services import database_url
from kinegraph.settings import read_settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("--demo", action="store_true", help="make the demo organizations too")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Store the library, and print what was new. Raises Unreachable and LibraryError."""
    asyncio.run(_seed_database(database_url(read_settings()), with_demo=options.demo))
    return 0


async def _seed_database(url: str, *, with_demo: bool) -> None:
    async with open_migrated(url) as database:
        async for done in seed_library(database):
            print(f"{done.file}: {done.total} exercises, {done.new} new, {done.changed} changed")
        if with_demo:
            async for line in demo.seed_demo(database):
                print(line)
