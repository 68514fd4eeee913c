"""Finding the services: the servers of the settings, or the embedded ones that `kinegraph up` runs."""

import hmac
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from kinegraph.outside.addresses import SignedAddresses
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.postgres import find_postgres
from kinegraph.outside.redis import find_redis
from kinegraph.outside.storage import ObjectStorage
from kinegraph.outside.storage_folder import FolderStorage
from kinegraph.outside.tokens import Tokens
from kinegraph.settings import Environment, Settings, read_settings


@dataclass(frozen=True, slots=True)
class Services:
    """The settings, and the addresses of the services."""

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


def open_tokens(settings: Settings, secret: str | None) -> Tokens:
    """The checker and signer of tokens for this secret and these settings. Raises ServiceError."""
    return Tokens(
        secret,
        settings.jwt_jwks,
        settings.jwt_audience,
        settings.jwt_issuer,
        algorithms=settings.jwt_algorithms,
        leeway_seconds=settings.jwt_leeway_seconds,
    )


def make_secret(settings: Settings) -> str:
    """The secret of tokens under `home`, made for this machine where there is none yet."""
    return _secret(_secret_file(settings))


def _secret_file(settings: Settings) -> Path:
    return settings.home / "jwt-secret"


def _secret(file: Path) -> str:
    """The secret in a file that only its owner can read, made where there is none. Raises ServiceError."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            _write_whole(file, secrets.token_urlsafe(48))
        return file.read_text().strip()
    except OSError as error:
        raise ServiceError(f"The secret {file} cannot be stored ({error}). Set KINEGRAPH_HOME.") from None


def _write_whole(file: Path, text: str) -> None:
    """Write a new file atomically: no reader sees half of it. Raises FileExistsError."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(descriptor, "w") as opened:
            opened.write(text)
        file.hardlink_to(name)
    finally:
        Path(name).unlink()


def signed_addresses(services: Services) -> SignedAddresses:
    """The signer of this API's addresses, by the secret of tokens, else by one under `home`. Raises ServiceError."""
    settings = services.settings
    secret = services.jwt_secret or _secret(settings.home / "address-secret")
    derived = hmac.digest(secret.encode(), b"signed addresses", "sha256")
    return SignedAddresses(settings.address, derived, settings.media_url_seconds)


def folder_storage(settings: Settings) -> FolderStorage:
    """The files under `home`, with addresses at this API that a secret beside them signs."""
    root = settings.home / "media"
    base = f"{settings.address}/media"
    return FolderStorage(root, base, _secret(settings.home / "media-secret"), settings.media_url_seconds)


@asynccontextmanager
async def open_storage(settings: Settings) -> AsyncIterator[ObjectStorage]:
    """Where files are: the bucket of the settings, or the folder under `home`. Raises ServiceError."""
    if settings.s3_bucket is None:
        yield folder_storage(settings)
        return
    s3 = import_module("kinegraph.outside.storage_s3")  # its SDK takes 0.4 s to import
    bucket = s3.Bucket(
        settings.s3_bucket,
        settings.s3_endpoint,
        settings.s3_region,
        settings.s3_access_key_id,
        settings.s3_secret_access_key,
    )
    async with s3.open_s3(bucket, settings.media_url_seconds) as storage:
        yield storage
