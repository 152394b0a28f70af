"""The organisation: departments, posts, and who holds which from when to when (A08, A09)."""
