"""One module a page; each draws into the frame of `hmi.shell`."""
