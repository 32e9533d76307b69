"""Where sandboxes run: this machine; later a cluster."""
