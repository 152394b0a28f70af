"""The pages of notification."""
