"""Logs of what patients did of what is prescribed to them (docs/domain.md, Logs).

A log comes from the patient's app, possibly late, twice or out of order, or from a coach on the patient's behalf. The
client's own id makes it idempotent: sent again with the same content it is the stored log, with another one it is
refused. A batch is stored wholly or not at all. A correction keeps the values before it.
"""
