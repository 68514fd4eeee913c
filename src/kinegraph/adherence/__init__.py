"""Adherence of patients to their plans, their pain and exertion, and the worklist of a clinician.

Every figure comes with its numerator and denominator (docs/domain.md, Adherence). It is read from running totals, a row
for each exercise of an enrollment, which triggers write in the transaction that changes what they follow from
(migrations 0045 and 0050).
"""
