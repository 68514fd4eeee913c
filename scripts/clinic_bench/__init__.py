"""`make bench-clinic`: a clinic of 2,000 patients with a year of logs, and the time of each figure of it."""
