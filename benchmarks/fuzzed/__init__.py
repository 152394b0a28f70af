"""What each protocol lets in from outside: one module a protocol, each with its `TARGETS`."""
