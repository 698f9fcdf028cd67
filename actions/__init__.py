"""The dialogue's custom actions: thin, asking `kb` and `monitoring`, answering in messages and signals."""
