"""The hand-off queue: who waits, who serves, who is offered to whom. The engine is pure; the desk keeps and runs it."""
