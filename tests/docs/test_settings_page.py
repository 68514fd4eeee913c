"""The page of operations: it names every setting, none that there is not, with its default."""

import inspect
import re

import pytest

from kinegraph.settings import Settings, SettingsError, read_settings
from tests.docs.markdown import ROOT, table

PAGE = ROOT / "docs" / "operations.md"
ROWS = {row[0].strip("`"): row for row in table(PAGE, "setting")}
"""The rows of the table of settings, by the setting's name."""

VALUES = ("7", "2000", "on", "off", "trusted", "graphql-core", "email", "ES256", "development", "text",
          "https://some.example", "10.0.0.0/8", "redis://some/1", "postgresql://some/one",
          "some text of more than thirty-two bytes")  # fmt: skip
"""Values of which each setting takes one that is not its default."""

FIELDS = [name for name in inspect.get_annotations(Settings) if not name.startswith(("_", "model_"))]


def changed_by(name: str) -> set[str]:
    """The fields that setting this variable changes."""
    before = read_settings({})
    for value in VALUES:
        try:
            after = read_settings({name: value})
        except SettingsError:
            continue
        if changed := {field for field in FIELDS if getattr(after, field) != getattr(before, field)}:
            return changed
    return set()


@pytest.mark.parametrize("name", ROWS)
def test_each_documented_setting_is_read(name: str) -> None:
    assert changed_by(name) != set()


def test_every_setting_is_documented_once() -> None:
    assert len(table(PAGE, "setting")) == len(ROWS)
    assert {field for name in ROWS for field in changed_by(name)} == set(FIELDS)


@pytest.mark.parametrize("name", ROWS)
def test_a_documented_number_is_the_default(name: str) -> None:
    default = ROWS[name][3].strip("| `")
    if default.isdigit():
        assert any(str(getattr(read_settings({}), field)) == default for field in changed_by(name))


def test_every_setting_that_a_page_names_exists() -> None:
    mentioned = {name for page in ROOT.rglob("docs/*.md") for name in re.findall(r"KINEGRAPH_\w+", page.read_text())}
    assert mentioned - set(ROWS) - {"KINEGRAPH_KEPT_MB"} == set()
