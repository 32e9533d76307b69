"""placeholder"""


def cookie_name(settings: object) -> str:
    return "bachang"
