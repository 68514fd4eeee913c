"""The worklist in plain Python, from the rules of docs/domain.md alone."""

from datetime import date, timedelta
from typing import Any  # answers are JSON

from tests.adherence.oracle import History, is_struggling

REASONS = ("PAIN", "STOPPED_LOGGING", "STRUGGLING", "READY_TO_PROGRESS")


def is_ready(history: History, exercise: str, today: date) -> bool:
    """Whether it was done on its last three due days with little pain and exertion, and neither hurts nor struggles."""
    due = sorted({day for day, _, other in history.due(today) if other == exercise})
    done = {d for d, source, other in history.due(today) if other == exercise and history.is_done(d, source)}
    counted = [day for day in due if day != today or day in done]
    logs = history.logged(exercise, today)
    pains = [log.pain for log in logs if log.pain is not None][-3:]
    exertions = [log.exertion for log in logs if log.exertion is not None][-3:]
    return (
        any(day > today - timedelta(14) for day in due)
        and len(counted) >= 3
        and set(counted[-3:]) <= done
        and len(pains) == len(exertions) == 3
        and sum(pains) <= 6
        and sum(exertions) <= 12
        and not hurts(history, exercise, today)
        and not is_struggling(history, exercise, today, today)
    )


def hurts(history: History, exercise: str, today: date) -> bool:
    """Whether a log with a pain of 4 or more was performed or received in the last seven days."""
    return any(
        (log.pain or 0) >= 4 and (log.day > today - timedelta(7) or log.age < 7)
        for log in history.logged(exercise, today)
    )


def worklist_entry(history: History, today: date) -> dict[str, Any] | None:
    """Why an enrollment is on the worklist, its place in the order, and the exercises; None where it is not."""
    if history.ended_on is not None and history.ended_on <= today - timedelta(7):
        return None
    is_paused = any(first <= today and (last is None or today <= last) for first, last in history.pauses)
    is_running = history.ended_on is None and not is_paused
    due = list(history.due(today))
    logs = [log for log in history.logs if log.day <= today]
    exercises = {}
    for exercise in {exercise for _, _, exercise in due} | {log.exercise for log in logs}:
        held = (
            hurts(history, exercise, today),
            False,
            is_running and is_struggling(history, exercise, today, today),
            is_running and is_ready(history, exercise, today),
        )
        if any(held):
            exercises[exercise] = [reason for reason, holds in zip(REASONS, held, strict=True) if holds]
    week = today - timedelta(6)
    last = max((log.day for log in logs), default=None)
    has_stopped = (
        is_running
        and history.starts_on <= week
        and any(week <= day < today for day, _, _ in due)
        and (last is None or last < week)
    )
    found = {reason for reasons in exercises.values() for reason in reasons} | (
        {"STOPPED_LOGGING"} if has_stopped else set()
    )
    reasons = [reason for reason in REASONS if reason in found]
    if not reasons:
        return None
    silent = (today - (last or history.starts_on - timedelta(1))).days
    weight = silent if reasons[0] == "STOPPED_LOGGING" else sum(reasons[0] in each for each in exercises.values())
    order = REASONS.index(reasons[0]), -weight
    return {"reasons": reasons, "exercises": exercises, "lastLoggedOn": last and str(last), "order": order}
