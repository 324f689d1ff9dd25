"""Words and numbers as text: arithmetic in names, numbers stated with their errors, fingerprints."""
