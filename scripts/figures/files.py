"""The files of figures: rendered as animated WebP, which loops."""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any  # the exercises are JSON

import orjson
from PIL import Image

from figures.drawing import Camera, picture, seen
from figures.motion import frames_of
from figures.skeleton import OutOfReach, skeleton_of

HERE = Path(__file__).parent
TARGET = HERE.parents[1] / "src" / "kinegraph" / "canonical" / "figures"


@cache
def exercises() -> Mapping[str, Mapping[str, Any]]:
    """The exercises by slug."""
    found: dict[str, Any] = orjson.loads((HERE / "exercises.json").read_bytes())
    return found


def frames(slug: str) -> tuple[list[Image.Image], list[int]]:
    """The frames of an exercise, and the milliseconds of each. Raises OutOfReach with the exercise's slug."""
    exercise = exercises()[slug]
    poses, times = zip(*frames_of(exercise), strict=True)
    try:
        skeletons = [skeleton_of(pose, is_front=exercise.get("view") == "front") for pose in poses]
    except OutOfReach as error:
        raise OutOfReach(f"{slug}: {error}") from None
    props = exercise.get("props", ())
    camera = Camera.around(point for skeleton in skeletons for point in seen(skeleton, props))
    has_face = exercise.get("has_face", True)
    return [picture(skeleton, props, camera, has_face=has_face) for skeleton in skeletons], [*times]


def rendered(slug: str) -> bytes:
    """The file of an exercise's figure."""
    (first, *others), times = frames(slug)
    target = BytesIO()
    options = {"lossless": True, "method": 4, "quality": 75, "minimize_size": True}
    first.save(target, "WEBP", save_all=True, append_images=others, duration=times, loop=0, **options)
    return target.getvalue()
