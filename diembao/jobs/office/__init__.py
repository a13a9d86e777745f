"""What the office is told and shown: letters to people, assignments, agreement with the rules, the audit's check."""
