"""Reads a pickle of numbers, texts and containers without importing or calling anything that it names.

Python's own unpickler takes names from the file and calls them, and what it calls may be only a wrong guess away from
running code. This one knows the instructions that PyTorch's checkpoints consist of, and looks every name up in a table
of the caller's; whatever else a file holds is refused before anything was done.
"""

import pickletools
from typing import Any, Callable, Dict, List, NamedTuple, Union

MAX_INSTRUCTIONS = 5_000_000
MAX_DEPTH = 64
MAX_VALUES = 1_000_000
MAX_COPIES = 4  # so often, on average, what calls are given may be in the file: most of them copy it
MAX_KEY = 2**63  # greater ones can be chosen to slow a dict down

VALUES = frozenset(
    'BININT BININT1 BININT2 LONG1 LONG4 INT LONG BINFLOAT FLOAT '
    'BINUNICODE SHORT_BINUNICODE BINUNICODE8 BINBYTES SHORT_BINBYTES BINBYTES8 BINSTRING SHORT_BINSTRING'.split()
)
CONSTANTS = dict(NONE=None, NEWTRUE=True, NEWFALSE=False, EMPTY_TUPLE=())
TUPLES = dict(TUPLE1=1, TUPLE2=2, TUPLE3=3)


class Refused(ValueError):
    """A pickle asks for something that no data need: says what, in words that fit after "it"."""


class Name(NamedTuple):
    """What the pickle calls by name, such as 'collections.OrderedDict'; a name, not the thing."""

    name: str


class Built:
    """A value that a pickle makes in two steps; the second brings its state."""

    def build(self, state: Any) -> None:
        raise NotImplementedError

    def value(self) -> Any:
        """What the file meant."""
        raise NotImplementedError


def load(data: bytes, table: Dict[str, Union[Callable, type, object]], persistent: Callable[[Any], Any]) -> Any:
    """The object that ``data`` describes.

    Args:
        data: A pickle, as PyTorch's ``data.pkl``.
        table: What each name stands for: functions that check their arguments, and constants.
        persistent: Resolves a persistent id, a tensor's storage.

    Raises:
        Refused: if it names what is not in the table, or is nested too deeply.
        ValueError, LookupError, TypeError: if it is damaged.
    """
    return finish(Machine(table, persistent).run(data), MAX_DEPTH, [MAX_VALUES])


