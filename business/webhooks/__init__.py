"""Webhooks: other programs are told what has changed, signed, in order, until they have heard it."""
