"""wger: Django fixtures, the exercises in one file and the rows that they refer to in others.

A row's name and description are those of its English translation, or else of the first one. Hebrew and Russian names
become aliases, and so do the other names in the language of the row. Licence and author are stored with each row, as
they differ. Exercises without a translation are skipped.
"""

from collections.abc import Iterator, Mapping
from typing import Any  # the format's JSON

from kinegraph.formats.html import plain_text
from kinegraph.formats.records import File, Location, Raw, Rows, Skipped, json_list, quoted
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
        _terms(raw, fields, name, *vocabulary)
        for name, vocabulary in (
            ("muscles", (fixtures.muscles, MUSCLES)),
            ("muscles_secondary", (fixtures.muscles, MUSCLES)),
            ("equipment", (fixtures.equipment, EQUIPMENT)),
        )
    )
    primary = [MUSCLES[each] for each in muscles]
    html = main.get("description")
    description = plain_text(html) if isinstance(html, str) else ""
    raw.fields = {
        "name": name,
        "description": description if any(map(str.isalnum, description)) else None,
        "aliases": [alias for alias in dict.fromkeys(_aliases(main, translations, fixtures)) if alias != name],
        "primaryMuscles": primary,
        "secondaryMuscles": [MUSCLES[each] for each in others if MUSCLES[each] not in primary],
        "equipment": [ours for each in equipment if (ours := EQUIPMENT[each])],
        **_category_and_kind(text_of(fixtures.categories.get(pk_of(fields.get("category")), {}), "name"), equipment),
        "source": "wger",
        "sourceUrl": f"https://wger.de/en/exercise/{pk}/view/",
        "licenseAttribution": _attribution(fields, main, fixtures),
    }
    return raw


def _terms(raw: Raw, fields: Mapping[str, Any], name: str, rows: Fixture, vocabulary: Mapping[str, Any]) -> list[str]:
    """The names that a row's keys refer to; one that `vocabulary` has no term for is a fault."""
    keys = fields.get(name)
    if not isinstance(keys, list):
        raw.refuse("Must be a list of keys.", name)
        return []
    names = [text_of(rows.get(pk_of(key), {}), "name") for key in keys]
    for position, each in enumerate(names):
        if each not in vocabulary:
            fault = f"Refers to {quoted(each)}, for which there is no term." if each else "Refers to nothing."
            raw.refuse(fault, name, position)
    return [each for each in names if each in vocabulary]


def _aliases(main: Mapping[str, Any], translations: list[Any], fixtures: Fixtures) -> Iterator[str]:
    for each in translations:
        language = fixtures.language(each)
        if each is main or language in ALIAS_LANGUAGES or language == fixtures.language(main):
            yield text_of(each, "name")
            yield from (text_of(alias, "alias") for alias in fixtures.aliases.get(each["pk"], ()))


def _category_and_kind(category: str, equipment: list[str]) -> dict[str, str]:
    """Our category and kind. wger's categories are regions of the body, but for Cardio."""
    if category == "Cardio":
        return {"category": "cardio", "kind": "conditioning"}
    return {"category": "bodyweight" if equipment == [BODYWEIGHT] else "strength"}


def _attribution(fields: Mapping[str, Any], main: Mapping[str, Any], fixtures: Fixtures) -> str:
    """The licence and author of the exercise, and those of its translation where they differ."""
    attributions = []
    for each in (fields, main):
        licence = fixtures.licenses.get(pk_of(each.get("license")), {})
        names = [text_of(licence, "short_name"), text_of(licence, "url") and f"({text_of(licence, 'url')})"]
        author = text_of(each, "license_author") or "wger.de contributors"
        attributions.append(f"{' '.join(filter(None, names)) or 'licence unknown'}, by {author}")
    exercise, text = attributions
    return exercise if exercise == text else f"Exercise: {exercise}; text: {text}"
