"""The four channels between processes: live, durable, command, query."""
