"""Looking before a start: is the port free, does Redis answer."""

import socket

import redis

from kinegraph.outside.errors import ServiceError


def require_free_port(host: str, port: int) -> None:
    """Raises ServiceError where the address cannot be listened on."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        message = (
            f"Cannot listen on {host}:{port} ({error.strerror or error}). Set PORT (and KINEGRAPH_HOST) to a free one."
        )
        raise ServiceError(message) from None


def require_redis(url: str) -> None:
    """Raises ServiceError where Redis does not answer."""
    client = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
    try:
        client.ping()
    except (redis.RedisError, OSError) as error:
        raise ServiceError(f"Redis cannot be reached ({error}). Check KINEGRAPH_REDIS_URL.") from None
    finally:
        client.close()
