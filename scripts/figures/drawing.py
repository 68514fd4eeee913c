"""Drawing a skeleton and its props with Pillow, enlarged, and reduced afterwards so that edges are smooth."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # a prop is JSON

from PIL import Image, ImageDraw

from figures.props import draw_prop, points_of
from figures.skeleton import HEAD_RADIUS, Limb, Point, Skeleton, between, in_frame, toward

SIZE, ENLARGED, MARGIN, MAX_SCALE = 288, 2, 14, 1.4
PAPER, FLOOR, BODY, FAR = "#f8f7f4", "#c3c8cc", "#24323f", "#9aa7b2"
LIMB, SPINE = 7.0, 9.0
"""Breadths of limbs and trunk, in centimetres."""


@dataclass(frozen=True, slots=True)
class Camera:
    """The part of the plane that is shown: pixels of a centimetre, and the pixel of the point 0, 0."""

    scale: float
    x: float
    y: float

    @classmethod
    def around(cls, points: Iterable[Point]) -> "Camera":
        """The camera that shows all of these points and the floor."""
        seen = [*points, (0.0, -2.0)]
        left, right = min(x for x, _ in seen), max(x for x, _ in seen)
        low, high = min(y for _, y in seen), max(y for _, y in seen)
        room = SIZE - 2 * MARGIN
        scale = min(MAX_SCALE, room / max(right - left, 1), room / max(high - low, 1))
        spare = room - (high - low) * scale
        return cls(scale, SIZE / 2 - (left + right) / 2 * scale, SIZE - MARGIN - min(spare / 2, 60) + low * scale)


class Canvas:
    """A picture that is drawn on in centimetres."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._image = Image.new("RGB", (SIZE * ENLARGED, SIZE * ENLARGED), PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def line(self, points: Sequence[Point], color: str, width: float) -> None:
        """A line through points, with round joints and ends."""
        pixels = [*map(self._pixel, points)]
        breadth = round(width * self._camera.scale * ENLARGED)
        self._draw.line(pixels, color, breadth)
        radius = (breadth - 1) / 2
        for x, y in pixels:
            self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), color)

    def disc(self, center: Point, radius: float, color: str | None, outline: str | None = None) -> None:
        """A disc, or with `outline` a ring."""
        (x, y), size = self._pixel(center), radius * self._camera.scale * ENLARGED
        width = round(3 * self._camera.scale * ENLARGED)
        self._draw.ellipse((x - size, y - size, x + size, y + size), color, outline, width if outline else 0)

    def area(self, corners: Sequence[Point], color: str) -> None:
        """A filled polygon."""
        self._draw.polygon([*map(self._pixel, corners)], color)

    def floor(self) -> None:
        """The floor, from edge to edge."""
        y = self._pixel((0, 0))[1]
        self._draw.rectangle((0, y, SIZE * ENLARGED, y + 3 * ENLARGED), FLOOR)

    def finished(self) -> Image.Image:
        """The picture in its size."""
        return self._image.reduce(ENLARGED)

    def _pixel(self, point: Point) -> Point:
        camera = self._camera
        return (camera.x + point[0] * camera.scale) * ENLARGED, (camera.y - point[1] * camera.scale) * ENLARGED


def picture(
    skeleton: Skeleton, props: Sequence[Mapping[str, Any]], camera: Camera, *, has_face: bool = True
) -> Image.Image:
    """One frame: the floor, props behind the body, the far limbs, the body, and props before it."""
    canvas = Canvas(camera)
    canvas.floor()
    for prop in props:
        if not prop.get("is_in_front"):
            draw_prop(canvas, prop, skeleton)
    _limb(canvas, skeleton.far_leg, BODY if skeleton.is_front else FAR)
    _limb(canvas, skeleton.far_arm, BODY if skeleton.is_front else FAR)
    _limb(canvas, skeleton.leg, BODY)
    _trunk(canvas, skeleton)
    if not skeleton.is_front:
        canvas.line([skeleton.arm.root, skeleton.arm.middle, skeleton.arm.end], PAPER, LIMB + 3)
    _limb(canvas, skeleton.arm, BODY)
    _head(canvas, skeleton, has_face=has_face and not skeleton.is_front)
    for prop in props:
        if prop.get("is_in_front"):
            draw_prop(canvas, prop, skeleton)
    return canvas.finished()


def seen(skeleton: Skeleton, props: Sequence[Mapping[str, Any]]) -> Iterable[Point]:
    """The points that a picture has to show."""
    for limb in (skeleton.leg, skeleton.far_leg, skeleton.arm, skeleton.far_arm):
        yield from (limb.root, limb.middle, limb.end, *(limb.foot or ()))
    x, y = skeleton.head
    yield from ((x - HEAD_RADIUS, y - HEAD_RADIUS), (x + HEAD_RADIUS, y + HEAD_RADIUS))
    for prop in props:
        yield from points_of(prop, skeleton)


def _limb(canvas: Canvas, limb: Limb, color: str) -> None:
    if limb.foot:
        canvas.line([limb.end, *limb.foot, limb.end], color, LIMB * 0.6)
    canvas.line([limb.root, limb.middle, limb.end], color, LIMB)


def _trunk(canvas: Canvas, skeleton: Skeleton) -> None:
    hip, shoulder = skeleton.hip, skeleton.shoulder
    bent = in_frame(between(hip, shoulder, 0.5), skeleton.trunk, (0, -2 * skeleton.curve))
    count = 8 if skeleton.curve else 1
    shares = [number / count for number in range(count + 1)]
    spine = [between(between(hip, bent, share), between(bent, shoulder, share), share) for share in shares]
    canvas.line(spine, BODY, SPINE)
    canvas.line([shoulder, skeleton.head], BODY, LIMB)
    if skeleton.is_front:
        canvas.line([skeleton.arm.root, skeleton.far_arm.root], BODY, LIMB)
        canvas.line([skeleton.leg.root, skeleton.far_leg.root], BODY, LIMB)
    if skeleton.belly:
        canvas.disc(in_frame(between(hip, shoulder, 0.35), skeleton.trunk, (0, skeleton.belly / 2)), 6, BODY)


def _head(canvas: Canvas, skeleton: Skeleton, *, has_face: bool) -> None:
    if has_face:
        canvas.disc(toward(skeleton.head, skeleton.face + 80, HEAD_RADIUS), 3, BODY)
    canvas.disc(skeleton.head, HEAD_RADIUS, BODY)
