"""The skeleton: from a pose, as exercises.json has it, to the points of the joints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians, sin, sqrt
from typing import Any  # a pose is JSON

Point = tuple[float, float]

TRUNK, NECK, HEAD_RADIUS = 50.0, 20.0, 11.0
LEG, ARM = (43.0, 43.0), (31.0, 33.0)
HEEL, TOE, SOLE = 5.0, 16.0, 5.5
"""A foot: from the ankle back to the heel, forward to the toes, and down to the sole."""

HALF_PELVIS, HALF_SHOULDERS = 9.0, 17.0
"""Half the breadth of pelvis and shoulders, in front view."""

MAX_SHORT = 5.0
"""A target may be out of a limb's reach by so much; the limb is drawn straight and ends before it."""


FORMS = ("angles", "points", "toe", "held", "to")
"""The forms in which a pose may give a limb: the angles of its bones, the points of knee or elbow and end (where it is
foreshortened), the point of the toes, the point of the hand in the trunk's frame, or the point of ankle or hand."""


class OutOfReach(ValueError):
    """A limb of a pose is too short for the point that it has to reach."""


@dataclass(frozen=True, slots=True)
class Limb:
    """An arm or a leg: where it begins, its knee or elbow, its end (ankle or hand), and a leg's foot."""

    root: Point
    middle: Point
    end: Point
    foot: tuple[Point, Point] | None = None
    """Heel and toes."""
    angle: float = 90
    """The direction of the foot."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The points of all joints; `far` limbs are those behind the body, or the left ones of the picture."""

    hip: Point
    shoulder: Point
    head: Point
    trunk: float
    face: float
    curve: float
    belly: float
    leg: Limb
    far_leg: Limb
    arm: Limb
    far_arm: Limb
    is_front: bool

    def anchor(self, place: str | Sequence[float], held: Sequence[float] = (0, 0)) -> Point:
        """The point that a prop is fixed to: a joint by name, with an offset in the trunk's frame, or a point."""
        if not isinstance(place, str):
            return place[0], place[1]
        joints = {
            **self._on("", self.arm, self.leg),
            **self._on("far_", self.far_arm, self.far_leg),
            "hip": self.hip,
            "shoulder": self.shoulder,
            "head": self.head,
        }
        return in_frame(joints[place], self.trunk, held)

    def _on(self, prefix: str, arm: Limb, leg: Limb) -> dict[str, Point]:
        """The joints of two limbs by name."""
        ends = {"hand": arm.end, "elbow": arm.middle, "foot": leg.end, "knee": leg.middle}
        return {prefix + name: point for name, point in ends.items()}


def toward(start: Point, angle: float, length: float) -> Point:
    """The point at a distance in a direction."""
    return start[0] + length * sin(radians(angle)), start[1] + length * cos(radians(angle))


def between(start: Point, end: Point, share: float) -> Point:
    """The point at a share of the distance between two."""
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def in_frame(origin: Point, angle: float, offset: Sequence[float]) -> Point:
    """The point at an offset (along the angle, then to its right) from another."""
    return toward(toward(origin, angle, offset[0]), angle + 90, offset[1])


def skeleton_of(pose: Mapping[str, Any], *, is_front: bool) -> Skeleton:
    """The joints of a pose: from the hip up and down, or of a straight body that turns on its ankles (`pivot`).

    Raises OutOfReach.
    """
    trunk = pose.get("trunk", 0)
    if "pivot" in pose:
        hip = toward((pose["pivot"][0], pose["pivot"][1]), trunk, sum(LEG))
        pose = {**pose, "leg": {"angles": [trunk + 180, trunk + 180], "foot": pose["foot"]}}
    else:
        hip = pose["hip"][0], pose["hip"][1]
    shoulder = toward(hip, trunk, TRUNK - abs(pose.get("curve", 0)) / 4)
    face = trunk + pose.get("head", 0)
    sides = (1, -1) if is_front else (0, 0)
    limbs: dict[str, Any] = {}
    for prefix, side in zip(("", "far_"), sides, strict=True):
        for name, root, half, lengths in (("leg", hip, HALF_PELVIS, LEG), ("arm", shoulder, HALF_SHOULDERS, ARM)):
            spec, is_mirrored = pose.get(prefix + name), False
            if spec is None:
                spec, is_mirrored = pose[name], side < 0
            start = in_frame(root, trunk, (0, half * side))
            limbs[prefix + name] = _limb(name, start, _mirrored(spec, hip[0]) if is_mirrored else spec, trunk, lengths)
    head, curve, belly = toward(shoulder, face, NECK), pose.get("curve", 0), pose.get("belly", 0)
    return Skeleton(hip, shoulder, head, trunk, face, curve, belly, **limbs, is_front=is_front)


