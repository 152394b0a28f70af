"""Measurements of Steward; run one as `python -m benchmarks.NAME`."""
