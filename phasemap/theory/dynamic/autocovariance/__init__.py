"""Autocovariances of fluctuating states, and the averages that they need."""
