"""What a field of a record may hold: types that read, show and hide values, Chinese identifiers too."""
