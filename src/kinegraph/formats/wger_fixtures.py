"""The fixtures of wger: several files, whose rows refer to each other by primary key."""

from collections.abc import Mapping
from typing import Any  # the format's JSON

from kinegraph.formats.records import File, FileError, json_list

BASE = "exercise-base-data.json"
BESIDE = ("translations", "muscles", "equipment", "categories", "languages", "licenses")

Fixture = Mapping[Any, Mapping[str, Any]]
"""The fields of a model's rows, by primary key."""


class Fixtures:
    """The rows that the exercises refer to."""

    def __init__(self, file: File) -> None:
        beside = {name: _beside(file, name) for name in BESIDE}
        self.muscles, self.equipment, self.categories, self.languages, self.licenses = (
            _rows(beside[name], model)
            for name, model in zip(
                BESIDE[1:], ("muscle", "equipment", "exercisecategory", "language", "license"), strict=True
            )
        )
        translations = _rows(beside["translations"], "translation")
        self.aliases = _grouped(_rows(beside["translations"], "alias"), "translation")
        self.translations = _grouped(translations, "exercise")

    def language(self, translation: Mapping[str, Any]) -> str:
        """A translation's language in two letters."""
        return text_of(self.languages.get(pk_of(translation.get("language")), {}), "short_name")


def names_beside(name: str) -> dict[str, str]:
    """The names of the files that belong to a file of exercises, by their entry in BESIDE. Raises FileError."""
    if not name.endswith(BASE):
        raise FileError(f"{name} must be wger's file {BASE}; the others are found beside it.")
    return {each: f"{name.removesuffix(BASE)}{each}.json" for each in BESIDE}


def _beside(file: File, name: str) -> File:
    if name not in file.beside:
        raise FileError(f"{file.name} lacks wger's file {name}.json beside it.")
    return File(f"{name}.json", file.beside[name])


def _rows(file: File, model: str) -> Fixture:
    found = {}
    for row in json_list(file):
        fields = fields_of(row, model)
        if fields is not None:
            found[pk_of(row["pk"])] = {**fields, "pk": pk_of(row["pk"])}
    return found


def fields_of(row: Any, model: str) -> Mapping[str, Any] | None:
    """The fields of a row, if it is of this model; else None."""
    if not isinstance(row, dict) or row.get("model") not in (f"exercises.{model}", f"core.{model}") or "pk" not in row:
        return None
    fields = row.get("fields")
    return fields if isinstance(fields, dict) else None


def pk_of(value: Any) -> int | str | None:
    """A value as a primary key; None for any other type."""
    return value if isinstance(value, int | str) else None


def _grouped(rows: Fixture, by: str) -> dict[Any, list[Mapping[str, Any]]]:
    groups: dict[Any, list[Mapping[str, Any]]] = {}
    for row in rows.values():
        groups.setdefault(pk_of(row.get(by)), []).append(row)
    return groups


def text_of(fields: Mapping[str, Any], name: str) -> str:
    """A field's text on one line; empty where it has none."""
    value = fields.get(name)
    return " ".join(value.split()) if isinstance(value, str) else ""
