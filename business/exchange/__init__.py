"""Tables in from files and out to files: read, map, try, correct, write."""
