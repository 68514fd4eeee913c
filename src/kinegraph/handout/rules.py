"""The content of a handout: what is requested, its limits, and its texts in the order in which they are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from kinegraph.kit.errors import InvalidInput
from kinegraph.patient.rules import Language
from kinegraph.plan.rules import VersionRow

HTML, PDF = "html", "pdf"
PATH = "handouts/"
"""The path below which the two forms of a handout are served."""

MAX_ROWS, MAX_EXERCISES = 600, 80
"""Maximum number of prescriptions (of weeks that are equal those of one), and of different exercises."""
MAX_TEXT = 300_000
"""Maximum length of all instructions of a handout, in characters."""
MAX_PAGES = 100
MAX_ADDRESS = 600
"""Maximum length of an address with a QR code, in characters: a longer one makes a code that phones do not read."""


class TooLong(Exception):
    """A handout that has more than the limits allow; the message says what to do."""


@dataclass(frozen=True, slots=True)
class HandoutRequest:
    """A version of a plan, the language, one week or all of them (None), and the enrollment that it is printed for."""

    version_id: UUID
    language: Language
    week: int | None = None
    enrollment_id: UUID | None = None
    shows_name: bool = False

    def parameters(self) -> dict[str, str]:
        """The parameters of the signed address."""
        values = {"version": str(self.version_id), "language": self.language.value}
        if self.week is not None:
            values["week"] = str(self.week)
        if self.enrollment_id is not None:
            values |= {"enrollment": str(self.enrollment_id), "name": str(int(self.shows_name))}
        return values

    @classmethod
    def from_parameters(cls, values: Mapping[str, str]) -> "HandoutRequest":
        """The handout that a verified address names."""
        week, enrollment = values.get("week"), values.get("enrollment")
        return cls(
            UUID(values["version"]),
            Language(values["language"]),
            int(week) if week else None,
            UUID(enrollment) if enrollment else None,
            values.get("name") == "1",
        )


class Size(NamedTuple):
    """The number of prescriptions of a version, those of equal weeks once, and of its exercises."""

    rows: int
    exercises: int


def check_week(week: int | None, version: VersionRow) -> None:
    """Raise InvalidInput for a week that the version does not have."""
    if week is not None and not 1 <= week <= version.weeks:
        raise InvalidInput(f"Must be from 1 to {version.weeks}; this is {week}.", "week")


def check_size(size: Size, week: int | None) -> None:
    """Raise InvalidInput for more than a handout has."""
    if size.rows > MAX_ROWS or size.exercises > MAX_EXERCISES:
        advice = "ask for the weeks one by one" if week is None else "divide the week"
        raise InvalidInput(
            f"A handout has at most {MAX_ROWS} prescriptions of {MAX_EXERCISES} exercises, and this one would have "
            f"{size.rows} of {size.exercises}: {advice}.",
            "week",
        )


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the handout, with its own language and direction ("ltr" or "rtl")."""

    text: str
    lang: str
    dir: str


@dataclass(frozen=True, slots=True)
class Card:
    """An exercise, once in a handout: its names, pictures and texts, and the address that its code leads to.

    `original_name`: the library's name, where `name` is a translation of it; None where it is not translated.
    """

    number: int
    name: Text
    original_name: Text | None
    address: str | None
    figure: str | None
    thumbnail_url: str | None
    steps: Sequence[Text]
    cues: Sequence[Text]
    safety: Sequence[Text]


@dataclass(frozen=True, slots=True)
class Line:
    """A prescription: the exercise by the number of its card, and how much of it is to be done."""

    number: int
    name: Text
    original_name: Text | None
    amounts: str
    notes: Sequence[Text]


@dataclass(frozen=True, slots=True)
class Day:
    """A session of a day, or of days that are equal."""

    heading: str
    title: Text | None
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Block:
    """A week, or weeks that are equal."""

    heading: str
    days: Sequence[Day]


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A week of the overview: its name, its first day where it is known, and the number of exercises of each day."""

    heading: str
    begins: str | None
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Handout:
    """A whole handout. `remarks` say which days are left out; `words` are the texts of its language.

    `has_english_texts`: texts of the exercises are in English, in a handout of another language.
    """

    lang: str
    dir: str
    title: Text
    clinic: Text
    patient: Text | None
    description: Sequence[Text]
    columns: Sequence[str]
    overview: Sequence[WeekRow]
    blocks: Sequence[Block]
    cards: Sequence[Card]
    version: str
    printed: str
    printed_on: date
    remarks: Sequence[str]
    has_codes: bool
    has_english_texts: bool
    words: Mapping[str, str]
