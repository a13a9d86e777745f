"""[translation] and [encoder] of settings.toml: models and servers of the office that read texts."""
