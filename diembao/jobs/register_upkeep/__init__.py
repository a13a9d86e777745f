"""What the register does by itself: reminders, transfers of ended units, erasure of notes, its calendar."""
