"""Moderation of exercise videos: coaches vote and suggest, those who may write the exercise decide.

The rules are in docs/domain.md, Videos.
"""
