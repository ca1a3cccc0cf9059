"""A small shop with its own users, pages and admin, which has installed the chat by three lines."""