class Machine:
    """A stack and a memo, as a pickle's instructions want them."""

    def __init__(self, table: Dict[str, Any], persistent: Callable[[Any], Any]):
        self.table = table
        self.persistent = persistent
        self.stack: List[Any] = []
        self.marks: List[int] = []
        self.memo: Dict[int, Any] = {}
        self.allowance = 0

    def run(self, data: bytes) -> Any:
        self.allowance = MAX_COPIES * len(data)
        for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
            if count > MAX_INSTRUCTIONS:
                raise Refused(f'is a pickle of more than {MAX_INSTRUCTIONS:,} instructions')
            if opcode.name == 'STOP':
                return self.pop()
            self.step(opcode.name, argument)
        raise ValueError('it ends too early')

    def step(self, instruction: str, argument: Any) -> None:
        if instruction in VALUES:
            self.stack.append(argument)
        elif instruction in CONSTANTS:
            self.stack.append(CONSTANTS[instruction])
        elif instruction in TUPLES:
            self.stack.append(tuple(self.pop_many(len(self.stack) - TUPLES[instruction])))
        else:
            method = getattr(self, f'do_{instruction.lower()}', None)
            if method is None:
                raise Refused(f'holds a pickle instruction, {instruction}, that no checkpoint needs')
            method(argument)

    def pop(self) -> Any:
        if self.marks and len(self.stack) <= self.marks[-1]:
            raise ValueError('its stack is empty')
        return self.stack.pop()

    def pop_many(self, start: int) -> List[Any]:
        if start < (self.marks[-1] if self.marks else 0):
            raise ValueError('its stack is empty')
        values = self.stack[start:]
        del self.stack[start:]
        return values

    def top(self, kind: type) -> Any:
        if not isinstance(self.stack[-1], kind):
            raise ValueError(f'it treats a {type(self.stack[-1]).__name__} as a {kind.__name__}')
        return self.stack[-1]

    def do_proto(self, version: int) -> None:
        if version > 5:
            raise ValueError(f'its pickle protocol is {version}')

    def do_frame(self, length: int) -> None:
        """Only tells how much to read ahead."""

    def do_mark(self, _: None) -> None:
        self.marks.append(len(self.stack))

    def from_mark(self) -> List[Any]:
        values = self.pop_many(self.marks[-1])
        self.marks.pop()
        return values

    def do_empty_dict(self, _: None) -> None:
        self.stack.append({})

    def do_empty_list(self, _: None) -> None:
        self.stack.append([])

    def do_empty_set(self, _: None) -> None:
        self.stack.append(set())

    def do_additems(self, _: None) -> None:
        values = self.from_mark()
        self.top(set).update(unordered(values))

    def do_tuple(self, _: None) -> None:
        self.stack.append(tuple(self.from_mark()))

    def do_append(self, _: None) -> None:
        value = self.pop()
        self.top(list).append(value)

    def do_appends(self, _: None) -> None:
        values = self.from_mark()
        self.top(list).extend(values)

    def do_setitem(self, _: None) -> None:
        value, key = self.pop(), self.pop()
        self.set_items([key, value])

    def do_setitems(self, _: None) -> None:
        self.set_items(self.from_mark())

    def set_items(self, values: List[Any]) -> None:
        target = self.top(dict)
        for key, value in zip(values[::2], values[1::2]):
            target[plain(key)] = value

    def do_binput(self, index: int) -> None:
        self.memo[index] = self.stack[-1]

    do_long_binput = do_binput

    def do_memoize(self, _: None) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def do_binget(self, index: int) -> None:
        self.stack.append(self.memo[index])

    do_long_binget = do_binget

    def do_global(self, argument: str) -> None:
        self.push_name('.'.join(argument.split(' ')))

    def do_stack_global(self, _: None) -> None:
        name, module = self.pop(), self.pop()
        if not isinstance(name, str) or not isinstance(module, str):
            raise Refused('has a name that is no text')
        self.push_name(f'{module}.{name}')

    def push_name(self, name: str) -> None:
        # Protocol 2 writes Python 2's names.
        name = name.replace('__builtin__.', 'builtins.', 1) if name.startswith('__builtin__.') else name
        if name not in self.table:
            raise Refused(f'names {name[:80]}, and loading that could run code')
        entry = self.table[name]
        self.stack.append(Name(name) if callable(entry) else entry)

    def do_reduce(self, _: None) -> None:
        arguments, function = self.pop(), self.pop()
        if not isinstance(function, Name) or not isinstance(arguments, tuple):
            raise Refused('calls what is no function')
        self.spend(arguments)
        self.stack.append(self.table[function.name](*arguments))

    do_newobj = do_reduce

    def do_build(self, _: None) -> None:
        state = self.pop()
        self.spend(state)
        self.top(Built).build(state)

    def spend(self, value: Any, depth: int = 2) -> None:
        """Keeps calls that share what they copy from taking many times the file's size."""
        if not isinstance(value, (str, bytes, list, tuple, dict, set)):
            return
        self.allowance -= len(value)
        if self.allowance < 0:
            raise Refused('holds far less than it asks to be made of it')
        if depth and isinstance(value, (list, tuple, dict)):
            for each in value.values() if isinstance(value, dict) else value:
                self.spend(each, depth - 1)

    def do_binpersid(self, _: None) -> None:
        self.stack.append(self.persistent(self.pop()))


def plain(key: Any) -> Any:
    """A dict's key, or a set's member."""
    if isinstance(key, (str, float)) or (isinstance(key, int) and abs(key) < MAX_KEY):
        return key
    raise Refused(f'has a {type(key).__name__} for a key' + ' of more than 64 bits' * isinstance(key, int))


def unordered(values: Any = ()) -> set:
    return {plain(value) for value in values}


def finish(value: Any, depth: int, budget: List[int]) -> Any:
    """The value with everything in it finished; ends with a refusal where containers hold themselves or each other."""
    budget[0] -= 1
    if depth < 0 or budget[0] < 0:
        raise Refused('is nested too deeply')
    if isinstance(value, Name):
        raise Refused(f'holds {value.name} itself')
    if isinstance(value, Built):
        return finish(value.value(), depth - 1, budget)
    if isinstance(value, dict):
        for key in value:
            value[key] = finish(value[key], depth - 1, budget)
    elif isinstance(value, list):
        value[:] = [finish(each, depth - 1, budget) for each in value]
    elif type(value) is tuple:
        return tuple(finish(each, depth - 1, budget) for each in value)
    return value
