"""Playing a log of real decisions: its rows, the bank that gave them, the player, the table."""
