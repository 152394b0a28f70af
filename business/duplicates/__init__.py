"""Records that share what should be one's own are offered for merging (B12)."""
