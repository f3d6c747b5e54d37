"""Triage help: which category a report likely is, learned from confirmed cases, and told apart from its neighbours by
rule. A suggestion, never an order: nothing waits for it, and without a model everything goes on as before."""
