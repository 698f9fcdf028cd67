"""The pages of the staff under /staff: one application of its own inside the web process, for signed-in people only."""
