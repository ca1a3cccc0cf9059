"""What would make sense in another product; knows no chat noun."""
