"""The figures that ship with Kinegraph: animated drawings of exercises (docs/content.md, Figures)."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from kinegraph.exercise.rules import ExerciseRow

FILES = Path(__file__).parent / "figures"

PATH = "/figures/"
"""The path under which the API serves them."""


@cache
def versions() -> Mapping[str, str]:
    """The version of each figure, a hash of its file, by the exercise's slug."""
    return {path.stem: sha256(path.read_bytes()).hexdigest()[:16] for path in sorted(FILES.glob("*.webp"))}


def figure_url(row: ExerciseRow, address: str) -> str | None:
    """The address of an exercise's figure, under that of the API; None for rows that are not canonical, or without one.

    It has the version, so that caches may store the file for good.
    """
    version = versions().get(row.slug) if row.slug is not None and row["organization_id"] is None else None
    return version and f"{address}{PATH}{row.slug}.webp?v={version}"
