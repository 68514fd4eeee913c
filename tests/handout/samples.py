"""A plan whose texts are hostile, long and in several scripts, as the rows that a handout is made of."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any  # rows are read by name
from uuid import UUID

from kinegraph.enrollment.rules_calendar import Calendar, HeldVersion, Pause
from kinegraph.handout.rules import Handout
from kinegraph.handout.rules_content import Session, Source, handout_of
from kinegraph.library.rules import NOTHING, EffectiveExercise
from kinegraph.patient.rules import Language

ADDRESS = "https://api.example"
VIDEO = "https://video.example/watch?v=wall-slide&t=1"
HOSTILE = '*b* #panic("x") $1$ `r` \\u{41} <script>alert(1)</script> {{ 7*7 }} "q" \'a\' & ]) 😀 你好'
HEBREW = "הרמת רגל ישרה"
WALL, OWN = UUID(int=1), UUID(int=2)
TODAY = date(2026, 3, 9)


class _Row(dict[str, Any]):
    def __getattr__(self, name: str) -> Any:
        return self[name]


def exercise(name: str, *aliases: str, slug: str | None = None, video: str | None = None) -> EffectiveExercise:
    """An exercise: a canonical one with a slug, else the clinic's own."""
    values = {"name": name, "aliases": [*aliases], "slug": slug, "video_url": video, "thumbnail_url": None}
    row: Any = _Row(values, organization_id=None if slug else UUID(int=9))
    return EffectiveExercise(row, UUID(int=9), NOTHING)


def prescribed(exercise_id: UUID = WALL, **values: Any) -> Any:
    """An exercise of a session: three sets of ten, or these values."""
    amounts = {"sets": 3, "reps": 10, "duration_seconds": None, "hold_seconds": None, "rest_seconds": None}
    return SimpleNamespace(**{"exercise_id": exercise_id, **amounts, "per_side": False, "notes": None, **values})


def session(week: int, day: int, *rows: Any, title: str | None = None) -> Session:
    """A session of a version."""
    planned: Any = SimpleNamespace(week=week, day=day, title=title)
    return planned, rows


VERSION = UUID(int=7)


def calendar(starts_on: date, *pauses: Pause, ended_on: date | None = None, moved_on: date | None = None) -> Calendar:
    """The calendar of an enrollment in the version, perhaps moved to another one on a day."""
    held = [HeldVersion(starts_on, VERSION, 4), *([HeldVersion(moved_on, UUID(int=8), 4)] if moved_on else [])]
    return Calendar(starts_on, held, pauses, ended_on)


def source(
    sessions: Sequence[Session], weeks: int = 4, description: str | None = None, today: date = TODAY, **values: Any
) -> Source:
    """The rows of a version with these sessions, of the exercises WALL and OWN."""
    published = datetime(2026, 3, 3, 23, tzinfo=UTC)
    version: Any = SimpleNamespace(
        id=VERSION, number=2, title="Knee programme", description=description, weeks=weeks, published_at=published
    )
    shown = {
        WALL: exercise("Wall Slide", "החלקת קיר", "скольжение по стене", slug="wall-slide", video=VIDEO),
        OWN: exercise(f"{HEBREW} {HOSTILE}"),
    }
    instructions: Any = {
        WALL: [
            SimpleNamespace(type="step", body="Stand 3 × 10 cm from the wall."),
            SimpleNamespace(type="breathing", body="Breathe out."),
            SimpleNamespace(type="safety", body="Stop where it pinches."),
        ],
        OWN: [SimpleNamespace(type="step", body=HOSTILE), SimpleNamespace(type="step", body="הרימו ל־30 Hold 5 sec.")],
    }
    return Source(version, "Harbor Physio", sessions, shown, instructions, today, **values)


def sample(language: Language, **values: Any) -> Handout:
    """A handout of four weeks, of which three are equal."""
    sessions = []
    for week in range(1, 5):
        reps = 12 if week == 3 else 10
        sessions.append(session(week, 1, prescribed(reps=reps, hold_seconds=5), prescribed(OWN, notes=HOSTILE)))
        sessions.append(
            session(week, 4, prescribed(reps=None, duration_seconds=30, per_side=True), title="כוח 2 × day")
        )
    return handout_of(source(sessions, **values), language, ADDRESS)
