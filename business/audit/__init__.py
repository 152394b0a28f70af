"""Who did what: one record a command, in a chain that shows every later edit."""
