"""The `hubbub` command: Django's management commands with our settings; says in a sentence what is wrong with them."""

import os
import sys

import hubbub

UNUSABLE = 2


def main() -> None:
    """Run the command that the arguments name."""
    if sys.argv[1:] in (["--version"], ["version"]):
        print(f"hubbub {hubbub.__version__}")
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubbub.site.settings")
    from django.core.management import execute_from_command_line

    complaint = _complaint()
    if complaint:
        print(f"hubbub: {complaint}", file=sys.stderr)
        sys.exit(UNUSABLE)
    execute_from_command_line(sys.argv)


def _complaint() -> str | None:
    """What is wrong with the settings. Read here, because Django would show it with a traceback."""
    if os.environ["DJANGO_SETTINGS_MODULE"] != "hubbub.site.settings":
        return None
    from hubbub.site.refused import BadSetting

    try:
        import hubbub.site.settings  # noqa: F401
    except BadSetting as refusal:
        return str(refusal)
    return None


if __name__ == "__main__":
    main()
