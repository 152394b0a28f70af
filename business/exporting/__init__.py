"""Records into files: chosen columns and conditions, written by a job, fetched for a while."""
