"""Linkage: what starts plans, what their steps do, and who may write a point."""
