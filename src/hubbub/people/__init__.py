"""Who: the chat identity of a user, how they are signed in, and what shuts them out."""
