"""Moderation of exercise videos (docs/domain.md, Videos).

Coaches vote and suggest; platform admins (canonical exercises) and coaches (their organization's own) decide.
"""
