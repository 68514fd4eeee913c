"""Writing comments on movements. How they are read and shown is in `workout`, whose types they hang from."""
