"""CJ/T 188, the protocol of Chinese water, heat and gas meters, in its editions of 2004 and 2018."""