def _mirrored(spec: Mapping[str, Any], middle: float) -> dict[str, Any]:
    """A limb of the other side, seen from the front."""

    def flipped(point: Sequence[float]) -> list[float]:
        return [2 * middle - point[0], point[1]]

    found = dict(spec)
    found |= {name: flipped(spec[name]) for name in ("to", "toe") if name in spec}
    if "points" in spec:
        found["points"] = [*map(flipped, spec["points"])]
    if "angles" in spec:
        found["angles"] = [-angle for angle in spec["angles"]]
    if "held" in spec:
        found["held"] = [spec["held"][0], -spec["held"][1]]
    found["bend"] = -spec.get("bend", 1)
    found["foot"] = -spec.get("foot", spec["angles"][1] - 90 if "angles" in spec else 90)
    return found


def _limb(name: str, root: Point, spec: Mapping[str, Any], trunk: float, lengths: tuple[float, float]) -> Limb:
    """A limb, by the angles of its bones, by its points, or by the point that its end has to reach."""
    foot_angle = spec.get("foot", spec["angles"][1] - 90 if "angles" in spec else 90)
    if "points" in spec:
        middle, end = ((point[0], point[1]) for point in spec["points"])
    elif "angles" in spec:
        middle = toward(root, spec["angles"][0], lengths[0])
        end = toward(middle, spec["angles"][1], lengths[1])
    else:
        if "toe" in spec:
            target = in_frame((spec["toe"][0], spec["toe"][1]), foot_angle, (-TOE, -SOLE))
        elif "held" in spec:
            target = in_frame(root, trunk, spec["held"])
        else:
            target = spec["to"][0], spec["to"][1]
        middle, end = _reach(name, root, target, lengths, spec.get("bend", 1 if name == "leg" else -1))
    if name == "arm":
        return Limb(root, middle, end)
    side = -1 if foot_angle < 0 else 1
    return Limb(root, middle, end, (_foot(end, foot_angle, -HEEL, side), _foot(end, foot_angle, TOE, side)), foot_angle)


def _foot(ankle: Point, angle: float, along: float, side: int) -> Point:
    return in_frame(ankle, angle, (along, SOLE * side))


def _reach(name: str, root: Point, target: Point, lengths: tuple[float, float], bend: float) -> tuple[Point, Point]:
    """Knee or elbow, and the end, of a limb that reaches a target; a positive bend is to the left of the way there."""
    first, second = lengths
    wide, high = target[0] - root[0], target[1] - root[1]
    distance = max(hypot(wide, high), 0.1)
    if distance > first + second + MAX_SHORT:
        raise OutOfReach(f"The {name} needs {distance:.0f} from {root[0]:.0f},{root[1]:.0f}; it has {first + second}.")
    across, up = wide / distance, high / distance
    distance = min(distance, first + second)
    along = (first**2 - second**2 + distance**2) / (2 * distance)
    aside = sqrt(max(0.0, first**2 - along**2)) * (1 if bend > 0 else -1)
    middle = root[0] + across * along - up * aside, root[1] + up * along + across * aside
    return middle, (root[0] + across * distance, root[1] + up * distance)
