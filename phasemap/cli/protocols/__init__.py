"""`phasemap protocol`: `records` (options that commands share), `call` (checked before it runs), `commands`."""
