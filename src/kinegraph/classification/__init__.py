"""Classes and stressors of exercises, and what follows from them (docs/training.md).

An exercise has one class and some stressors. From the class, with modifiers, follow the numbers of its programming
profile; from the stressors, by the severity matrix, the conditions that speak against it. Nothing else is a source of
them: an entry of the library that differs says why. The data are in `classes.json`, `stressors.json`, `matrix.json`
and `cautions.json` (the texts of the rules of sessions, `care.rules`); the rules are pure.
"""
