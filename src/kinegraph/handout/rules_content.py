"""Making a handout of the rows of a version: equal weeks once, each exercise once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any  # the merged columns of an exercise are read by name
from uuid import UUID

from kinegraph.canonical.rules_figures import figure_url, versions
from kinegraph.enrollment.rules_calendar import Calendar, Pause, day_of, is_paused, overlap, position_of
from kinegraph.exercise.rules_details import InstructionRow, InstructionType
from kinegraph.handout.rules import MAX_ADDRESS, Block, Card, Day, Handout, Line, Text, WeekRow
from kinegraph.handout.rules_words import (
    amounts_of,
    date_of,
    language_of,
    optional_text,
    paragraphs_of,
    text_of,
    words_of,
)
from kinegraph.kit.text import identity_of
from kinegraph.library.rules import EffectiveExercise
from kinegraph.patient.rules import Language
from kinegraph.plan.rules import MAX_DAYS, Prescription, SessionRow, VersionRow

Session = tuple[SessionRow, Sequence[Prescription]]

STEPS = (InstructionType.PREPARATION, InstructionType.STEP)
CUES = (InstructionType.FORM_CUE, InstructionType.BREATHING)


@dataclass(frozen=True, slots=True)
class Source:
    """The rows that a handout is made of. `calendar` is that of the enrollment that it is for, if it is for one."""

    version: VersionRow
    clinic: str
    sessions: Sequence[Session]
    exercises: Mapping[UUID, EffectiveExercise]
    instructions: Mapping[UUID, Sequence[InstructionRow]]
    today: date
    week: int | None = None
    patient: str | None = None
    calendar: Calendar | None = None
    unreviewed: Mapping[UUID, frozenset[str]] = field(default_factory=dict)
    """By exercise, the aliases (`identity_of`) that a language model proposed and nobody has reviewed."""
    numbers: dict[UUID, int] = field(default_factory=dict)
    """The number of each exercise, in the order in which they appear."""


def names_of(
    exercise: EffectiveExercise, language: Language, unreviewed: Collection[str] = ()
) -> tuple[Text, Text | None]:
    """The name of an exercise in a language, if it has an alias in it, and its own name beside it.

    The alias is the first one that is not among the `unreviewed` (by `identity_of`), else the first one.
    """
    shown: Any = exercise
    name: str = shown.name
    if language is not Language.EN and language_of(name) is not language:
        aliases = [each for each in shown.aliases or () if language_of(each) is language]
        if aliases:
            alias = next((each for each in aliases if identity_of(each) not in unreviewed), aliases[0])
            return text_of(alias[:1].upper() + alias[1:]), text_of(name)
    return text_of(name), None


def handout_of(source: Source, language: Language, address: str) -> Handout:
    """The handout of these rows. `address` is that of the API, below which figures are served."""
    version, words, weeks = source.version, words_of(language), _weeks(source)
    by_week: dict[int, list[Session]] = {week: [] for week in weeks}
    for session in source.sessions:
        planned, rows = session
        if planned.week in by_week and _is_due(source, planned.week, planned.day):
            by_week[planned.week].append(session)
            for row in rows:
                source.numbers.setdefault(row.exercise_id, len(source.numbers) + 1)
    cards = [_card(source, id, language, address) for id in source.numbers if id in source.exercises]
    texts = [text for card in cards for text in (*card.steps, *card.cues, *card.safety)]
    return Handout(
        language.value,
        words["direction"],
        text_of(version.title),
        text_of(source.clinic),
        optional_text(source.patient),
        paragraphs_of(version.description),
        _columns(source, language),
        [_overview_row(source, week, sessions, language) for week, sessions in by_week.items()],
        [_block(source, equal, by_week[equal[0]], language) for equal in _equal_weeks(by_week)],
        cards,
        words["version"].format(number=version.number, date=date_of(version.published_at.date(), language)),
        words["printed"].format(date=date_of(source.today, language)),
        source.today,
        _remarks(source, weeks, language),
        any(card.address is not None and len(card.address) <= MAX_ADDRESS for card in cards),
        any(text.lang == Language.EN for text in texts) and language is not Language.EN,
        {key: value for key, value in words.items() if isinstance(value, str)},
    )


def _weeks(source: Source) -> Sequence[int]:
    """The weeks that are shown: the requested one, or all, for an enrollment without those that are over.

    Once the last week is over, all are shown again.
    """
    if source.week is not None:
        return [source.week]
    last, first = source.version.weeks, 1
    if source.calendar is not None and source.today > source.calendar.starts_on:
        first = position_of(source.calendar.starts_on, source.today).week
    return range(first if first <= last else 1, last + 1)


def _is_due(source: Source, week: int, day: int) -> bool:
    """True if something may be due: for an enrollment not while paused, after its end, or in another version."""
    calendar = source.calendar
    if calendar is None:
        return True
    on = day_of(calendar.starts_on, week, day)
    held = calendar.version_on(on)
    is_other = held is not None and held.version_id != source.version.id
    is_over = calendar.ended_on is not None and on >= calendar.ended_on
    return not (is_other or is_over or is_paused(calendar.pauses, on))


def _remarks(source: Source, weeks: Sequence[int], language: Language) -> list[str]:
    """Sentences about the days that are left out."""
    words, calendar = words_of(language), source.calendar
    if calendar is None or not weeks:
        return []
    remarks = [words["past"]] if source.week is None and weeks[0] > 1 else []
    shown = day_of(calendar.starts_on, weeks[0], 1), day_of(calendar.starts_on, weeks[-1], MAX_DAYS)
    for name, spans in (("pauses", calendar.pauses), ("others", calendar.spans_without(source.version.id))):
        days = [_paused_days(span, language) for span in spans if overlap(span, shown)]
        remarks += [words[name].format(days="; ".join(days))] if days else []
    return remarks


def _paused_days(pause: Pause, language: Language) -> str:
    """The days of a pause, or of another version, in words."""
    words, (first, last) = words_of(language), pause
    begin = date_of(first, language)
    if last is None:
        written: str = words["since"].format(first=begin)
        return written
    return begin if first == last else words["between"].format(first=begin, last=date_of(last, language))


def _columns(source: Source, language: Language) -> list[str]:
    """The headings of the days of a week; with the names of the weekdays where the start is known."""
    words = words_of(language)
    days = [words["day"].format(number=day) for day in range(1, MAX_DAYS + 1)]
    if source.calendar is None:
        return days
    start = source.calendar.starts_on.weekday()
    return [f"{day} ({words['weekdays'][(start + index) % 7]})" for index, day in enumerate(days)]


def _overview_row(source: Source, week: int, sessions: Sequence[Session], language: Language) -> WeekRow:
    """The number of exercises on each day of a week. `sessions` are those that are shown."""
    words, calendar = words_of(language), source.calendar
    counts = [0] * MAX_DAYS
    for session, rows in sessions:
        counts[session.day - 1] += len(rows)
    cells = [str(count) if count else "" for count in counts]
    begins = None
    if calendar is not None:
        begins = date_of(day_of(calendar.starts_on, week, 1), language)
        for planned, rows in source.sessions:
            if (
                planned.week == week
                and rows
                and is_paused(calendar.pauses, day_of(calendar.starts_on, week, planned.day))
            ):
                cells[planned.day - 1] = words["pause"]
    return WeekRow(words["week"].format(number=week), begins, cells)


def _equal_weeks(by_week: Mapping[int, Sequence[Session]]) -> Iterable[list[int]]:
    """The weeks in which something is planned, equal ones together."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for week, sessions in by_week.items():
        if any(rows for _, rows in sessions):
            groups.setdefault(tuple(map(_content, sessions)), []).append(week)
    return groups.values()


