"""Selections of patients, for tests that count statements."""

CONSENTS = "consents { totalCount pageInfo { hasNextPage } edges { node { id } } nodes { recordedBy { name } } }"
PATIENT = f"id timeZone conditions user {{ name }} organization {{ name }} {CONSENTS}"
