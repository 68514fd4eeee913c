"""The registry of an exercise's columns: one entry declares everything that the other files derive.

The table, reading, seeding, cloning, the override allowlist, import, export, filters, checks of inputs and the GraphQL
fields are made from it, but no facets (`catalog/store_facets.py`). CONTRIBUTING.md, "An overridable column", lists the
steps of a new one.
What an exercise has beside these columns (ids, moderation of its video, vectors, times) is in `tables`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any  # defaults are of the column's type

from kinegraph.exercise import rules_terms as terms
from kinegraph.kit.text import identity_of
from kinegraph.video.rules import MAX_VIDEO_SECONDS

MAX_ENTRIES = 50
"""Maximum number of entries of a list."""

NO_CONTENT = 0
"""`Column.content_form` of a column that nobody reads or watches who does the exercise."""


class Kind(StrEnum):
    """The type of a column's values."""

    TEXT = "text"
    LIST = "list"
    """A list of texts."""
    TERM = "term"
    """A member of the enum `Column.terms`."""
    NUMBER = "number"
    FLAG = "flag"
    URL = "url"
    """An http(s) address."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table `exercises`, with everything that depends on it."""

    name: str
    kind: Kind
    output: str | None = None
    """Description of the GraphQL field; None where the API shows the column otherwise."""
    input: str | None = None
    """Description of the input field; None where the API does not write the column."""
    filter: str | None = None
    """Description of its field in ExerciseFilter; None where lists are not filtered by it.

    The filter takes one value, which the column equals (a number must be within `bounds`); of terms several, any of
    which it is; of a list several, any of which is an entry.
    """
    max_length: int = 0
    """Maximum length of a text, or of each entry of a list, in characters."""
    bounds: tuple[int, int] = (0, 0)
    """Smallest and largest number."""
    terms: type[StrEnum] | None = None
    sql: str = ""
    """Type in the database; derived from the kind where not given."""
    default: Any = None
    """Value of a new row; an empty list for lists."""
    is_required: bool = False
    """True if it cannot be null."""
    is_overridable: bool = False
    """True if an organization may override it (docs/domain.md, Overrides)."""
    is_multiline: bool = False
    """True if a text may have several lines; others refuse line breaks."""
    is_caseless: bool = False
    """True if entries are compared without case (`kit.text.identity_of`), of which the first is stored. A cell of a CSV
    file is split at commas too then, but for `aliases` (docs/exchange.md)."""
    text_input: str | None = None
    """Description of a second input field (`text_name`), whose text is split into the list; None without one."""
    is_copied: bool = True
    """True if a clone copies it from its source."""
    content_form: int | None = None
    """The first form of the hashes of contents that has it (plan/rules_content.py); NO_CONTENT if none has.

    A column that can be overridden, or that mutations set to texts, must have a number or NO_CONTENT. A new column of
    the content has the next number, and shares it with no other.
    """

    @property
    def is_list(self) -> bool:
        """True if its values are lists."""
        return self.kind is Kind.LIST

    @property
    def sql_type(self) -> str:
        """Type in the database."""
        by_kind = {Kind.LIST: "text[]", Kind.NUMBER: "integer", Kind.FLAG: "boolean"}
        return self.sql or by_kind.get(self.kind, "text")

    @property
    def text_name(self) -> str:
        """The key of the input field whose text is split into the list, such as equipment_text."""
        return f"{self.name}_text"

    @property
    def api_name(self) -> str:
        """Name in the API's spelling."""
        return api_name(self.name)


def api_name(column: str) -> str:
    """A column's name in the API's spelling, such as athleteNotes for athlete_notes."""
    first, *others = column.split("_")
    return first + "".join(other.capitalize() for other in others)


