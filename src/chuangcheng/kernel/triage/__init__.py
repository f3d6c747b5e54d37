"""Help for who triages: a category learned from confirmed work, and messages that repeat each other.

Plain Python over NumPy; SciPy and scikit-learn are imported only while something is learned or compared.
"""
