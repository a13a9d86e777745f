"""The exported tables: their columns, their rows, the files they are written to."""