REGISTRY = (
    Column("slug", Kind.TEXT, output="Short name for addresses, unique among canonical rows.", max_length=255,
           sql="varchar(255)", is_copied=False),
    Column("name", Kind.TEXT, output="The name to show; not unique.",
           input="The name to show, 1 to 255 characters on one line.", max_length=255,
           sql="varchar(255)", is_required=True, is_overridable=True, is_copied=False, content_form=1),
    Column("status", Kind.TERM, output="Where it stands in its life.",
           input="Draft becomes published or archived, published archived, archived published again.",
           terms=terms.ExerciseStatus, sql="varchar(16)", default="published", is_required=True, is_copied=False),
    Column("description", Kind.TEXT, output="What it is and what it is for, written for coaches.",
           input="Coach-facing text, at most 10,000 characters.", max_length=10_000, is_overridable=True,
           is_multiline=True, content_form=1),
    Column("athlete_notes", Kind.TEXT, output="What to feel and to mind, written for athletes and patients.",
           input="Athlete-facing text, at most 10,000 characters.", max_length=10_000, is_overridable=True,
           is_multiline=True, content_form=1),
    Column("category", Kind.TERM, output="Broad category of training.", input="Broad category of training.",
           filter="Any of these categories.", terms=terms.ExerciseCategory, sql="exercise_category", default="other",
           is_required=True, is_overridable=True, content_form=NO_CONTENT),
    Column("kind", Kind.TERM, output="What it is used for in a session.", input="What it is used for in a session.",
           filter="Any of these kinds.", terms=terms.ExerciseKind, sql="exercise_kind", default="strength_compound",
           is_required=True, is_overridable=True, content_form=NO_CONTENT),
    Column("movement_pattern", Kind.TERM, output="Which fundamental movement it is.",
           input="Which fundamental movement it is.", filter="Any of these movements.", terms=terms.MovementPattern,
           sql="varchar(50)", is_overridable=True, content_form=NO_CONTENT),
    Column("plane_of_motion", Kind.TERM, output="Main plane of motion.", input="Main plane of motion.",
           filter="Any of these planes.", terms=terms.PlaneOfMotion,
           sql="varchar(16)"),
    Column("mechanics", Kind.TEXT,
           output="What provides the resistance; in the library free_weight, bodyweight, machine, cable, band, other.",
           input="What provides the resistance, e.g. free_weight.", filter="Exactly this source of resistance.",
           max_length=50, sql="varchar(50)", content_form=NO_CONTENT),
    Column("force_vector", Kind.TEXT,
           output="Direction of the effort; the library says vertical, horizontal, lateral, rotational, "
                  "multi_directional.",
           input="Direction of the effort, e.g. vertical.", max_length=50, sql="varchar(50)", content_form=NO_CONTENT),
    Column("is_unilateral", Kind.FLAG, output="Whether the sides work one at a time.",
           input="Whether the sides work one at a time.", filter="Only one-sided, or only two-sided ones.",
           default=False, is_required=True),
    Column("primary_muscles", Kind.LIST, output="Muscles that do the work, e.g. quadriceps, anterior_deltoid.",
           input="Muscles that do the work.", filter="Any of these as a primary muscle.", max_length=60,
           is_overridable=True, is_caseless=True, content_form=NO_CONTENT),
    Column("secondary_muscles", Kind.LIST, output="Muscles that take a real part beside them.",
           input="Muscles that take part.", filter="Any of these as a secondary muscle.", max_length=60,
           is_overridable=True, is_caseless=True, content_form=NO_CONTENT),
    Column("equipment", Kind.LIST, output="Required equipment, e.g. barbell, rack; empty for none.",
           input="Required equipment, each entry as it is sent; an empty list for none.",
           text_input="Required equipment as one text, in place of `equipment`: split at commas, semicolons and line "
                      "breaks.", max_length=60, is_overridable=True, is_caseless=True, content_form=1),
    Column("optional_equipment", Kind.LIST, output="Equipment that helps but is not needed.",
           input="Equipment that helps but is not needed, each entry as it is sent.", max_length=60, is_caseless=True,
           content_form=1),
    Column("aliases", Kind.LIST, output="Other names, abbreviations, and names in other languages.",
           input="Other names, each entry as it is sent.",
           text_input="Other names as one text, in place of `aliases`: split at commas, semicolons and line breaks.",
           max_length=255, is_overridable=True, is_caseless=True, content_form=NO_CONTENT),
    Column("difficulty", Kind.NUMBER, output="1-2 beginner, 3 intermediate, 4-5 advanced.",
           input="1 (beginner) to 5 (advanced).", bounds=(1, 5), is_overridable=True, content_form=NO_CONTENT),
    Column("discipline", Kind.LIST, output="Sports and fields that use it, e.g. powerlifting, physiotherapy.",
           input="Sports and fields that use it.", filter="Any of these disciplines, in any case.", max_length=60,
           is_overridable=True, is_caseless=True, content_form=NO_CONTENT),
    Column("cues", Kind.LIST, output="The coach's technique cues, in the order in which they are given.",
           input="Coaching cues, in their order.", max_length=1_000, is_overridable=True, content_form=1),
    Column("common_faults", Kind.LIST, output="What usually goes wrong.", input="What usually goes wrong.",
           max_length=1_000, is_overridable=True, content_form=1),
    Column("scaling_options", Kind.LIST, output="Ways to make it easier or harder, easier first.",
           input="Easier and harder ways, easier first.", max_length=1_000, is_overridable=True, content_form=1),
    Column("video_url", Kind.URL, output="Address of the demonstration video.",
           input="http(s) address of the video.", is_overridable=True, content_form=1),
    Column("thumbnail_url", Kind.URL, output="Address of a still picture.",
           input="http(s) address of a still picture.", is_overridable=True, content_form=1),
    Column("video_duration_seconds", Kind.NUMBER, input="Length of the video in seconds, at most a day.",
           bounds=(0, MAX_VIDEO_SECONDS)),
    Column("source", Kind.TEXT, output="Where the entry comes from, e.g. crossfit-glossary.", max_length=100,
           sql="varchar(100)", is_multiline=True),
    Column("source_url", Kind.URL, output="Address of the source."),
    Column("license_attribution", Kind.TEXT, output="Attribution that the source's licence asks for.",
           max_length=10_000, is_multiline=True),
)  # fmt: skip

COLUMNS: Mapping[str, Column] = {column.name: column for column in REGISTRY}
TEXT_INPUTS: Mapping[str, Column] = {column.text_name: column for column in REGISTRY if column.text_input}
"""The lists that have a second input field, by its key."""
CASELESS = tuple(column.name for column in REGISTRY if column.is_caseless)
"""The lists whose entries are compared without case. Each has a second column, `<name>_keys`, which the database
computes: its entries in the form in which they are compared (`kinegraph_folded`)."""
LISTS = tuple(column.name for column in REGISTRY if column.is_list)
OVERRIDABLE = tuple(column.name for column in REGISTRY if column.is_overridable)
EXCHANGED = tuple(COLUMNS)
"""The columns that files set and seeding writes, with the order in which an export writes them."""
DEFAULTS: Mapping[str, Any] = {column.name: [] if column.is_list else column.default for column in REGISTRY}
"""The values of a new row."""


def sought_form(name: str) -> Callable[[str], str]:
    """The function that brings a sought text into the form in which a column, or a filter of another name, compares."""
    return str if name in COLUMNS and not COLUMNS[name].is_caseless else identity_of
