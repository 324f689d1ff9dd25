"""The result file of a sweep: before anything is computed, who adds to it, its shards, how far it is."""
