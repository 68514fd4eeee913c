"""Adherence in plain Python, from the rules of docs/domain.md alone: day by day, log by log."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any  # answers are JSON

Prescription = tuple[date, str, str]
"""The day, the source and the exercise of what is due."""


@dataclass(frozen=True)
class Version:
    """A version: its number of weeks, and by (week, day) the source and the exercise of each prescription."""

    weeks: int
    days: Mapping[tuple[int, int], Sequence[tuple[str, str]]]


@dataclass
class Log:
    """A log, in the order of creation within a history; `age` is the number of days since it was received."""

    day: date
    source: str
    exercise: str
    pain: int | None = None
    exertion: int | None = None
    amounts: tuple[int | None, int | None, int | None] = (None, None, None)
    """Sets, repetitions and duration."""
    age: int = 0

    @property
    def is_done(self) -> bool:
        """False if the amounts that are given are all 0: it could not be done."""
        given = [amount for amount in self.amounts if amount is not None]
        return not given or any(given)


@dataclass
class History:
    """An enrollment: the versions by the day from which they hold, its pauses (an open one has no end) and its logs."""

    starts_on: date
    versions: list[tuple[date, Version]]
    pauses: list[tuple[date, date | None]] = field(default_factory=list)
    ended_on: date | None = None
    logs: list[Log] = field(default_factory=list)

    def held(self, day: date) -> Version | None:
        """The version that holds on a day."""
        found = None
        for from_day, version in sorted(self.versions, key=lambda each: each[0]):
            if from_day <= day:
                found = version
        return found

    def due(self, until: date) -> Iterator[Prescription]:
        """What is due from the start up to and including a day."""
        day = self.starts_on
        while day <= until:
            week, weekday = (day - self.starts_on).days // 7 + 1, (day - self.starts_on).days % 7 + 1
            version = self.held(day)
            is_paused = any(first <= day and (last is None or day <= last) for first, last in self.pauses)
            is_over = self.ended_on is not None and day >= self.ended_on
            if version is not None and week <= version.weeks and not is_paused and not is_over:
                for source, exercise in version.days.get((week, weekday), ()):
                    yield day, source, exercise
            day += timedelta(1)

    def is_done(self, day: date, source: str) -> bool:
        """True if a prescription has a log of its day that says that something was done."""
        return any(log.day == day and log.source == source and log.is_done for log in self.logs)

    def logged(self, exercise: str, until: date) -> list[Log]:
        """The logs of an exercise up to a day, in the order of days and of creation."""
        return sorted(
            (log for log in self.logs if log.exercise == exercise and log.day <= until),
            key=lambda log: (log.day, -log.age),
        )


def rate(done: int, due: int) -> float | None:
    """The share of what was due that was done."""
    return done / due if due else None


def average(values: Sequence[int]) -> float | None:
    """The average of scores."""
    return sum(values) / len(values) if values else None


def recent_days(history: History, exercise: str, as_of: date) -> tuple[int, int]:
    """On how many of the last 14 days an exercise was due, and on how many of these it was done."""
    first = as_of - timedelta(13)
    of_exercise = [(day, source) for day, source, other in history.due(as_of) if other == exercise and day >= first]
    done = {day for day, source in of_exercise if history.is_done(day, source)}
    return len({day for day, _ in of_exercise}), len(done)


def is_struggling(history: History, exercise: str, as_of: date, today: date | None = None) -> bool:
    """Whether the last three scores of pain average 4 or more, or it was done on under half of its recent due days.

    Today counts among the due days only where it was done.
    """
    pains = [log.pain for log in history.logged(exercise, as_of) if log.pain is not None][-3:]
    due, done = recent_days(history, exercise, as_of)
    of_today = [source for day, source, other in history.due(as_of) if other == exercise and day == as_of == today]
    if of_today and not any(history.is_done(as_of, source) for source in of_today):
        due -= 1
    return (bool(pains) and sum(pains) / len(pains) >= 4) or done < due / 2


def streak(history: History, as_of: date) -> int:
    """The due days in sequence, back from a day, on which all was done; the day itself ends none."""
    days: dict[date, list[bool]] = defaultdict(list)
    for day, source, _ in history.due(as_of):
        days[day].append(history.is_done(day, source))
    found = 0
    for day in sorted(days, reverse=True):
        if all(days[day]):
            found += 1
        elif day != as_of:
            break
    return found


def weeks(history: History, as_of: date) -> int:
    """The number of weeks that are listed."""
    last = as_of if history.ended_on is None else min(as_of, history.ended_on - timedelta(1))
    version = history.held(max(as_of, history.starts_on))
    begun = max(0, (last - history.starts_on).days // 7 + 1)
    due = [(day - history.starts_on).days // 7 + 1 for day, _, _ in history.due(as_of)]
    return max(min(begun, version.weeks) if version else 0, *due, 0)


def felt_by_groups(by_patient: Mapping[str, Sequence[Log]]) -> dict[str, Any]:
    """The averages of what patients felt, with the number of scores; null of fewer than five patients who scored."""
    found = felt([log for logs in by_patient.values() for log in logs])
    for score, name in (("pain", "Pain"), ("exertion", "Exertion")):
        if sum(any(getattr(log, score) is not None for log in logs) for logs in by_patient.values()) < 5:
            found |= {f"average{name}": None, f"{score}Count": None}
    return found


def felt(logs: Sequence[Log]) -> dict[str, Any]:
    """The averages of what was felt, with the number of scores."""
    pains = [log.pain for log in logs if log.pain is not None]
    exertions = [log.exertion for log in logs if log.exertion is not None]
    return {
        "averagePain": average(pains),
        "painCount": len(pains),
        "averageExertion": average(exertions),
        "exertionCount": len(exertions),
    }


def adherence(history: History, as_of: date, today: date | None = None) -> dict[str, Any]:
    """The adherence of an enrollment, as the API answers it; exercises by their ids."""
    due = [(day, exercise, history.is_done(day, source)) for day, source, exercise in history.due(as_of)]
    by_week = []
    for week in range(1, weeks(history, as_of) + 1):
        first = history.starts_on + timedelta(7 * (week - 1))
        of_week = [done for day, _, done in due if first <= day < first + timedelta(7)]
        by_week.append(
            {
                "week": week,
                "prescribed": len(of_week),
                "completed": sum(of_week),
                "rate": rate(sum(of_week), len(of_week)),
            }
        )
    exercises = {exercise for _, exercise, _ in due} | {log.exercise for log in history.logs if log.day <= as_of}
    by_exercise = {}
    for exercise in exercises:
        of_exercise = [done for _, other, done in due if other == exercise]
        recent_due, recent_done = recent_days(history, exercise, as_of)
        by_exercise[exercise] = {
            "prescribed": len(of_exercise),
            "completed": sum(of_exercise),
            "rate": rate(sum(of_exercise), len(of_exercise)),
            **felt(history.logged(exercise, as_of)),
            "recentDueDays": recent_due,
            "recentDoneDays": recent_done,
            "isStruggling": is_struggling(history, exercise, as_of, today),
        }
    done = [done for _, _, done in due]
    return {
        "asOf": str(as_of),
        "prescribed": len(done),
        "completed": sum(done),
        "rate": rate(sum(done), len(done)),
        "currentStreakDays": streak(history, as_of),
        "daysWithData": len({log.day for log in history.logs if as_of - timedelta(30) < log.day <= as_of}),
        "byWeek": by_week,
        "byExercise": by_exercise,
    }


def analytics(patients: Mapping[str, Sequence[History]], start: date | None, end: date) -> dict[str, dict[str, Any]]:
    """The figures of each exercise over the histories of patients, from one day to another; five patients at least."""
    found: dict[str, dict[str, Any]] = {}
    names = {
        exercise
        for each in patients.values()
        for h in each
        for _, v in h.versions
        for d in v.days.values()
        for _, exercise in d
    }
    for exercise in names:
        counted, due, done, struggling = set(), 0, 0, set()
        logs: dict[str, list[Log]] = defaultdict(list)
        for patient, histories in patients.items():
            for history in histories:
                of_exercise = [
                    history.is_done(day, source)
                    for day, source, other in history.due(end)
                    if other == exercise and (start is None or day >= start)
                ]
                logged = [log for log in history.logged(exercise, end) if start is None or log.day >= start]
                if of_exercise or logged:
                    counted.add(patient)
                    if is_struggling(history, exercise, end):
                        struggling.add(patient)
                due, done = due + len(of_exercise), done + sum(of_exercise)
                logs[patient] += logged
        if len(counted) >= 5:
            found[exercise] = {
                "patients": len(counted),
                "prescribed": due,
                "completed": done,
                "rate": rate(done, due),
                **felt_by_groups(logs),
                "strugglingPatients": len(struggling),
            }
    return found
