"""The property business: one folder a module, every write a command, one writer a database."""
