"""Linkage for programs: plans, their runs, and what persons decide about them."""
