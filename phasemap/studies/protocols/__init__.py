"""What is done to networks and read from them: one point, curves along an axis, diagrams of them."""
