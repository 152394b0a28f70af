"""Files that people attach to records, each known by its content."""
