"""A page that shows this sandbox's flag to whoever asks on the host itself."""

FLAG = "${flag:page}"


def main() -> None:
    """Serve."""
