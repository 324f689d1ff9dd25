"""Gradients of simulated networks: exact adjoints of the discretised flow, and what they say of many networks."""
