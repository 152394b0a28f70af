"""The registry engine: an entity is declared once, and gets its commands, lists, history and files."""
