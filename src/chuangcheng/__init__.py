"""chuangcheng: runs a city's campaign for the title 全国文明城市 (National Civilized City)."""

__version__ = "0.1.0"
