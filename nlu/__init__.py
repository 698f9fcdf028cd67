"""The Rasa server's own parts: components on top of `language/`, the connector of the contact centre, speed patches."""
