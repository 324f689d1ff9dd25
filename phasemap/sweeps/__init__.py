"""From a configuration to a finished result file: plan, run, shards."""
