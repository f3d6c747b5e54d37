"""The commands. Each module has ``arguments(parser)`` and ``run(options) -> Result``, and imports Django in ``run``."""
