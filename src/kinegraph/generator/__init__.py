"""The generator of workouts: from a goal, muscles, equipment, time and conditions to sections with prescriptions.

The process is that of seed 004 (docs/generator.md): safety, muscles and equipment, the goal, difficulty and
prerequisites, then assembly within the time. It is pure and deterministic: the same request and catalogue give the same
workout. The answer has the reason for every exercise that was left out, and the demands that could not be met.
"""
