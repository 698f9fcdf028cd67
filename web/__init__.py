"""The public side of the contact centre over HTTP: the chat API, the knowledge base's API, the widget's files."""
