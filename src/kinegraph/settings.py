"""The settings: one frozen value, read from the environment variables KINEGRAPH_* (pydantic-settings)."""

import os
import re
import sys
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from annotated_types import Ge, Le
from pydantic import AfterValidator, AliasChoices, AliasGenerator, BeforeValidator, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from kinegraph.outside.tokens import ALGORITHMS
from kinegraph.settings_messages import messages

T = TypeVar("T")
Environment = Literal["development", "production"]

RENAMED = {"KINEGRAPH_KEPT_MB": "KINEGRAPH_CACHE_MB"}
"""Names of version 0.1 and their successors. The old ones work in 0.2, with a warning, and will not in 0.3."""


class SettingsError(Exception):
    """Settings that cannot be used. The message has one line for each: its variable, and what it takes."""


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _require_url(value: str, *schemes: str) -> str:
    scheme, separator, rest = value.partition("://")
    if scheme not in schemes or not separator or not rest:
        raise ValueError(f"it takes a URL that starts with {' or '.join(f'{name}://' for name in schemes)}")
    return value


def _require_secret(value: str) -> str:
    if len(value.encode()) < 32:
        raise ValueError("it takes at least 32 bytes (RFC 7518, 3.2)")
    return value


def _require_algorithm(value: str) -> str:
    if value not in ALGORITHMS:
        raise ValueError(f"it takes some of {', '.join(ALGORITHMS)}, separated by commas")
    return value


def _require_network(value: str) -> str:
    try:
        ip_network(value)
    except ValueError:
        raise ValueError("it takes addresses, such as 10.0.0.0/8, with commas") from None
    return value


def _require_header_name(value: str) -> str:
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", value):
        raise ValueError("it takes names of headers, separated by commas")
    return value


def _split(value: object) -> object:
    return [part.strip().rstrip("/") for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _absolute(value: object) -> object:
    return Path(value).absolute() if isinstance(value, str) else value


Choice = Annotated[T, BeforeValidator(_lower)]
Folder = Annotated[Path, BeforeValidator(_absolute)]
WebUrl = Annotated[str, AfterValidator(lambda value: _require_url(value, "http", "https"))]
DatabaseUrl = Annotated[str, AfterValidator(lambda value: _require_url(value, "postgres", "postgresql"))]
RedisUrl = Annotated[str, AfterValidator(lambda value: _require_url(value, "redis", "rediss", "unix"))]
Secret = Annotated[str, AfterValidator(_require_secret)]
Origins = Annotated[tuple[WebUrl, ...], NoDecode, BeforeValidator(_split)]
Algorithm = Annotated[str, AfterValidator(_require_algorithm)]
Algorithms = Annotated[tuple[Algorithm, ...], NoDecode, BeforeValidator(_split)]
Network = Annotated[str, AfterValidator(_require_network)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_split)]
HeaderName = Annotated[str, AfterValidator(_require_header_name)]
HeaderNames = Annotated[tuple[HeaderName, ...], NoDecode, BeforeValidator(_split)]
Port = Annotated[int, Ge(1), Le(65535)]
Seconds = Annotated[int, Ge(1), Le(3600)]
Dollars = Annotated[float, Ge(0), Le(10_000)]
Megabytes = Annotated[int, Ge(0), Le(100_000)]


