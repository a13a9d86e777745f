"""What the exported tables list, read column by column: no record of a whole article or link is made."""
