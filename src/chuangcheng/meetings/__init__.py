"""Meetings: agendas out of open debts, decisions as tasks, minutes, quizzes where a city wants them."""
