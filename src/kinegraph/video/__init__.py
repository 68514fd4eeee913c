"""An exercise's demonstration video: who serves an address, what is derived from it, and how moderation moves.

The columns stand in the exercise's row; a coach's vote is a row of its own. The mutations that moderate return an
exercise and stand above it, in `moderation`.
"""
