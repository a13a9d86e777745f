"""What the desk's review does: queue and cards, acts and their undoing, holds, comments, assignments."""
