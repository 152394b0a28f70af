"""Numbering rules: what the next work order, bill or contract is called."""
