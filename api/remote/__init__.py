"""The typed client of a running service: what is sent and read (`calls.py`), and the two ways of sending it.

Users import it as `groundwire`.
"""
