"""The pages: the shell that the chat starts from, rendered on the server. Usable in any Django project."""
