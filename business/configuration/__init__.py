"""The configuration of the site by screen: versions, settings, secrets."""
