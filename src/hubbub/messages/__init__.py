"""What: messages and reactions, how they are said, changed, rendered and read."""
