"""TOML files → frozen Settings, Sources, Rulebook, Schedule: what to watch, edited without Python."""