class Settings(BaseSettings):
    """The settings, with their defaults, and what each means where its name does not say it.

    A field's variable is KINEGRAPH_ with the field's name, unless the field says otherwise. `Settings(...)` takes
    nothing from the environment, which `read_settings` does; `model_copy(update=...)` makes a changed copy.

    `environment`: production (the default) disables GraphiQL, introspection and the demo sign-in; `kinegraph up`
    runs in development by default.
    `home`: the folder of the embedded servers, of files where there is no bucket, and of secrets made by us.
    `database_url`, `redis_url`: None stands for the embedded servers under `home`.
    `jwt_secret` signs and checks HS256 tokens; `jwt_jwks` (file or URL) checks RS256 and ES256 ones.
    `jwt_algorithms`: the algorithms that a token may be signed with, where their key is configured.
    `jwt_leeway_seconds`: the tolerated difference between the clocks of this server and of the tokens' issuer.
    `jwt_user_claim`: the claim that identifies the user, `sub` (a Kinegraph user id) or `email`.
    `graphiql`: whether GraphiQL and introspection are on; by default in development only.
    `pool_size`: database connections per process.
    `cors_origins`: the frontends' origins that browsers may call from; in development any on this machine.
    `cors_headers`: request headers that those may send beside the usual ones.
    `trusted_proxies`: addresses of the proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    `compression`: whether responses are compressed here, and not by a proxy before this.
    `executor`: how queries are executed, breadth first or by graphql-core.
    `documents`: whether any document is executed, or only those that an operator imported.
    `mcp`: whether agents use trusted documents as tools, at /mcp.
    `public_url`: the API's address for clients.
    `media_url_seconds`: how long signed addresses of files, charts and handouts are valid.
    `cache_mb`: size of a web process's cache of finished answers (trees of workouts, pages of libraries) in
    MiB; 0 disables it.
    `request_cache_mb`: the same for parsed documents with their plans, viewers and tokens.
    `max_answer_objects`, `max_answer_mb`: maximum size of one request's answer.
    `max_cost`: maximum estimated cost of a request; `cost_budget`: what a user may spend at once, 0 for no budgets, and
    `cost_refill`: how much of it comes back in a second.
    `max_tokens`, `max_depth`, `max_fields`, `max_root_fields`, `max_aliases`, `max_definitions`, `max_variables`,
    `max_arguments`: maximum size of a document.
    `execution_seconds` (KINEGRAPH_EXECUTION_TIMEOUT): maximum duration of an execution, with the wait for a connection.
    `statement_timeout_seconds` (KINEGRAPH_STATEMENT_TIMEOUT): maximum duration of one SQL statement.
    `max_subscriptions`, `max_subscriptions_per_user`: maximum number of subscriptions of a web process; of 0, none.
    `heartbeat_seconds`: how often a silent subscription sends a sign of life.
    `job_lease_seconds`: seconds after which a job of a worker that died is begun again.
    `telemetry_retention_months`: the whole months, beside the present one, for which telemetry is stored.
    `removal_days`: how long removals are stored for apps that synchronize.
    `voyage_api_key`: with it, texts are embedded for the search by meaning; `voyage_url` is that of a proxy.
    `anthropic_api_key`: with it, aliases in other languages are proposed by `anthropic_model`; `anthropic_url` is that
    of a proxy.
    `anthropic_input_price`, `anthropic_output_price`: US dollars for a million tokens, where the built-in list has not
    those of the model; `enrichment_budget`: US dollars that a job may spend.
    `s3_bucket`: where files are stored, instead of a folder under `home`; `s3_endpoint` for R2 and MinIO, and the
    keys where the SDK does not find them by itself.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        case_sensitive=True,
        populate_by_name=True,
        validate_default=False,
        alias_generator=AliasGenerator(validation_alias=lambda name: f"KINEGRAPH_{name.upper()}"),
    )

    environment: Choice[Environment] = "production"
    home: Folder = Field(default_factory=lambda: Path(".kinegraph").absolute())
    database_url: DatabaseUrl | None = Field(default=None, repr=False)
    redis_url: RedisUrl | None = Field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: Port = Field(default=8000, validation_alias=AliasChoices("KINEGRAPH_PORT", "PORT"))
    jwt_secret: Secret | None = Field(default=None, repr=False)
    jwt_jwks: str | None = None
    jwt_audience: str | None = None
    jwt_issuer: str | None = None
    jwt_user_claim: Choice[Literal["sub", "email"]] = "sub"
    jwt_algorithms: Algorithms = ALGORITHMS
    jwt_leeway_seconds: Annotated[int, Ge(0), Le(300)] = 30
    graphiql: Choice[bool] = Field(default_factory=lambda values: values["environment"] == "development")
    pool_size: Annotated[int, Ge(1), Le(1000)] = 10
    statement_timeout_seconds: Seconds = Field(default=30, validation_alias="KINEGRAPH_STATEMENT_TIMEOUT")
    max_body_bytes: Annotated[int, Ge(1024), Le(2**30)] = 2 * 1024 * 1024
    cors_origins: Origins = ()
    cors_headers: HeaderNames = ()
    trusted_proxies: Networks = ()
    compression: Choice[bool] = True
    log_format: Choice[Literal["auto", "json", "text"]] = "auto"
    executor: Choice[Literal["breadth-first", "graphql-core"]] = "breadth-first"
    documents: Choice[Literal["any", "trusted"]] = "any"
    mcp: Choice[bool] = False
    public_url: WebUrl | None = None
    media_url_seconds: Annotated[int, Ge(1), Le(7 * 24 * 3600)] = 3600
    cache_mb: Megabytes = 64
    request_cache_mb: Megabytes = 16
    max_answer_objects: Annotated[int, Ge(1), Le(10_000_000)] = 30_000
    max_answer_mb: Annotated[int, Ge(1), Le(1024)] = 32
    max_cost: Annotated[int, Ge(1), Le(100_000_000)] = 50_000
    cost_budget: Annotated[int, Ge(0), Le(10_000_000_000)] = 100_000
    cost_refill: Annotated[int, Ge(1), Le(1_000_000_000)] = 5_000
    max_tokens: Annotated[int, Ge(100), Le(1_000_000)] = 10_000
    max_depth: Annotated[int, Ge(5), Le(100)] = 40
    max_fields: Annotated[int, Ge(100), Le(1_000_000)] = 10_000
    max_root_fields: Annotated[int, Ge(1), Le(10_000)] = 50
    max_aliases: Annotated[int, Ge(1), Le(10_000)] = 100
    max_definitions: Annotated[int, Ge(1), Le(100_000)] = 250
    max_variables: Annotated[int, Ge(1), Le(100_000)] = 250
    max_arguments: Annotated[int, Ge(10), Le(1_000_000)] = 1_000
    execution_seconds: Seconds = Field(default=20, validation_alias="KINEGRAPH_EXECUTION_TIMEOUT")
    max_subscriptions: Annotated[int, Ge(0), Le(1_000_000)] = 10_000
    max_subscriptions_per_user: Annotated[int, Ge(1), Le(100_000)] = 100
    heartbeat_seconds: Seconds = 15
    job_lease_seconds: Seconds = 30
    telemetry_retention_months: Annotated[int, Ge(2), Le(120)] = 13
    removal_days: Annotated[int, Ge(1), Le(36_500)] = 180
    voyage_api_key: str | None = Field(default=None, repr=False)
    voyage_url: WebUrl | None = None
    anthropic_api_key: str | None = Field(default=None, repr=False)
    anthropic_url: WebUrl | None = None
    anthropic_model: str = "claude-haiku-4-5"
    anthropic_input_price: Dollars | None = None
    anthropic_output_price: Dollars | None = None
    enrichment_budget: Annotated[float, Ge(0.01), Le(1000)] = 5
    s3_bucket: str | None = None
    s3_endpoint: WebUrl | None = None
    s3_region: str | None = None
    s3_access_key_id: str | None = None
    s3_secret_access_key: str | None = Field(default=None, repr=False)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is given: nothing of a developer's environment gets into a test."""
        return (init_settings,)

    @property
    def address(self) -> str:
        """The API's address: `public_url`, or else its address on this machine."""
        return self.public_url.rstrip("/") if self.public_url else self.local_address

    @property
    def local_address(self) -> str:
        """The API's address on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(self.host, self.host)
        return f"http://{host}:{self.port}"

    @property
    def is_development(self) -> bool:
        """True if conveniences for developers are on."""
        return self.environment == "development"


def read_settings(
    environ: Mapping[str, str] | None = None, default_environment: Environment = "production"
) -> Settings:
    """Read the settings from `environ` (the process's own by default); an empty value counts as not set.

    Prints a warning for each renamed variable, once: in the process's own environment it gets its new name, which
    processes started later inherit. Raises SettingsError.
    """
    variables = os.environ if environ is None else dict(environ)
    for old, new in RENAMED.items():
        if old in variables:
            print(f"kinegraph: {old} is now named {new}; the old name stops working in version 0.3.", file=sys.stderr)
            value = variables.pop(old)
            variables[new] = variables.get(new, "").strip() or value
    source = EnvSettingsSource(Settings)
    # Names in lower case are left out: pydantic-settings would take `home` for the field `home`.
    given = {name: value.strip() for name, value in variables.items() if name.isupper() and value.strip()}
    source.env_vars = {"KINEGRAPH_ENVIRONMENT": default_environment, **given}
    try:
        return Settings(**source())
    except ValidationError as error:
        raise SettingsError("\n".join(messages(error, Settings.model_fields, given))) from None
