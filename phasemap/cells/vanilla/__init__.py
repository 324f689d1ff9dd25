"""The ungated network h+ = tanh(U h + b)."""
