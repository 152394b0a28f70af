"""DL/T 645, the protocol of Chinese electricity meters, in its editions of 2007 and 1997."""
