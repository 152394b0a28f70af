"""The notifier: the right person, by every channel, until somebody answers."""
