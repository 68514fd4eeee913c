"""The GraphQL fields of an exercise's columns, made from the registry, and the enums that they use."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar  # annotations and defaults of generated fields

import strawberry
from strawberry import UNSET

from kinegraph.exercise import rules_terms as terms
from kinegraph.exercise.rules_columns import Column, Kind
from kinegraph.kit.enums import described_enum

Class = TypeVar("Class", bound=type)
Decorator = Callable[[Class], Class]
_TYPES = {Kind.TEXT: str, Kind.URL: str, Kind.NUMBER: int, Kind.FLAG: bool, Kind.LIST: list[str]}


def output_fields(columns: Iterable[Column]) -> Decorator[Any]:
    """Add a field for each column to a type, below @strawberry.type."""
    return _adding(
        (each.name, _type_of(each, is_optional=not (each.is_required or each.is_list)), each.output, {})
        for each in columns
    )


def input_fields(columns: Iterable[Column]) -> Decorator[Any]:
    """Add an optional field for each column that the API writes to an input, below @strawberry.input.

    A list that is also taken as one text has a second field.
    """
    written, absent = [each for each in columns if each.input], {"default": UNSET}
    lists = [(each.name, _type_of(each, is_optional=True), each.input, absent) for each in written]
    texts = [(each.text_name, str | None, each.text_input, absent) for each in written if each.text_input]
    return _adding([*lists, *texts])


def filter_fields(columns: Iterable[Column]) -> Decorator[Any]:
    """Add an optional field for each column that lists are filtered by.

    It takes one value; of terms, any of several; of a list, any of several entries.
    """
    return _adding(
        (each.name, _type_of(each, is_optional=True, is_many=each.terms is not None), each.filter, {"default": UNSET})
        for each in columns
        if each.filter
    )


def _type_of(column: Column, *, is_optional: bool, is_many: bool = False) -> Any:
    """The annotation of a field for a column's values."""
    found: Any = column.terms or _TYPES[column.kind]
    found = list[found] if is_many else found
    return found | None if is_optional else found


def _adding(fields: Iterable[tuple[str, Any, str | None, Mapping[str, Any]]]) -> Decorator[Any]:
    """Return a class decorator that adds fields: name, annotation, description, and options of strawberry.field."""
    added = [*fields]

    def add(cls: Class) -> Class:
        cls.__annotations__ = {**inspect.get_annotations(cls), **{name: type_ for name, type_, *_ in added}}
        for name, _, description, options in added:
            setattr(cls, name, strawberry.field(description=description, **options))
        return cls

    return add


described_enum(
    terms.ExerciseStatus,
    "Where an exercise stands in its life: draft, published, archived.",
    DRAFT="Work in progress, seen by those who may edit it; usable in its organization's workouts only.",
    PUBLISHED="Seen and used by everybody who may see the library.",
    ARCHIVED="Kept where it is referred to, marked discontinued; not offered for new use.",
)
described_enum(
    terms.ExerciseCategory,
    "Broad category of training.",
    STRENGTH="Resistance training with external load.",
    CARDIO="Endurance of heart and lungs.",
    BODYWEIGHT="Resistance of one's own body.",
    FLEXIBILITY="Stretching and range of motion.",
    PLYOMETRIC="Jumps, hops and throws: the stretch-shortening cycle.",
    SPORT_SPECIFIC="Skills and drills of one sport.",
    OTHER="None of these.",
)
described_enum(
    terms.ExerciseKind,
    "What the exercise is used for in a session.",
    STRENGTH_COMPOUND="Strength over several joints.",
    STRENGTH_ISOLATION="Strength over one joint.",
    CONDITIONING="Work capacity.",
    MOBILITY="Range and control of motion.",
    SKILL="Technique to be learned.",
    TEST="A measurement, such as a timed run.",
)
described_enum(
    terms.MovementPattern,
    "The fundamental movements, by which a program is balanced.",
    SQUAT="Knee-dominant lowering and rising.",
    HINGE="Hip-dominant bending.",
    PUSH="Pressing away from the body.",
    PULL="Pulling towards the body.",
    CARRY="Walking or standing under load.",
    LOCOMOTION="Moving from place to place.",
    GYMNASTICS="Bodyweight skill on the floor, bar or rings.",
    OLY="Olympic lifts and their parts.",
    CONDITIONING="Cyclic or mixed work.",
    MOBILITY="Moving through range.",
    OTHER="None of these.",
)
described_enum(
    terms.PlaneOfMotion,
    "Plane in which most of the motion happens.",
    SAGITTAL="Forward and back, e.g. squats.",
    FRONTAL="Side to side, e.g. lateral raises.",
    TRANSVERSE="Rotation, e.g. wood chops.",
    MULTI_PLANAR="Several planes, e.g. a Turkish get-up.",
)
