"""Elementary functions and small linear algebra that kernels share."""
