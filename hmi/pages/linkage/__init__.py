"""Linkage by screen: plans and what runs, the form of a plan, its simulation, the history."""
