"""Animated stick figures of exercises: python -m figures renders exercises.json (docs/content.md, Figures).

One unit is a centimetre of a person of 175 cm; x grows to the right, y upwards, and the floor is at y = 0. Angles are
in degrees, clockwise from straight up: 90 points to the right, where a figure that is seen from the side faces.
"""
