"""Three parameters at once: surfaces and simulated points in a box."""
