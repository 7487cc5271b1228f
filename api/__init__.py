"""The faces of the service: HTTP, the command line, and the processes behind them."""
