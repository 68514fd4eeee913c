"""Making a handout of the rows of a version: equal weeks once, each exercise once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any  # the merged columns of an exercise are read by name
from uuid import UUID

from kinegraph.canonical.rules_figures import figure_url, versions
from kinegraph.exercise.rules_details import InstructionRow, InstructionType
from kinegraph.handout.rules import Block, Card, Day, Handout, Line, Text, WeekRow
from kinegraph.handout.rules_words import (
    amounts_of,
    date_of,
    language_of,
    optional_text,
    text_of,
    words_of,
)
from kinegraph.library.rules import EffectiveExercise
from kinegraph.patient.rules import Language
from kinegraph.plan.rules import MAX_DAYS, ExerciseRow, SessionRow, VersionRow

Session = tuple[SessionRow, Sequence[ExerciseRow]]

STEPS = (InstructionType.PREPARATION, InstructionType.STEP)
CUES = (InstructionType.FORM_CUE, InstructionType.BREATHING)


@dataclass(frozen=True, slots=True)
class Source:
    """The rows that a handout is made of. `starts_on` is day 1 of week 1 where it is for an enrollment."""

    version: VersionRow
    clinic: str
    sessions: Sequence[Session]
    exercises: Mapping[UUID, EffectiveExercise]
    instructions: Mapping[UUID, Sequence[InstructionRow]]
    today: date
    week: int | None = None
    patient: str | None = None
    starts_on: date | None = None
    numbers: dict[UUID, int] = field(default_factory=dict)
    """The number of each exercise, in the order in which they appear."""


def names_of(exercise: EffectiveExercise, language: Language) -> tuple[Text, Text | None]:
    """The name of an exercise in a language, if it has an alias in it, and its own name beside it."""
    shown: Any = exercise
    name: str = shown.name
    if language is not Language.EN and language_of(name) is not language:
        alias = next((each for each in shown.aliases or () if language_of(each) is language), None)
        if alias is not None:
            return text_of(alias[:1].upper() + alias[1:]), text_of(name)
    return text_of(name), None


def handout_of(source: Source, language: Language, address: str) -> Handout:
    """The handout of these rows. `address` is that of the API, below which figures are served."""
    version, words = source.version, words_of(language)
    weeks = [source.week] if source.week is not None else [*range(1, version.weeks + 1)]
    by_week: dict[int, list[Session]] = {week: [] for week in weeks}
    for session in source.sessions:
        by_week[session[0].week].append(session)
        for row in session[1]:
            source.numbers.setdefault(row.exercise_id, len(source.numbers) + 1)
    cards = [_card(source, id, language, address) for id in source.numbers if id in source.exercises]
    texts = [text for card in cards for text in (*card.steps, *card.cues, *card.safety)]
    return Handout(
        language.value,
        words["direction"],
        text_of(version.title),
        text_of(source.clinic),
        optional_text(source.patient),
        optional_text(version.description),
        _columns(source, language),
        [_overview_row(source, week, sessions, language) for week, sessions in by_week.items()],
        [_block(source, equal, by_week[equal[0]], language) for equal in _equal_weeks(by_week)],
        cards,
        words["version"].format(number=version.number, date=date_of(version.published_at.date(), language)),
        words["printed"].format(date=date_of(source.today, language)),
        source.today,
        any(text.lang == Language.EN for text in texts) and language is not Language.EN,
        {key: value for key, value in words.items() if isinstance(value, str)},
    )


def _columns(source: Source, language: Language) -> list[str]:
    """The headings of the days of a week; with the names of the weekdays where the start is known."""
    words, start = words_of(language), source.starts_on
    days = [words["day"].format(number=day) for day in range(1, MAX_DAYS + 1)]
    if start is None:
        return days
    return [f"{day} ({words['weekdays'][(start.weekday() + index) % 7]})" for index, day in enumerate(days)]


def _overview_row(source: Source, week: int, sessions: Sequence[Session], language: Language) -> WeekRow:
    words, start = words_of(language), source.starts_on
    counts = [0] * MAX_DAYS
    for session, rows in sessions:
        counts[session.day - 1] += len(rows)
    begins = date_of(start + timedelta(7 * (week - 1)), language) if start is not None else None
    cells = [str(count) if count else "" for count in counts]
    return WeekRow(words["week"].format(number=week), begins, cells)


def _equal_weeks(by_week: Mapping[int, Sequence[Session]]) -> Iterable[list[int]]:
    """The weeks in which something is planned, equal ones together."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for week, sessions in by_week.items():
        if any(rows for _, rows in sessions):
            groups.setdefault(tuple(map(_content, sessions)), []).append(week)
    return groups.values()


def _content(session: Session) -> tuple[object, ...]:
    """The content of a session: equal for sessions that are printed alike."""
    planned, rows = session
    amounts = (
        (x.exercise_id, x.sets, x.reps, x.duration_seconds, x.hold_seconds, x.rest_seconds, x.per_side, x.notes)
        for x in rows
    )
    return planned.day, planned.title, *amounts


def ranges_of(numbers: Sequence[int], language: Language) -> str:
    """Ascending numbers with those in sequence as ranges, as the language writes them."""
    written: str = words_of(language)["range"]
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1] = [ranges[-1][0], number]
        else:
            ranges.append([number])
    return ", ".join(written.format(first=each[0], last=each[-1]) if len(each) > 1 else str(each[0]) for each in ranges)


def _block(source: Source, weeks: Sequence[int], sessions: Sequence[Session], language: Language) -> Block:
    """Weeks that are equal, by the sessions of the first of them."""
    words = words_of(language)
    single = words["week"].format(number=weeks[0])
    heading = single if len(weeks) == 1 else words["weeks"].format(numbers=ranges_of(weeks, language))
    columns = _columns(source, language)
    days = [
        Day(
            columns[session.day - 1],
            optional_text(session.title),
            [_line(source, row, language) for row in rows if row.exercise_id in source.exercises],
        )
        for session, rows in sessions
        if rows
    ]
    return Block(heading, days)


def _line(source: Source, row: ExerciseRow, language: Language) -> Line:
    name, english = names_of(source.exercises[row.exercise_id], language)
    number = source.numbers[row.exercise_id]
    return Line(number, name, english, amounts_of(row, language), optional_text(row.notes))


def _card(source: Source, id: UUID, language: Language, address: str) -> Card:
    exercise: Any = source.exercises[id]
    name, english = names_of(exercise, language)
    instructions = source.instructions.get(id, ())
    slug = exercise.row.slug if exercise.row["organization_id"] is None else None
    return Card(
        source.numbers[id],
        name,
        english,
        exercise.video_url or figure_url(exercise.row, address),
        slug if slug in versions() else None,
        exercise.thumbnail_url,
        [text_of(each.body) for each in instructions if each.type in STEPS],
        [text_of(each.body) for each in instructions if each.type in CUES],
        [text_of(each.body) for each in instructions if each.type == InstructionType.SAFETY],
    )
