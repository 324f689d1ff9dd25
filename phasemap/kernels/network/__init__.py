"""Steps of one network and of its tangent vectors."""
