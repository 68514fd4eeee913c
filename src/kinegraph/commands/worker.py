"""The command `kinegraph worker`: the process that runs the jobs."""

import argparse
import asyncio

from kinegraph import worker
from kinegraph.commands.databases import require_migrated
from kinegraph.commands.probes import require_redis
from kinegraph.services import read_services


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command, which has no arguments."""
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Run jobs until a signal. Raises SettingsError, ServiceError and Unreachable."""
    services = read_services()
    asyncio.run(require_migrated(services.database_url))
    require_redis(services.redis_url)
    worker.run(services)
    return 0
