"""The generator of workouts: from a goal, muscles, equipment, time and conditions to sections with prescriptions.

Every exercise is checked for a reason that excludes it, then the eligible ones are assembled within the time
(docs/generator.md, Process). It is pure and deterministic: the same request and catalogue give the same
workout. The answer has the reason for every exercise that was left out, and the demands that could not be met.
"""
