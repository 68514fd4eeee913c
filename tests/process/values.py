"""For each setting its variable, the field, a text that is not its default, and the value that is read from it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any  # each setting has its own type

from annotated_types import Ge
from pydantic import AliasChoices

from kinegraph.settings import Settings
from tests.conftest import SECRET

VALUES: Mapping[str, tuple[str, str, Any]] = {
    "KINEGRAPH_ENVIRONMENT": ("environment", " Development ", "development"),
    "KINEGRAPH_HOME": ("home", "some/folder", Path("some/folder").absolute()),
    "KINEGRAPH_DATABASE_URL": ("database_url", "postgresql://host/name", "postgresql://host/name"),
    "KINEGRAPH_REDIS_URL": ("redis_url", "unix:///run/redis", "unix:///run/redis"),
    "KINEGRAPH_HOST": ("host", "::", "::"),
    "KINEGRAPH_JWT_SECRET": ("jwt_secret", SECRET, SECRET),
    "KINEGRAPH_JWT_JWKS": ("jwt_jwks", "https://sign-in.example/keys", "https://sign-in.example/keys"),
    "KINEGRAPH_JWT_AUDIENCE": ("jwt_audience", "api", "api"),
    "KINEGRAPH_JWT_ISSUER": ("jwt_issuer", "sign-in", "sign-in"),
    "KINEGRAPH_JWT_USER_CLAIM": ("jwt_user_claim", "email", "email"),
    "KINEGRAPH_JWT_ALGORITHMS": ("jwt_algorithms", "ES256, RS256", ("ES256", "RS256")),
    "KINEGRAPH_GRAPHIQL": ("graphiql", "OFF", False),
    "KINEGRAPH_CORS_ORIGINS": ("cors_origins", "https://a.example/, http://b,", ("https://a.example", "http://b")),
    "KINEGRAPH_CORS_HEADERS": ("cors_headers", "X-Tenant, X-Trace,", ("X-Tenant", "X-Trace")),
    "KINEGRAPH_COMPRESSION": ("compression", "off", False),
    "KINEGRAPH_LOG_FORMAT": ("log_format", "JSON", "json"),
    "KINEGRAPH_EXECUTOR": ("executor", "graphql-core", "graphql-core"),
    "KINEGRAPH_DOCUMENTS": ("documents", "Trusted", "trusted"),
    "KINEGRAPH_MCP": ("mcp", "on", True),
    "KINEGRAPH_PUBLIC_URL": ("public_url", "https://api.example", "https://api.example"),
    "KINEGRAPH_TRUSTED_PROXIES": ("trusted_proxies", "10.0.0.0/8, ::1,", ("10.0.0.0/8", "::1")),
    "KINEGRAPH_VOYAGE_API_KEY": ("voyage_api_key", "key", "key"),
    "KINEGRAPH_VOYAGE_URL": ("voyage_url", "https://proxy.example/v1", "https://proxy.example/v1"),
    "KINEGRAPH_ANTHROPIC_API_KEY": ("anthropic_api_key", "key", "key"),
    "KINEGRAPH_ANTHROPIC_URL": ("anthropic_url", "https://proxy.example", "https://proxy.example"),
    "KINEGRAPH_ANTHROPIC_INPUT_PRICE": ("anthropic_input_price", "0.8", 0.8),
    "KINEGRAPH_ANTHROPIC_OUTPUT_PRICE": ("anthropic_output_price", "4", 4.0),
    "KINEGRAPH_ANTHROPIC_MODEL": ("anthropic_model", "another-model", "another-model"),
    "KINEGRAPH_S3_BUCKET": ("s3_bucket", "files", "files"),
    "KINEGRAPH_S3_ENDPOINT": ("s3_endpoint", "http://127.0.0.1:9000", "http://127.0.0.1:9000"),
    "KINEGRAPH_S3_REGION": ("s3_region", "auto", "auto"),
    "KINEGRAPH_S3_ACCESS_KEY_ID": ("s3_access_key_id", "key", "key"),
    "KINEGRAPH_S3_SECRET_ACCESS_KEY": ("s3_secret_access_key", "secret key", "secret key"),
}
"""The settings that are no numbers, or whose default is none."""


def numbers() -> Iterator[tuple[str, tuple[str, str, Any]]]:
    """The settings that are numbers, each one less than its default; one more where that is its minimum."""
    for field, info in Settings.model_fields.items():
        low = next((each.ge for each in info.metadata if isinstance(each, Ge)), None)
        if low is not None:
            alias = info.validation_alias
            variable = str(alias.choices[0] if isinstance(alias, AliasChoices) else alias)
            value = type(info.default)(info.default - 1 if info.default - 1 >= low else info.default + 1)
            yield variable, (field, str(value), value)


EVERY: Mapping[str, tuple[str, str, Any]] = {**VALUES, **dict(numbers())}
