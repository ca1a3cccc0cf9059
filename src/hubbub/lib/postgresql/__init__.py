"""Django's PostgreSQL backend with a pool of living connections; knows no table. `ENGINE = "hubbub.lib.postgresql"`."""
