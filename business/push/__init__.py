"""The browsers and phones to which messages are pushed: who has asked for it, and where."""
