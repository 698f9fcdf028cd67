"""The phone line: a call engine that hears, speaks and takes turns, whatever transport carries the sound."""
