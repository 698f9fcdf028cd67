"""The pages of who runs the centre: the queue now, the numbers of a period, the skills of consultants."""
