"""Alarms in the control room: the lists, and the page of each."""
