"""Anthropic's language models, through its SDK: one request with one tool, whose input is the answer."""
