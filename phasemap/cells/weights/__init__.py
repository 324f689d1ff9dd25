"""Weight files of the usual frameworks: read without executing anything, recognised by name and shape, written."""
