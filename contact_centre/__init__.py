"""A contact with a citizen from its first word to its end: register, conversation, queue for a consultant."""
