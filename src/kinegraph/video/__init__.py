"""An exercise's demonstration video: its provider, status, votes and suggestions (docs/domain.md, Videos).

The video's columns are in the exercise's row; a coach's vote is a row of its own. The mutations that moderate videos
return an exercise, so they are in a room above `exercise`: `moderation`.
"""
