"""History: a hot store of undigested batches, sealed into Parquet files sorted by (point, time)."""
