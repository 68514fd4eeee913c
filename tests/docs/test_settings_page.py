"""The page of operations: it names every setting, none that there is not, with its default."""

import inspect
import re

import pytest

from kinegraph.settings import Settings, read_settings
from tests.docs.markdown import ROOT, table
from tests.process.values import EVERY

PAGE = ROOT / "docs" / "operations.md"
ROWS = {row[0].strip("`"): row for row in table(PAGE, "setting")}
"""The rows of the table of settings, by the setting's name."""

FIELDS = [name for name in inspect.get_annotations(Settings) if not name.startswith(("_", "model_"))]


def changed_by(name: str) -> set[str]:
    """The fields that setting this variable changes."""
    found = set()
    for environment in ("production", "development"):  # some defaults depend on it
        before = read_settings({}, environment)
        after = read_settings({name: EVERY[name][1]} if name in EVERY else {}, environment)
        found |= {field for field in FIELDS if getattr(after, field) != getattr(before, field)}
    return found


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
