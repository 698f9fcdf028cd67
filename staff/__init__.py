"""The staff of the contact centre: their accounts and roles, their sessions, and the log of what they did and saw."""
