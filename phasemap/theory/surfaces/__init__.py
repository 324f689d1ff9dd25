"""Critical surfaces of the static and the dynamic theory."""
