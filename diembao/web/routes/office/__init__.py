"""The office's rooms: assignments, mentions, agreement with the rules, the audit."""
