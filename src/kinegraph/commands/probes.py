"""Checks of addresses and servers: is the port free, does Redis answer, does Kinegraph."""

import http.client
import socket
import urllib.request

from kinegraph.outside.errors import ServiceError
from kinegraph.outside.redis_client import version_and_key


def require_free_port(host: str, port: int) -> None:
    """Raises ServiceError where the address cannot be listened on."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"Cannot listen on {host}:{port} ({reason}). Set PORT (and KINEGRAPH_HOST) to a free one."
        raise ServiceError(message) from None


def require_redis(url: str) -> None:
    """Raises ServiceError where Redis does not answer."""
    version_and_key(url, "any")


def answers_at(url: str, timeout_seconds: float) -> bool:
    """Whether a GET of the URL is answered without an error."""
    try:
        with urllib.request.urlopen(url, timeout=timeout_seconds):
            return True
    except (OSError, ValueError, http.client.HTTPException):  # urllib's own errors are OSErrors
        return False
