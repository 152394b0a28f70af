"""What outside systems post to the plant's devices."""
