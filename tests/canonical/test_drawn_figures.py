"""The figures of exercises: their files, and the script that draws them."""

from io import BytesIO

import pytest
from PIL import Image, ImageSequence

from figures.drawing import SIZE
from figures.files import exercises, frames, rendered
from figures.motion import frames_of
from figures.skeleton import LEG, Limb, OutOfReach, Point, Skeleton, skeleton_of
from kinegraph.canonical.rules_figures import FILES, versions
from kinegraph.canonical.rules_files import shipped_rows

MAX_FILE_BYTES, MAX_BYTES = 100_000, 1_500_000
FLOOR_TOLERANCE = 1.5
SLUGS = sorted(exercises())


def skeletons(slug: str) -> list[Skeleton]:
    """The skeletons of all frames."""
    is_front = exercises()[slug].get("view") == "front"
    return [skeleton_of(pose, is_front=is_front) for pose, _ in frames_of(exercises()[slug])]


def test_every_figure_is_of_an_exercise_of_the_library_and_has_a_file() -> None:
    """No figure is of an unknown slug, and exercises.json and the folder of files have the same slugs."""
    assert set(SLUGS) - {row["slug"] for row in shipped_rows()} == set()
    assert sorted(versions()) == SLUGS


def test_there_are_at_least_24_figures() -> None:
    """The best known exercises, and most of those of the demo, have one."""
    assert len(SLUGS) >= 24


def test_files_are_small() -> None:
    """A file has at most 100 KB, all of them 1.5 MB together."""
    sizes = {path.stem: path.stat().st_size for path in FILES.iterdir()}
    assert {slug: size for slug, size in sizes.items() if size > MAX_FILE_BYTES} == {}
    assert sum(sizes.values()) <= MAX_BYTES


def test_a_file_is_a_looping_animation_of_its_exercise_as_it_is_written_now() -> None:
    """Its size is the usual one, and it has the frames of exercises.json; equal ones in a row are one."""
    for slug in SLUGS:
        times = [milliseconds for _, milliseconds in frames_of(exercises()[slug])]
        with Image.open(FILES / f"{slug}.webp") as picture:
            assert (picture.format, picture.size, picture.info["loop"]) == ("WEBP", (SIZE, SIZE), 0), slug
            shown = durations(picture)
        assert 2 <= len(shown) <= len(times), slug
        assert sum(shown) == sum(times), slug


def durations(picture: Image.Image) -> list[int]:
    """The milliseconds of each frame, which Pillow knows once it has decoded it."""
    found = []
    for frame in ImageSequence.Iterator(picture):
        frame.load()
        found.append(frame.info["duration"])
    return found


@pytest.mark.parametrize("slug", ["back-squat", "dead-bug", "jumping-jacks"])
def test_the_script_draws_the_shipped_frames_again(slug: str) -> None:
    """Rendering is deterministic: a second rendering has the same bytes, and the shipped file the same pictures."""
    content = rendered(slug)
    assert rendered(slug) == content
    with Image.open(BytesIO(content)) as drawn, Image.open(FILES / f"{slug}.webp") as shipped:
        assert [frame.convert("RGB").tobytes() for frame in ImageSequence.Iterator(drawn)] == [
            frame.convert("RGB").tobytes() for frame in ImageSequence.Iterator(shipped)
        ]


def test_no_joint_goes_below_the_floor() -> None:
    """In every frame of every figure, all joints and soles are at or above the floor."""
    below: dict[str, float] = {}
    for slug in SLUGS:
        lowest = min(y for body in skeletons(slug) for limb in limbs_of(body) for _, y in points_of(limb))
        below |= {slug: lowest} if lowest < -FLOOR_TOLERANCE else {}
    assert below == {}


def limbs_of(body: Skeleton) -> tuple[Limb, ...]:
    """Legs and arms."""
    return body.leg, body.far_leg, body.arm, body.far_arm


def points_of(limb: Limb) -> tuple[Point, ...]:
    """Its joints, and heel and toes."""
    return limb.root, limb.middle, limb.end, *(limb.foot or ())


@pytest.mark.parametrize("slug", ["air-squats", "back-squat", "deadlift", "romanian-deadlift", "overhead-press"])
def test_the_feet_of_a_standing_lift_stay_on_the_floor(slug: str) -> None:
    """Heel and toes are where they were, and the knees are before the line from hip to ankle."""
    bodies = skeletons(slug)
    feet = [point for body in bodies for limb in (body.leg, body.far_leg) for point in limb.foot or ()]
    assert {(round(x, 3), round(abs(y), 3)) for x, y in feet} == {(-5, 0), (16, 0)}
    for body in bodies:
        (hip_x, hip_y), (x, y), (ankle_x, ankle_y) = body.leg.root, body.leg.middle, body.leg.end
        assert x >= hip_x + (ankle_x - hip_x) * (hip_y - y) / (hip_y - ankle_y) - 0.01


def test_a_pose_out_of_reach_is_refused() -> None:
    """A foot that the leg cannot reach is an error, not a longer leg."""
    far = {"hip": [0, 100 + sum(LEG)], "leg": {"to": [0, 0]}, "arm": {"angles": [180, 180]}}
    with pytest.raises(OutOfReach, match=r"The leg needs 186 from 0,186; it has 86\.0"):
        skeleton_of(far, is_front=False)


def test_the_first_frame_of_a_file_is_the_first_that_the_script_draws() -> None:
    """The still that viewers without animation show is a frame of the movement."""
    pictures, _ = frames("push-ups")
    with Image.open(FILES / "push-ups.webp") as shipped:
        assert shipped.convert("RGB").tobytes() == pictures[0].tobytes()
