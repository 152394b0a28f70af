"""Who works here: users, their roles, and the sessions in which they act."""
