"""What a site is: schema, loading, checking, versions, secrets, profiles. Starts nothing."""
