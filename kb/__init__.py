"""The knowledge base: articles on state services and competent bodies, and the search over them (rule 3.2).

`kb.base` is the way in. `kb.aspects` is also imported inside the Rasa server, so it and what it imports stay within
what that environment has (Python 3.10, no pydantic 2).
"""
