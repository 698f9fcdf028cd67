"""Owns the errors of the knowledge base."""


class KnowledgeError(ValueError):
    """A file of the knowledge base cannot be used; the message reads `file:line: what is wrong`."""


class UnknownServiceError(LookupError):
    """No article has this service code."""
