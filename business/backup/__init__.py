"""Backups and what it takes to live after a loss: states of a run directory, and the way back from them."""
