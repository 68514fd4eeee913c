"""Check of the generator over the shipped library: every law for many random requests, and the time of each.

PYTHONPATH=src:scripts python -m generator_check            # 1,000 requests
PYTHONPATH=src:scripts python -m generator_check 5000 7     # more of them, from another seed
"""
