"""REST for programs: what the routers of all modules share. No page, no cookie, no NiceGUI."""
