"""Result files back into memory; nothing that a file says is believed."""
