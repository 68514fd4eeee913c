"""The command `kinegraph serve`: the web process, or several, under uvicorn."""

import argparse
import asyncio

import uvicorn

from kinegraph.commands.arguments import count
from kinegraph.commands.databases import require_migrated
from kinegraph.commands.probes import require_free_port
from kinegraph.http_protocol import HttpProtocol, WebSocketProtocol
from kinegraph.kit import logs
from kinegraph.services import open_tokens, read_services


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("--workers", type=count, default=1, metavar="N", help="processes that serve (default 1)")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Serve the API until a signal. Raises SettingsError, ServiceError and Unreachable."""
    services = read_services()
    settings = services.settings
    logs.set_up(settings.log_format, shows_messages=settings.is_development)
    open_tokens(settings, services.jwt_secret)  # raises where they cannot be checked
    require_free_port(settings.host, settings.port)
    asyncio.run(require_migrated(services.database_url))
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
