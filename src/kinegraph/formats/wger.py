"""wger: Django fixtures, the exercises in one file and all that they refer to in files beside it.

A row's name and description are its English translation's, or else the first one's. Hebrew and Russian names become
aliases, as do the other names that wger has in the language of the row. Licence and author are told row by row, as
they differ. Fixture that nobody named in any language are skipped.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from kinegraph.formats.html import plain
from kinegraph.formats.records import File, Location, Raw, Rows, Skipped, json_list
from kinegraph.formats.wger_fixtures import Fixture, Fixtures, fields_of, pk_of, text_of

MUSCLES = {
    "Biceps brachii": "biceps",
    "Anterior deltoid": "anterior_deltoid",
    "Serratus anterior": "serratus_anterior",
    "Pectoralis major": "chest",
    "Triceps brachii": "triceps",
    "Rectus abdominis": "abdominals",
    "Gastrocnemius": "calves",
    "Gluteus maximus": "glutes",
    "Trapezius": "traps",
    "Quadriceps femoris": "quadriceps",
    "Biceps femoris": "hamstrings",
    "Latissimus dorsi": "lats",
    "Brachialis": "brachialis",
    "Obliquus externus abdominis": "obliques",
    "Soleus": "soleus",
    "Erector spinae": "erector_spinae",
}
BODYWEIGHT = "none (bodyweight exercise)"
EQUIPMENT = {
    "Barbell": "barbell",
    "SZ-Bar": "ez_bar",
    "Dumbbell": "dumbbell",
    "Gym mat": "yoga_mat",
    "Swiss Ball": "swiss_ball",
    "Pull-up bar": "pull_up_bar",
    "Bench": "bench",
    "Incline bench": "bench",
    "Kettlebell": "kettlebell",
    "Resistance band": "resistance_band",
    "Cable machine": "cable_machine",
    BODYWEIGHT: None,
}
ALIAS_LANGUAGES = ("he", "ru")


def read(file: File) -> Rows:
    """The exercises of wger's fixtures. Raises FileError."""
    fixtures = Fixtures(file)
    rows = []
    skipped = []
    for number, row in enumerate(json_list(file), 1):
        fields = fields_of(row, "exercise")
        pk = pk_of(row["pk"]) if fields is not None else None
        if fields is None or pk is None:
            rows.append(_unread(number))
        elif not fixtures.translations.get(pk):
            skipped.append(
                Skipped(Location(number, text_of(fields, "uuid")), "skipped, as it has no name in any language")
            )
        else:
            rows.append(_raw(number, pk, fields, fixtures))
    return Rows(rows, skipped)


def _unread(number: int) -> Raw:
    raw = Raw(Location(number))
    raw.refuse("Must be an object with pk and fields, of the model exercises.exercise.")
    return raw


def _raw(number: int, pk: int | str, fields: Mapping[str, Any], fixtures: Fixtures) -> Raw:
    translations = fixtures.translations[pk]
    main = next((each for each in translations if fixtures.language(each) == "en"), translations[0])
    name = text_of(main, "name")
    uuid = text_of(fields, "uuid")
    raw = Raw(Location(number, name or uuid), key=f"wger:{uuid}" if uuid else "", key_field="uuid")
    muscles, others, equipment = (
        _terms(raw, fields, name, *known)
        for name, known in (
            ("muscles", (fixtures.muscles, MUSCLES)),
            ("muscles_secondary", (fixtures.muscles, MUSCLES)),
            ("equipment", (fixtures.equipment, EQUIPMENT)),
        )
    )
    primary = [MUSCLES[each] for each in muscles]
    html = main.get("description")
    description = plain(html) if isinstance(html, str) else ""
    raw.fields = {
        "name": name,
        "description": description if any(map(str.isalnum, description)) else None,
        "aliases": [alias for alias in dict.fromkeys(_aliases(main, translations, fixtures)) if alias != name],
        "primaryMuscles": primary,
        "secondaryMuscles": [MUSCLES[each] for each in others if MUSCLES[each] not in primary],
        "equipment": [ours for each in equipment if (ours := EQUIPMENT[each])],
        **_sorts(text_of(fixtures.categories.get(pk_of(fields.get("category")), {}), "name"), equipment),
        "source": "wger",
        "sourceUrl": f"https://wger.de/en/exercise/{pk}/view/",
        "licenseAttribution": _attribution(fields, main, fixtures),
    }
    return raw


def _terms(raw: Raw, fields: Mapping[str, Any], name: str, rows: Fixture, known: Mapping[str, Any]) -> list[str]:
    """The names that a row's keys refer to; those that we have no term for are refused."""
    keys = fields.get(name)
    if not isinstance(keys, list):
        raw.refuse("Must be a list of keys.", name)
        return []
    names = [text_of(rows.get(pk_of(key), {}), "name") for key in keys]
    for place, each in enumerate(names):
        if each not in known:
            raw.refuse(
                f"Refers to {each!r}, for which there is no term." if each else "Refers to nothing.", name, place
            )
    return [each for each in names if each in known]


def _aliases(main: Mapping[str, Any], translations: list[Any], fixtures: Fixtures) -> Iterator[str]:
    for each in translations:
        language = fixtures.language(each)
        if each is main or language in ALIAS_LANGUAGES or language == fixtures.language(main):
            yield text_of(each, "name")
            yield from (text_of(alias, "alias") for alias in fixtures.aliases.get(each["pk"], ()))


def _sorts(category: str, equipment: list[str]) -> dict[str, str]:
    """What wger's category says: the part of the body that is trained, or that it is for the heart."""
    if category == "Cardio":
        return {"category": "cardio", "kind": "conditioning"}
    return {"category": "bodyweight" if equipment == [BODYWEIGHT] else "strength"}


def _attribution(fields: Mapping[str, Any], main: Mapping[str, Any], fixtures: Fixtures) -> str:
    """Licence and authors, of the exercise and of the text that is shown."""
    told = []
    for each in (fields, main):
        licence = fixtures.licenses.get(pk_of(each.get("license")), {})
        names = [text_of(licence, "short_name"), text_of(licence, "url") and f"({text_of(licence, 'url')})"]
        author = text_of(each, "license_author") or "wger.de contributors"
        told.append(f"{' '.join(filter(None, names)) or 'licence unknown'}, by {author}")
    return told[0] if told[0] == told[1] else f"Exercise: {told[0]}; text: {told[1]}"
