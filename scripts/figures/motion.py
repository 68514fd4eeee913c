"""The motion of an exercise: its key poses, interpolated to frames."""

from collections.abc import Callable, Iterator, Mapping
from math import cos, pi, sin
from typing import Any  # a pose is JSON

from figures.skeleton import FORMS, Limb, skeleton_of

FRAME_MS = 80

Pose = dict[str, Any]

LIMBS = ("leg", "far_leg", "arm", "far_arm")

EASE: Mapping[str, Callable[[float], float]] = {
    "both": lambda share: (1 - cos(pi * share)) / 2,
    "in": lambda share: 1 - cos(pi / 2 * share),
    "out": lambda share: sin(pi / 2 * share),
    "steady": lambda share: share,
}
"""The share of the way after a share of the time: from rest to rest, from rest, to rest, or steady."""


def frames_of(exercise: Mapping[str, Any]) -> Iterator[tuple[Pose, int]]:
    """The poses of one repetition, each with its milliseconds; the last is followed by the first.

    A key pose has the seconds of the move to it (`move`) and those for which it is held (`hold`). Values that it does
    not give are those of the key pose before it.
    """
    is_front = exercise.get("view") == "front"
    keys = key_poses(exercise)
    for before, key in zip([keys[-1], *keys[:-1]], keys, strict=True):
        start, end = alike(before, key, is_front=is_front)
        count, ease = round(key["move"] * 1000 / FRAME_MS), EASE[key["ease"]]
        for number in range(1, count):
            yield mixed(start, end, ease(number / count)), FRAME_MS
        yield key, max(FRAME_MS, round(key["hold"] * 1000))


def alike(start: Pose, end: Pose, *, is_front: bool) -> tuple[Pose, Pose]:
    """Two poses whose limbs are given in the same form: where they differ, by the point that the limb reaches."""
    found = dict(start), dict(end)
    for name in LIMBS:
        limbs = [pose.get(name, pose.get(name.removeprefix("far_"), {})) for pose in found]
        if _form(limbs[0]) != _form(limbs[1]):
            for pose, source, limb in zip(found, (start, end), limbs, strict=True):
                solved: Limb = getattr(skeleton_of(source, is_front=is_front), name)
                others = {key: value for key, value in limb.items() if key not in FORMS}
                pose[name] = {**others, "foot": solved.angle, "to": [*solved.end]}
        elif not is_front and "pivot" not in end:
            found[0][name], found[1][name] = limbs
    return found


def _form(limb: Pose) -> str:
    """The form in which a limb is given."""
    return next((form for form in FORMS if form in limb), "")


def key_poses(exercise: Mapping[str, Any]) -> list[Pose]:
    """The key poses with all their values."""
    keys: list[Pose] = []
    for key in exercise["keys"]:
        keys.append({**(keys[-1] if keys else {}), "hold": 0, "ease": "both", **key})
    return keys


def mixed(start: Any, end: Any, share: float) -> Any:
    """The values between two poses; what only one of them has, and what is no number, is that of the end."""
    if isinstance(end, dict):
        return {name: mixed(start.get(name, value), value, share) for name, value in end.items()}
    if isinstance(end, list):
        return [mixed(a, b, share) for a, b in zip(start, end, strict=True)]
    if isinstance(end, bool) or not isinstance(end, int | float):
        return end
    return start + (end - start) * share
