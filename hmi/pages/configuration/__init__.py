"""The configuration by screen."""
