"""The spectrum of the Jacobian of a large network, at fixed points and along the dynamics."""
