"""One file a channel: how a message is handed to one provider, and what is heard back from it."""
