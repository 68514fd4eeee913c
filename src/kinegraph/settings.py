"""What can be configured, read once from the environment (KINEGRAPH_*) into one frozen value."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict, TypeVar

Environment = Literal["development", "production"]
T = TypeVar("T")


class SettingsError(Exception):
    """A setting that cannot be used; the message names the variable and says what it takes."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, its meaning and its default.

    `environment`: production (the default) shuts GraphiQL, introspection and the demo sign-in;
    `kinegraph up` runs as development unless told otherwise.
    `database_url`, `redis_url`: None stands for the embedded servers under `home`.
    `jwt_secret` signs and checks HS256 tokens; `jwt_jwks` (file or URL) checks RS256 and ES256 ones.
    `cors_origins`: the frontends' origins that browsers may call from; in development any on this machine.
    `jwt_user_claim`: the claim that names the user, `sub` (a Kinegraph user id) or `email`.
    `s3_bucket`: where files are stored, else in a folder under `home`; `s3_endpoint` for R2 and MinIO, and the keys
    where the SDK does not find them by itself. `public_url`: the API's address as clients know it.
    `executor`: how queries are run, breadth first or by graphql-core.
    `media_url_seconds`: how long signed addresses of files hold.
    `cache_mb`: how many megabytes of finished answers a web process caches in memory (trees of workouts, pages
    of libraries); 0 for nothing. `KINEGRAPH_KEPT_MB`, its old name, still works.
    `request_cache_mb`: the same for what requests are made of: parsed documents with their plans, viewers, tokens.
    `max_answer_objects`, `max_answer_mb`: how much one request may answer; `execution_seconds`: how long it may take.
    """

    environment: Environment = "production"
    home: Path = Path(".kinegraph")
    database_url: str | None = None
    redis_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    jwt_secret: str | None = None
    jwt_jwks: str | None = None
    jwt_audience: str | None = None
    jwt_issuer: str | None = None
    jwt_user_claim: Literal["sub", "email"] = "sub"
    graphiql: bool = False
    pool_size: int = 10
    statement_timeout_seconds: int = 30
    max_body_bytes: int = 2 * 1024 * 1024
    cors_origins: tuple[str, ...] = ()
    log_format: Literal["auto", "json", "text"] = "auto"
    executor: Literal["breadth-first", "graphql-core"] = "breadth-first"
    public_url: str | None = None
    media_url_seconds: int = 3600
    cache_mb: int = 64
    request_cache_mb: int = 16
    max_answer_objects: int = 30_000
    max_answer_mb: int = 32
    execution_seconds: int = 20
    s3_bucket: str | None = None
    s3_endpoint: str | None = None
    s3_region: str | None = None
    s3_access_key_id: str | None = None
    s3_secret_access_key: str | None = None

    @property
    def address(self) -> str:
        """The API's address: as clients know it, or else for somebody on this machine."""
        return self.public_url.rstrip("/") if self.public_url else self.local_address

    @property
    def local_address(self) -> str:
        """The API's address for somebody on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(self.host, self.host)
        return f"http://{host}:{self.port}"

    @property
    def development(self) -> bool:
        """Whether conveniences for people at their own machine are on."""
        return self.environment == "development"


def read_settings(
    environ: Mapping[str, str] | None = None, default_environment: Environment = "production"
) -> Settings:
    """Read the settings from `environ` (the process's own by default).

    Raises SettingsError, in one line, for a value that cannot be used.
    """
    env = os.environ if environ is None else environ

    def read(name: str, convert: Callable[[str], T], default: T) -> T:
        raw = env.get(name, "").strip()
        if not raw:
            return default
        try:
            return convert(raw)
        except ValueError as error:
            shown = name if name.endswith(("_SECRET", "_URL")) else f"{name}={raw!r}"
            raise SettingsError(f"{shown} cannot be used: {error}.") from None

    named = read("KINEGRAPH_ENVIRONMENT", _one_of("development", "production"), str(default_environment))
    environment: Environment = "development" if named == "development" else "production"
    return Settings(
        environment=environment,
        home=read("KINEGRAPH_HOME", Path, Path(".kinegraph")).absolute(),
        database_url=read("KINEGRAPH_DATABASE_URL", _url("postgres", "postgresql"), None),
        redis_url=read("KINEGRAPH_REDIS_URL", _url("redis", "rediss", "unix"), None),
        host=read("KINEGRAPH_HOST", str, "127.0.0.1"),
        port=read("KINEGRAPH_PORT", _integer(1, 65535), read("PORT", _integer(1, 65535), 8000)),
        jwt_secret=read("KINEGRAPH_JWT_SECRET", _secret, None),
        jwt_jwks=read("KINEGRAPH_JWT_JWKS", str, None),
        jwt_audience=read("KINEGRAPH_JWT_AUDIENCE", str, None),
        jwt_issuer=read("KINEGRAPH_JWT_ISSUER", str, None),
        jwt_user_claim=_user_claim(read("KINEGRAPH_JWT_USER_CLAIM", _one_of("sub", "email"), "sub")),
        graphiql=read("KINEGRAPH_GRAPHIQL", _switch, environment == "development"),
        **_limits(read),
        cors_origins=read("KINEGRAPH_CORS_ORIGINS", _origins, ()),
        executor=_executor(read("KINEGRAPH_EXECUTOR", _one_of("breadth-first", "graphql-core"), "")),
        public_url=read("KINEGRAPH_PUBLIC_URL", _url("http", "https"), None),
        s3_bucket=read("KINEGRAPH_S3_BUCKET", str, None),
        s3_endpoint=read("KINEGRAPH_S3_ENDPOINT", _url("http", "https"), None),
        s3_region=read("KINEGRAPH_S3_REGION", str, None),
        s3_access_key_id=read("KINEGRAPH_S3_ACCESS_KEY_ID", str, None),
        s3_secret_access_key=read("KINEGRAPH_S3_SECRET_ACCESS_KEY", str, None),
        log_format=_log_format(read("KINEGRAPH_LOG_FORMAT", _one_of("auto", "json", "text"), "auto")),
    )


class _Limits(TypedDict):
    pool_size: int
    statement_timeout_seconds: int
    max_body_bytes: int
    cache_mb: int
    request_cache_mb: int
    max_answer_objects: int
    max_answer_mb: int
    execution_seconds: int
    media_url_seconds: int


def _limits(read: Callable[[str, Callable[[str], int], int], int]) -> _Limits:
    """How many, how much and how long."""
    return {
        "pool_size": read("KINEGRAPH_POOL_SIZE", _integer(1, 1000), 10),
        "statement_timeout_seconds": read("KINEGRAPH_STATEMENT_TIMEOUT", _integer(1, 3600), 30),
        "max_body_bytes": read("KINEGRAPH_MAX_BODY_BYTES", _integer(1024, 2**30), 2 * 1024 * 1024),
        "cache_mb": read(
            "KINEGRAPH_CACHE_MB", _integer(0, 100_000), read("KINEGRAPH_KEPT_MB", _integer(0, 100_000), 64)
        ),
        "request_cache_mb": read("KINEGRAPH_REQUEST_CACHE_MB", _integer(0, 100_000), 16),
        "max_answer_objects": read("KINEGRAPH_MAX_ANSWER_OBJECTS", _integer(1, 10_000_000), 30_000),
        "max_answer_mb": read("KINEGRAPH_MAX_ANSWER_MB", _integer(1, 1024), 32),
        "execution_seconds": read("KINEGRAPH_EXECUTION_TIMEOUT", _integer(1, 3600), 20),
        "media_url_seconds": read("KINEGRAPH_MEDIA_URL_SECONDS", _integer(1, 7 * 24 * 3600), 3600),
    }


def _one_of(*choices: str) -> Callable[[str], str]:
    def convert(raw: str) -> str:
        if raw.lower() not in choices:
            raise ValueError(f"it takes one of {', '.join(choices)}")
        return raw.lower()

    return convert


def _integer(low: int, high: int) -> Callable[[str], int]:
    def convert(raw: str) -> int:
        if not raw.isascii() or not raw.isdigit() or len(raw) > 12 or not low <= int(raw) <= high:
            raise ValueError(f"it takes a whole number from {low} to {high}")
        return int(raw)

    return convert


def _switch(raw: str) -> bool:
    return _one_of("on", "off")(raw) == "on"


def _secret(raw: str) -> str:
    if len(raw.encode()) < 32:
        raise ValueError("it takes at least 32 bytes (RFC 7518, 3.2)")
    return raw


def _url(*schemes: str) -> Callable[[str], str | None]:
    def convert(raw: str) -> str | None:
        if raw.partition("://")[0] not in schemes or not raw.partition("://")[2]:
            raise ValueError(f"it takes a URL that starts with {' or '.join(s + '://' for s in schemes)}")
        return raw

    return convert


def _origins(raw: str) -> tuple[str, ...]:
    origins = tuple(origin.strip().rstrip("/") for origin in raw.split(",") if origin.strip())
    for origin in origins:
        _url("http", "https")(origin)
    return origins


def _log_format(raw: str) -> Literal["auto", "json", "text"]:
    return "json" if raw == "json" else "text" if raw == "text" else "auto"


def _user_claim(raw: str) -> Literal["sub", "email"]:
    return "email" if raw == "email" else "sub"


def _executor(raw: str) -> Literal["breadth-first", "graphql-core"]:
    return "graphql-core" if raw == "graphql-core" else "breadth-first"
