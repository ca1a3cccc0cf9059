"""A Django database backend for SQLite whose writers take turns; knows no table. `ENGINE = "hubbub.lib.sqlite"`."""
