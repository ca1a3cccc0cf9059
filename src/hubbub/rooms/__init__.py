"""Where: rooms, who belongs to them, and the one door from a person to a room."""
