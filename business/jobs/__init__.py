"""Work outside the turns of actors: in chunks, by schedule or at once, with a log of what ran."""
