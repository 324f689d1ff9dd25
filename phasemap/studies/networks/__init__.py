"""Networks of one size at one point."""
