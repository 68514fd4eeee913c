"""Where the services are: the servers that the settings name, or the embedded ones that `kinegraph up` runs."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kinegraph.outside.errors import ServiceError
from kinegraph.outside.postgres import find_postgres
from kinegraph.outside.redis import find_redis
from kinegraph.settings import Environment, Settings, read_settings


@dataclass(frozen=True, slots=True)
class Services:
    """The settings, with every service that they leave open found."""

    settings: Settings
    database_url: str
    redis_url: str
    jwt_secret: str | None


def read_services(
    environ: Mapping[str, str] | None = None, default_environment: Environment = "production"
) -> Services:
    """Read the settings and find the services. Raises SettingsError and ServiceError, one line each."""
    settings = read_settings(environ, default_environment)
    return Services(settings, database_url(settings), redis_url(settings), jwt_secret(settings))


def database_url(settings: Settings) -> str:
    """The database of the settings, or the embedded one that runs. Raises ServiceError where there is neither."""
    found = settings.database_url or find_postgres(settings.home / "postgres")
    if found is None:
        raise ServiceError("No database: set KINEGRAPH_DATABASE_URL, or run `kinegraph up` beside this.")
    return found


def redis_url(settings: Settings) -> str:
    """The Redis of the settings, or the embedded one that runs. Raises ServiceError where there is neither."""
    found = settings.redis_url or find_redis(settings.home / "redis")
    if found is None:
        raise ServiceError("No Redis: set KINEGRAPH_REDIS_URL, or run `kinegraph up` beside this.")
    return found


def jwt_secret(settings: Settings) -> str | None:
    """The secret of the settings, else the one that `kinegraph up` made, where tokens are not signed elsewhere."""
    if settings.jwt_secret or settings.jwt_jwks:
        return settings.jwt_secret
    file = _secret_file(settings)
    return file.read_text().strip() if file.exists() else None


def make_secret(settings: Settings) -> str:
    """The secret under `home`, made for this machine where there is none yet; only its owner can read it."""
    file = _secret_file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(descriptor, "w") as opened:
        opened.write(secrets.token_urlsafe(48))
    return file.read_text()


def _secret_file(settings: Settings) -> Path:
    return settings.home / "jwt-secret"
