"""The command line: each command a function, each failure one clear line."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Sequence

import uvicorn

from kinegraph import __version__, revisions
from kinegraph.api.schema import sdl
from kinegraph.canonical.jobs import seed_library
from kinegraph.canonical.rules import LibraryError
from kinegraph.commands import demo, doctor, migrate, up
from kinegraph.commands import documents as documents_commands
from kinegraph.commands import exchange as exchange_commands
from kinegraph.commands import explain as explain_command
from kinegraph.commands import organization as organization_command
from kinegraph.commands import tokens as token_commands
from kinegraph.commands.databases import open_migrated
from kinegraph.commands.probes import require_free_port, require_redis
from kinegraph.exchange.rules import ExchangeError
from kinegraph.formats.records import FileError
from kinegraph.http_protocol import HttpProtocol, WebSocketProtocol
from kinegraph.kit import logs
from kinegraph.kit.database import Unreachable
from kinegraph.outside.errors import ServiceError
from kinegraph.services import Services, database_url, jwt_secret, open_tokens, read_services
from kinegraph.settings import SettingsError, read_settings
from kinegraph.worker import run as run_worker

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0, or 1 (wrong arguments: 2) with a line for each reason on stderr."""
    options = _parser().parse_args(arguments)
    command: Command = options.command
    try:
        code = command(options)
        sys.stdout.flush()
        return code
    except SettingsError as error:
        for line in str(error).splitlines():
            print(f"kinegraph: {line}", file=sys.stderr)
    except (ServiceError, Unreachable, LibraryError, FileError, ExchangeError) as error:
        print(f"kinegraph: {error}", file=sys.stderr)
    except BrokenPipeError:  # the reader of our output has closed it, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python would flush once more, and fail
    except KeyboardInterrupt:
        print("kinegraph: stopped.", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kinegraph",
        description="The GraphQL API for exercise libraries, workouts and treatment plans.",
        epilog="Settings are read from KINEGRAPH_* in the environment; docs/operations.md lists them.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(command=command)
        return added

    add("up", _up, "Start everything on this machine: PostgreSQL, Redis, the worker, the API, the demo.")
    serve = add("serve", _serve, "Start the API alone.")
    serve.add_argument("--workers", type=_count, default=1, metavar="N", help="processes that serve (default 1)")
    add("worker", _worker, "Start the worker that runs the jobs.")
    add("migrate", _migrate, "Bring the database to this version's schema.")
    seed = add("seed", _seed, "Store the canonical library; what is stored already stays as it is.")
    seed.add_argument("--demo", action="store_true", help="make the demo organizations too")
    exchange_commands.register(add)
    token_commands.register(add, _count)
    organization_command.register(add)
    documents_commands.register(add)
    add("schema", _schema, "Print the GraphQL schema.")
    explain_command.register(add)
    add("doctor", _doctor, "Say what is configured, reachable and migrated, and what is wrong.")
    return parser


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 10_000:
        raise argparse.ArgumentTypeError("must be a whole number from 1 to 10,000")
    return int(text)


def _up(options: argparse.Namespace) -> int:
    return up.up(read_settings(default_environment="development"))


def _serve(options: argparse.Namespace) -> int:
    services = read_services()
    settings = services.settings
    logs.set_up(settings.log_format, shows_messages=settings.is_development)
    open_tokens(settings, services.jwt_secret)  # raises where they cannot be checked
    require_free_port(settings.host, settings.port)
    asyncio.run(_require_migrated(services))
    uvicorn.run(
        "kinegraph.main:app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=options.workers,
        http=HttpProtocol,
        ws=WebSocketProtocol,
        ws_max_size=settings.max_body_bytes,
        ws_per_message_deflate=False,  # its buffers would take more memory than all else of a connection
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),  # uvicorn would believe every process of this machine
        forwarded_allow_ips=[*settings.trusted_proxies],
        timeout_graceful_shutdown=10,
        timeout_worker_healthcheck=30,  # with 5 s, processes that a busy machine starts slowly were replaced for ever
    )
    return 0


def _worker(options: argparse.Namespace) -> int:
    services = read_services()
    asyncio.run(_require_migrated(services))
    require_redis(services.redis_url)
    run_worker(services)
    return 0


def _migrate(options: argparse.Namespace) -> int:
    settings = read_settings()
    logs.set_up(settings.log_format, shows_messages=settings.is_development)
    url = database_url(settings)
    before = asyncio.run(migrate.require_usable(url))
    migrate.upgrade(url)
    print(
        f"The database is at {revisions.head()}, as before."
        if before == revisions.head()
        else f"Migrated to {revisions.head()}."
    )
    return 0


def _seed(options: argparse.Namespace) -> int:
    asyncio.run(_seed_database(database_url(read_settings()), with_demo=options.demo))
    return 0


async def _seed_database(url: str, *, with_demo: bool) -> None:
    async with open_migrated(url) as database:
        async for done in seed_library(database):
            print(f"{done.file}: {done.total} exercises, {done.new} new, {done.changed} changed")
        if with_demo:
            async for line in demo.seed_demo(database):
                print(line)


def _schema(options: argparse.Namespace) -> int:
    sys.stdout.write(sdl())
    return 0


def _doctor(options: argparse.Namespace) -> int:
    settings = read_settings()
    return doctor.examine(settings.model_copy(update={"jwt_secret": jwt_secret(settings)}))


async def _require_migrated(services: Services) -> None:
    """Refuse to start on a database that cannot be reached or is of another version."""
    async with open_migrated(services.database_url):
        pass


if __name__ == "__main__":
    sys.exit(main())
