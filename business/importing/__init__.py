"""Records out of files: upload, map columns, try, commit in chunks, correct what was refused."""
