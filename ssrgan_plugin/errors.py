class InputError(ValueError):
    """Something the user gave cannot be used: one sentence that names the culprit and the cure.

    The command-line tools print it alone, without a traceback.
    """
