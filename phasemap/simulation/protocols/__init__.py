"""What is done to networks, and what is read from them: kicks, resets, staircases of pulses, drives."""
