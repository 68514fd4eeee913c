"""Moderating exercise videos: coaches vote and suggest, whoever may write the exercise decides (seeds 000, 002)."""
