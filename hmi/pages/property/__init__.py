"""Pages of their own that the property registry has beside the lists of its entities."""
