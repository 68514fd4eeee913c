"""Announcing uploads for exercises and comments.

It stands above `exercise`, since who may upload depends on the exercise, and `media` knows none.
"""
