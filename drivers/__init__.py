"""Protocol clients and their simulated twins. No module here knows what an actor is."""
