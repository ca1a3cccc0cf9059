"""How Hubbub is run and cared for: serving, stopping, health, commands."""
