"""holidays.toml, register.toml and units.toml → the calendar, the rules and the units of the register."""
