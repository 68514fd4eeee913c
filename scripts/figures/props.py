"""The props of an exercise: weights and bands that joints hold, and things that stand on the floor."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol  # a prop is JSON

from figures.skeleton import Point, Skeleton, between, toward

STEEL, WEIGHT, WOOD, BAND = "#5d6b78", "#d9822b", "#d8c7a9", "#c2413b"
PLATE = 22.5


class Surface(Protocol):
    """The picture that props are drawn on."""

    def line(self, points: Sequence[Point], color: str, width: float) -> None: ...  # noqa: D102  # as in Canvas
    def disc(self, center: Point, radius: float, color: str | None, outline: str | None = None) -> None: ...  # noqa: D102  # as in Canvas
    def area(self, corners: Sequence[Point], color: str) -> None: ...  # noqa: D102  # as in Canvas


Prop = Mapping[str, Any]


def draw_prop(canvas: Surface, prop: Prop, skeleton: Skeleton) -> None:
    """Draw a prop where the skeleton holds it, or where it stands."""
    DRAWN[prop["kind"]](canvas, prop, skeleton)


def points_of(prop: Prop, skeleton: Skeleton) -> Iterable[Point]:
    """The points that a picture has to show of a prop."""
    if "at" in prop:
        x, y = skeleton.anchor(prop["at"], prop.get("held", (0, 0)))
        size = prop.get("radius", {"barbell": PLATE, "kettlebell": 16, "pad": 26}.get(prop["kind"], 5))
        yield from ((x - size, y - size), (x + size, y + size))
    if prop["kind"] in ("box", "line"):
        yield from _corners(prop)


def _corners(prop: Prop) -> list[Point]:
    if prop["kind"] == "line":
        return [(x, y) for x, y in prop["points"]]
    left, low, right, high = prop["area"]
    return [(left, low), (right, low), (right, high), (left, high)]


def _barbell(canvas: Surface, prop: Prop, skeleton: Skeleton) -> None:
    """Seen from the side a plate and the end of the bar, from the front the bar with its plates."""
    center, size = skeleton.anchor(prop["at"], prop.get("held", (0, 0))), prop.get("radius", PLATE)
    if skeleton.is_front:
        x, y = center
        canvas.line([(x - 62, y), (x + 62, y)], STEEL, 3)
        for side in (-1, 1):
            canvas.line([(x + side * 52, y - size + 4), (x + side * 52, y + size - 4)], WEIGHT, 7)
        return
    canvas.disc(center, size, WEIGHT)
    canvas.disc(center, size * 0.72, "#e9b277")
    canvas.disc(center, 4, STEEL)


def _stick(canvas: Surface, prop: Prop, skeleton: Skeleton) -> None:
    """A stick or bar: a dot from the side; from the front a line through both hands."""
    if skeleton.is_front:
        start, end = skeleton.arm.end, skeleton.far_arm.end
        canvas.line([between(start, end, -0.15), between(start, end, 1.15)], WEIGHT, 4)
    else:
        canvas.disc(skeleton.anchor(prop["at"], prop.get("held", (0, 0))), 5, WEIGHT)


def _dumbbell(canvas: Surface, prop: Prop, skeleton: Skeleton) -> None:
    center, angle = skeleton.anchor(prop["at"]), prop.get("angle", 90)
    canvas.line([toward(center, angle, -9), toward(center, angle, 9)], STEEL, 4)
    for end in (-9, 9):
        head = toward(center, angle, end)
        canvas.line([toward(head, angle + 90, -4), toward(head, angle + 90, 4)], WEIGHT, 6)


def _kettlebell(canvas: Surface, prop: Prop, skeleton: Skeleton) -> None:
    """A kettlebell in line with the forearm, or hanging at the angle that the prop gives."""
    hand, elbow = skeleton.anchor(prop["at"]), skeleton.arm.middle
    bell = toward(hand, prop["angle"], 11) if "angle" in prop else between(elbow, hand, 1.36)
    canvas.disc(between(hand, bell, 0.35), 6, None, STEEL)
    canvas.disc(bell, 9, WEIGHT)


def _ball(canvas: Surface, prop: Prop, skeleton: Skeleton) -> None:
    canvas.disc(
        skeleton.anchor(prop["at"], prop.get("held", (0, 0))), prop.get("radius", 12), prop.get("color", WEIGHT)
    )


def _box(canvas: Surface, prop: Prop, skeleton: Skeleton) -> None:
    canvas.area(_corners(prop), prop.get("color", WOOD))


def _line(canvas: Surface, prop: Prop, skeleton: Skeleton) -> None:
    canvas.line(_corners(prop), prop.get("color", STEEL), prop.get("width", 4))


def _band(canvas: Surface, prop: Prop, skeleton: Skeleton) -> None:
    canvas.line([skeleton.anchor(end) for end in prop["between"]], prop.get("color", BAND), 3)


def _bar(canvas: Surface, prop: Prop, skeleton: Skeleton) -> None:
    """The end of a bar that is fixed, and its post."""
    x, y = prop["at"]
    post = prop.get("post", 0)
    if post:
        canvas.line([(x + post, 0), (x + post, y), (x, y)], "#d5d9dc", 4)
    canvas.disc((x, y), 5, STEEL)


def _pad(canvas: Surface, prop: Prop, skeleton: Skeleton) -> None:
    """A pad that moves with a joint, square to its direction, such as the plate of a leg press."""
    center = toward(skeleton.anchor(prop["at"]), prop["angle"], 8)
    canvas.line([toward(center, prop["angle"] + side, 26) for side in (-90, 90)], STEEL, 7)


def _wheel(canvas: Surface, prop: Prop, skeleton: Skeleton) -> None:
    canvas.disc(skeleton.anchor(prop["at"]), prop["radius"], None, STEEL)


DRAWN: Mapping[str, Callable[[Surface, Prop, Skeleton], None]] = {
    "barbell": _barbell,
    "stick": _stick,
    "dumbbell": _dumbbell,
    "kettlebell": _kettlebell,
    "ball": _ball,
    "box": _box,
    "line": _line,
    "band": _band,
    "bar": _bar,
    "pad": _pad,
    "wheel": _wheel,
}
"""The function that draws each kind of prop."""
