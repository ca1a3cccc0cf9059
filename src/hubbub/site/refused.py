"""The one exception of settings that cannot be used; its text is the sentence that the operator reads."""


class BadSetting(Exception):
    """A setting that Hubbub cannot run with. The text names the setting, never the value of a secret one."""