def _content(session: Session) -> tuple[object, ...]:
    """The content of a session, with its day: equal for sessions that are printed alike."""
    return session[0].day, *_printed(session)


def _printed(session: Session) -> tuple[object, ...]:
    """The title and the exercises of a session."""
    planned, rows = session
    amounts = (
        (x.exercise_id, x.sets, x.reps, x.duration_seconds, x.hold_seconds, x.rest_seconds, x.per_side, x.notes)
        for x in rows
    )
    return planned.title, *amounts


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
    """Weeks that are equal, by the sessions of the first of them; days that are equal are printed once."""
    words = words_of(language)
    single = words["week"].format(number=weeks[0])
    heading = single if len(weeks) == 1 else words["weeks"].format(numbers=ranges_of(weeks, language))
    columns = _columns(source, language)
    equal: dict[tuple[object, ...], list[Session]] = {}
    for session in sessions:
        if session[1]:
            equal.setdefault(_printed(session), []).append(session)
    days = [
        Day(
            ", ".join(dict.fromkeys(columns[planned.day - 1] for planned, _ in alike)),
            optional_text(alike[0][0].title),
            [_line(source, row, language) for row in alike[0][1] if row.exercise_id in source.exercises],
        )
        for alike in equal.values()
    ]
    return Block(heading, days)


def _line(source: Source, row: Prescription, language: Language) -> Line:
    name, original_name = _names(source, row.exercise_id, language)
    number = source.numbers[row.exercise_id]
    return Line(number, name, original_name, amounts_of(row, language), paragraphs_of(row.notes))


def _names(source: Source, id: UUID, language: Language) -> tuple[Text, Text | None]:
    return names_of(source.exercises[id], language, source.unreviewed.get(id, ()))


def _card(source: Source, id: UUID, language: Language, address: str) -> Card:
    exercise: Any = source.exercises[id]
    name, original_name = _names(source, id, language)
    instructions = source.instructions.get(id, ())
    slug = exercise.row.slug if exercise.row["organization_id"] is None else None
    return Card(
        source.numbers[id],
        name,
        original_name,
        exercise.video_url or figure_url(exercise.row, address),
        slug if slug in versions() else None,
        exercise.thumbnail_url,
        [text_of(each.body) for each in instructions if each.type in STEPS],
        [text_of(each.body) for each in instructions if each.type in CUES],
        [text_of(each.body) for each in instructions if each.type == InstructionType.SAFETY],
    )
