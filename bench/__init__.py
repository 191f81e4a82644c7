"""Measured work: what the budgets of the architecture promise, and whether it is so on this machine."""
