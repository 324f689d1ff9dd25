"""Where blocks are computed: in this process, in worker processes, on a cluster."""
