"""Advice in a reason: sentences after the first that tell somebody what to do."""

import re

WORDS = """
Use Keep Do Train Wait Choose Begin Leave Hold Stop Stay Lift Start Press Work Return Row Sit Take Have Raise
Step Ask Walk Move Rest Squat Turn Practise Carry Replace Bend Lower Support Put Pull Stand Let Shorten Build
Get Hinge Lean Ride Rebuild Regain Change Stretch Slide Pad Reduce Go Climb Lie Draw Jump Only Wear Run Roll
March Limit Grip Place Make Reach Avoid Watch Lunge Push Throw Swing Bring Warm Kick Test Skip Open Breathe Drop
Widen Prefer Resume Squeeze Fold Follow Straighten Look Count Close Lay Pause Switch Curl Cross Tuck Never Pivot
Loosen Crawl Swim Punch Postpone Say Learn Strengthen Tilt Practice Finish Cut Come Rehearse Check Free Point
Pump See Try Spread Bridge Measure Find Estimate Lengthen Narrow Control Restore Elevate Resist Hook Once If
"""
ADVISING = frozenset(WORDS.split())
"""Words with which a sentence of advice begins."""


def advice_of(text: str) -> str:
    """The sentences of a text that give advice; empty if all of them give reasons. The first sentence is a reason."""
    _, *rest = re.split(r"(?<=[.!?]) +", text)
    return " ".join(sentence for sentence in rest if sentence.split()[0].rstrip(",") in ADVISING)
