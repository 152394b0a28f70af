"""The real-time core: actors, their messages and what they run on."""
