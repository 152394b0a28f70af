"""The processes, the supervision tree and the command line: the only composition root."""
