"""The checks for authors of entries, `python -m content_check`."""

import sys
from pathlib import Path

import orjson
import pytest

from content_check.__main__ import main
from kinegraph.canonical.rules_files import shipped_rows

ENTRY = shipped_rows()[0]
TRAINING = {"class": "isolation", "stressors": ["external_load"]}


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The faults that were printed."""
    return [line for line in capsys.readouterr().out.split("\n") if line.startswith("FAULT")]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"training": {**TRAINING, "class": "no_such_class"}}, "training.class: there is no class 'no_such_class'"),
        ({"training": TRAINING, "fatigueScore": 10}, "fatigueScore 10 is not in the class's band 2-4, give or take 1"),
    ],
)
def test_an_entry_of_an_unknown_class_or_without_conditions_is_reported_like_others(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    changed: dict[str, object],
    fault: str,
) -> None:
    """The faults of an entry are printed whatever of its training is wrong or absent, and the exit code is 1."""
    file = tmp_path / "file.json"
    file.write_bytes(orjson.dumps([{**ENTRY, **changed}, ENTRY]))
    monkeypatch.setattr(sys, "argv", ["content_check", str(file)])
    assert main() == 1
    assert lines_of(capsys) == [f"FAULT file.json {ENTRY['slug']}: {fault}"]


def test_an_entry_without_a_source_is_reported_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """An entry without source or licence is one fault, however many conditions it has texts for."""
    row = {name: value for name, value in ENTRY.items() if name != "source"}
    file = tmp_path / "file.json"
    file.write_bytes(orjson.dumps([row, {**row, "training": {**row["training"], "conditions": {}}}]))
    monkeypatch.setattr(sys, "argv", ["content_check", "--faults", str(file)])
    assert main() == 1
    assert lines_of(capsys) == [f"FAULT file.json {ENTRY['slug']}: no source or licence"] * 2
