"""What is no sweep: one point, one network, the spectrum of the Jacobian, a hysteresis loop."""
