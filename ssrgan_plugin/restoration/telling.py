"""What a command says: sentences, or one JSON object a line, or nothing; refusals always, on stderr."""

import json
import re
import sys
from typing import Any, List

from tqdm import tqdm


class Teller:
    """Collects failures, and prints what is done as it is done.

    Args:
        as_json: One object a line in place of sentences. Default: False.
        quiet: Nothing but refusals. Default: False.
        to_stderr: Standard output is for an image. Default: False.
    """

    def __init__(self, as_json: bool = False, quiet: bool = False, to_stderr: bool = False):
        self.as_json, self.quiet, self.stream = as_json, quiet, sys.stderr if to_stderr else sys.stdout
        self.failures: List[str] = []

    def done(self, sentence: str, **facts: Any) -> None:
        if self.as_json:
            sentence = json.dumps({key: finite(value) for key, value in facts.items()})
        if self.as_json or not self.quiet:
            tqdm.write(sentence, file=self.stream)

    def note(self, sentence: str) -> None:
        """For people only."""
        if not self.as_json and not self.quiet:
            tqdm.write(sentence, file=self.stream)

    def failed(self, name: str, error: BaseException) -> None:
        reason = refusal(name, error)
        self.failures.append(reason)
        if self.as_json:
            tqdm.write(json.dumps(dict(input=name, error=reason)), file=self.stream)

    def all_failures(self, total: int) -> List[str]:
        if self.failures and total > 1:
            others = ', the others are done' if len(self.failures) < total else ''
            return [*self.failures, f'{len(self.failures)} of {total} images failed{others}']
        return self.failures


def refusal(name: str, error: BaseException) -> str:
    """What has failed, naming the file."""
    reason = str(error).splitlines()[0] if str(error) else 'too little memory'
    if isinstance(error, OSError) and error.strerror:
        reason = f'{error.filename or name}: {error.strerror}'
    named = re.search(rf'(?<![\w./-]){re.escape(name)}(?!\w)', reason)  # not as the end of another name
    return reason if named else f'{name}: {reason}'


def finite(value: Any) -> Any:
    """JSON knows no infinity."""
    return None if isinstance(value, float) and value - value != 0 else value
