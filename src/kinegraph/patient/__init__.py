"""Patients: a member's calendar and language in an organization, consents, and conditions (docs/domain.md, Patients).

Least is the default: a member without a row has consented to nothing and has no conditions on record. Conditions are
stored only with the consent to store them; withdrawing it deletes them. Each consent given or withdrawn is recorded
with its time and the person who recorded it, and that record is never changed.
"""
