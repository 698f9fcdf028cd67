"""Texts as they are said: cut into sentences, and spelt out in words that a speech engine reads right."""
