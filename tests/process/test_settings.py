"""Settings are read from KINEGRAPH_*: their meaning, one message for each that is wrong, and renamed ones."""

import re

import pytest
from pydantic import ValidationError

from kinegraph.settings import RENAMED, Settings, SettingsError, read_settings
from tests.conftest import SECRET
from tests.process.running import environment, run
from tests.process.values import EVERY

WRONG = {
    "KINEGRAPH_ENVIRONMENT": "test",
    "KINEGRAPH_DATABASE_URL": "mysql://user:pass-word@host/x",
    "PORT": "70000",
    "KINEGRAPH_JWT_SECRET": "too-short",
    "KINEGRAPH_POOL_SIZE": "9" * 5000,
    "KINEGRAPH_CORS_ORIGINS": "http://a.example, b",
    "KINEGRAPH_LOG_FORMAT": "xml",
    "KINEGRAPH_TRUSTED_PROXIES": "proxy.example",
    "KINEGRAPH_MAX_COST": "0",
    "KINEGRAPH_ANTHROPIC_INPUT_PRICE": "99999",
    "KINEGRAPH_ENRICHMENT_BUDGET": "abc",
}
MESSAGES = [
    "KINEGRAPH_ENVIRONMENT='test' cannot be used: it takes one of development, production.",
    "KINEGRAPH_DATABASE_URL cannot be used: it takes a URL that starts with postgres:// or postgresql://.",
    "PORT='70000' cannot be used: it takes a whole number from 1 to 65535.",
    "KINEGRAPH_JWT_SECRET cannot be used: it takes at least 32 bytes (RFC 7518, 3.2).",
    f"KINEGRAPH_POOL_SIZE='{'9' * 60}…' cannot be used: it takes a whole number from 1 to 1000.",
    "KINEGRAPH_CORS_ORIGINS='http://a.example, b' cannot be used: it takes a URL that starts with http:// or https://.",
    "KINEGRAPH_TRUSTED_PROXIES='proxy.example' cannot be used: it takes addresses, such as 10.0.0.0/8, with commas.",
    "KINEGRAPH_LOG_FORMAT='xml' cannot be used: it takes one of auto, json, text.",
    "KINEGRAPH_MAX_COST='0' cannot be used: it takes a whole number from 1 to 100000000.",
    "KINEGRAPH_ANTHROPIC_INPUT_PRICE='99999' cannot be used: it takes a number from 0 to 10000.",
    "KINEGRAPH_ENRICHMENT_BUDGET='abc' cannot be used: it takes a number from 0.01 to 1000.",
]
TEXTS = {
    *("KINEGRAPH_HOME", "KINEGRAPH_HOST", "KINEGRAPH_JWT_JWKS", "KINEGRAPH_JWT_AUDIENCE", "KINEGRAPH_JWT_ISSUER"),
    *("KINEGRAPH_VOYAGE_API_KEY", "KINEGRAPH_ANTHROPIC_API_KEY", "KINEGRAPH_ANTHROPIC_MODEL", "KINEGRAPH_S3_BUCKET"),
    *("KINEGRAPH_S3_REGION", "KINEGRAPH_S3_ACCESS_KEY_ID", "KINEGRAPH_S3_SECRET_ACCESS_KEY"),
}
"""Settings that take any text."""
EXPECTED = (
    r"it takes (a whole number from \d+ to \d+|a number from [\d.]+ to \d+|one of [\w-]+(, [\w-]+)+|"
    r"at least 32 bytes .+|a URL that starts with \w+://( or \w+://)*|some of \w+(, \w+)+, separated by commas|"
    r"addresses, such as .+|names of headers, separated by commas)\."
)


def test_every_field_is_read_from_its_variable() -> None:
    settings = read_settings({name: value for name, (_, value, _) in EVERY.items()})
    expected = {field: value for field, _, value in EVERY.values()}
    assert expected.keys() == Settings.model_fields.keys(), "VALUES of tests/process/values.py has those of no number"
    assert {name: getattr(settings, name) for name in Settings.model_fields} == expected


def test_an_empty_value_counts_as_not_set_and_other_variables_are_ignored() -> None:
    foreign = {"home": "/", "port": "1", "kinegraph_port": "2", "POOL_SIZE": "3", "KINEGRAPH_OTHER": "4"}
    assert read_settings({**dict.fromkeys(EVERY, "  "), **foreign}) == Settings()


def test_only_development_has_graphiql_by_default() -> None:
    for environment_name in ("development", "production"):
        settings = read_settings({"KINEGRAPH_ENVIRONMENT": environment_name})
        assert settings.graphiql is settings.is_development is (environment_name == "development")
    assert read_settings({}, "development").graphiql
    assert read_settings({"KINEGRAPH_ENVIRONMENT": "production"}, "development").is_development is False


def test_the_platforms_port_variable_is_used_where_ours_is_not_set() -> None:
    assert read_settings({"PORT": "81"}).port == 81
    assert read_settings({"PORT": "81", "KINEGRAPH_PORT": "82"}).port == 82


def test_every_wrong_setting_has_a_line_without_secrets() -> None:
    with pytest.raises(SettingsError) as raised:
        read_settings(WRONG)
    assert str(raised.value).splitlines() == MESSAGES
    done = run("serve", env=environment(**WRONG))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [f"kinegraph: {message}" for message in MESSAGES]


@pytest.mark.parametrize("value", ["no good", "9" * 30])
def test_the_message_about_every_setting_says_what_it_takes(value: str) -> None:
    for name in EVERY.keys() - TEXTS - ({"KINEGRAPH_CORS_HEADERS"} if " " not in value else set()):
        with pytest.raises(SettingsError) as raised:
            read_settings({name: value})
        assert re.fullmatch(EXPECTED, str(raised.value).partition(" cannot be used: ")[2]), name


def test_settings_made_in_code_ignore_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Settings()
    for name, (_, value, _) in EVERY.items():
        monkeypatch.setenv(name, value)
    assert Settings() == plain


def test_settings_cannot_be_changed_and_do_not_show_secrets() -> None:
    settings = read_settings({name: value for name, (_, value, _) in EVERY.items()})
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1
    for secret in (SECRET, "secret key", "postgresql://", "unix://"):
        assert secret not in f"{settings!r} {settings}"


@pytest.mark.parametrize("old", RENAMED)
def test_a_renamed_setting_works_and_warns_with_its_new_name(old: str, capsys: pytest.CaptureFixture[str]) -> None:
    new = RENAMED[old]
    field = EVERY[new][0]
    assert getattr(read_settings({old: "7"}), field) == 7
    warning = f"kinegraph: {old} is now named {new}; the old name stops working in version 0.3.\n"
    assert capsys.readouterr().err == warning
    assert getattr(read_settings({old: "7", new: "8"}), field) == 8
    with pytest.raises(SettingsError, match=f"^{new}='x'"):
        read_settings({old: "x"})


def test_a_process_warns_of_a_renamed_setting_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KINEGRAPH_CACHE_MB", raising=False)
    monkeypatch.setenv("KINEGRAPH_KEPT_MB", "7")
    assert [read_settings().cache_mb, read_settings().cache_mb] == [7, 7]
    assert len(capsys.readouterr().err.splitlines()) == 1
