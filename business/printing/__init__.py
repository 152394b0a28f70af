"""Print templates: how a record looks on paper, as data that an administrator changes."""
