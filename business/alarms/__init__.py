"""Alarms as programs see them."""
