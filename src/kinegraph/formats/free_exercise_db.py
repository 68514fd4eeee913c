"""free-exercise-db: a JSON list of exercises with one muscle, one piece of equipment and a few words each.

Its three levels become the difficulties 2, 3 and 4; the ends of our scale (1 and 5) are left to coaches. *Shoulders*
become all three heads of the deltoid. *Other* equipment stays `other`, as something is needed. Pictures are not
imported, as their origin is unknown.
"""

from collections.abc import Collection, Mapping
from typing import Any  # the format's JSON

from kinegraph.formats import free_exercise_terms as terms
from kinegraph.formats.records import File, Raw, Rows, json_list, objects, quoted


def read(file: File) -> Rows:
    """The exercises of a file of free-exercise-db. Raises FileError."""
    rows = []
    for raw, row in objects(json_list(file)):
        if row:
            raw.fields = _fields(row, raw)
        elif not raw.faults:
            raw.refuse("Must not be empty.")
        rows.append(raw)
    return Rows(rows)


def _fields(row: Mapping[str, Any], raw: Raw) -> dict[str, Any]:
    """A row's fields in the spelling of the API."""
    id = _words(row, "id", raw)
    raw.key = f"free-exercise-db:{id[0]}" if id else ""
    level = _word(row, "level", terms.DIFFICULTY, raw)
    category = _word(row, "category", terms.CATEGORY, raw)
    force = _word(row, "force", terms.FORCES, raw, or_null=True)
    mechanic = _word(row, "mechanic", terms.KIND, raw, or_null=True)
    equipment = _word(row, "equipment", terms.EQUIPMENT, raw, or_null=True)
    primary, secondary = (_muscles(row, name, raw) for name in ("primaryMuscles", "secondaryMuscles"))
    needed, mechanics = terms.EQUIPMENT.get(equipment or "", (None, None))
    is_bodyweight = category == "strength" and equipment == "body only"
    return {
        **({"name": row["name"]} if "name" in row else {}),
        "difficulty": terms.DIFFICULTY.get(level or ""),
        "category": "bodyweight" if is_bodyweight else terms.CATEGORY.get(category or "", "other"),
        "kind": terms.KIND_OF_CATEGORY.get(category or "") or terms.KIND.get(mechanic or "", "strength_compound"),
        "movementPattern": _pattern(category, mechanic, force, primary),
        "mechanics": mechanics,
        "primaryMuscles": [ours for name in primary for ours in terms.MUSCLES[name]],
        "secondaryMuscles": [ours for name in secondary for ours in terms.MUSCLES[name]],
        "equipment": [_machine(row.get("name"), needed)] if needed else [],
        "discipline": terms.DISCIPLINE.get(category or "", []),
        "instructions": [_instruction(text) for text in _words(row, "instructions", raw) if text.strip()],
        **terms.PROVENANCE,
    }


def _word(
    row: Mapping[str, Any], name: str, vocabulary: Collection[str], raw: Raw, *, or_null: bool = False
) -> str | None:
    """One word of the format's vocabulary, or None; any other value is a fault."""
    value = row.get(name)
    if isinstance(value, str) and value in vocabulary:
        return value
    if value is not None or not or_null:
        actual = f"; this is {quoted(value)}" if isinstance(value, str) else ""
        raw.refuse(f"Must be one of {', '.join(sorted(vocabulary))}{actual}.", name)
    return None


def _words(row: Mapping[str, Any], name: str, raw: Raw) -> list[str]:
    """A field that is a list of texts; the id, which is one text, as a list too."""
    value = row.get(name)
    if name == "id":
        value = [value] if value else None
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return value
    raw.refuse("Must be a text." if name == "id" else "Must be a list of texts.", name)
    return []


def _muscles(row: Mapping[str, Any], name: str, raw: Raw) -> list[str]:
    found = _words(row, name, raw)
    for position, muscle in enumerate(found):
        if muscle not in terms.MUSCLES:
            raw.refuse(f"There is no muscle {quoted(muscle)} in this format.", name, position)
    return [muscle for muscle in found if muscle in terms.MUSCLES]


def _pattern(category: str | None, mechanic: str | None, force: str | None, primary: list[str]) -> str | None:
    if category in terms.PATTERN_OF_CATEGORY:
        return terms.PATTERN_OF_CATEGORY[category]
    return terms.PATTERNS.get((force or "", primary[0])) if mechanic == "compound" and primary else None


def _machine(name: Any, needed: str) -> str:
    if needed != "machine" or not isinstance(name, str):
        return needed
    return next((ours for phrase, ours in terms.MACHINES.items() if phrase in name.lower()), needed)


def _instruction(text: str) -> dict[str, str]:
    kind = next((kind for pattern, kind in terms.INSTRUCTION_TYPES if pattern.match(text.strip())), "step")
    return {"type": kind, "body": text}
