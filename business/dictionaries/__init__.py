"""Dictionaries: the short lists of choices that an administrator keeps (A05, B07)."""
