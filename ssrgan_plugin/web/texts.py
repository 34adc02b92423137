"""What the page says. Refusals are the command's own, with the page's controls in place of options."""

import re
from pathlib import Path
from typing import Iterable

TITLE = 'Restore pictures'
LEAD = 'Gets pixels back that were lost at random. Known pixels stay the same to the bit.'
ON_THIS_MACHINE = 'Pictures stay on this machine, and are deleted when you close the page.'
ON_THE_SERVER = 'Pictures are kept on the server until you close the page, and then deleted.'
TOO_LARGE = 'A file may have up to {:,g} MB here: start the page with a larger --max-upload'
TOO_MANY = 'All files together may have up to {:,g} MB here: close the page to start anew, or drop fewer'
NO_ROOM = 'The server cannot keep files now ({}): try it later, or drop fewer'

PICTURES = 'Pictures'
HOW = 'Which pixels are lost?'
FIND, MASK, PAINT, TRY = 'Find them', 'Take a mask', 'Paint them', 'None yet: lose some, to try it'
HOW_HELP = {
    FIND: 'Black, white or transparent pixels that are scattered as random loss would be, those that the file itself '
    'says are missing, and what a network takes for lost.',
    MASK: 'A picture of the same size: what is not black in it is lost. One mask serves all pictures; several are told '
    'apart by their names. A mask called NAME_mask.png may also be dropped among the pictures.',
    PAINT: 'Draw over what is to be restored.',
    TRY: 'Loses pixels of an intact picture, restores them, and tells the error.',
}
MASKS = 'Masks'
THRESHOLD = 'Lost is what is brighter than'
INVERT = 'The mask is inverted: black is lost'
AS_STORED = 'The mask fits the picture as its camera stored it, not as viewers turn it'
COLOURS = 'Colours of the mask'
AS_THEY_LOOK, EACH, WHOLE = 'as they look', 'each marks its own colour', 'all mark whole pixels'
FILL = 'Look of lost pixels'
NODATA = 'Value of missing pixels'
LEVEL = 'Pixels to lose, per cent'
DAMAGE = 'Lost pixels become'
SEED = 'Random seed'
BY_CHANNEL = 'Each colour by itself'
ORIGINALS = 'Originals, for the error'
ENSEMBLE = 'Smaller errors in eight times the time'
FORMAT = 'Format of the restored picture'
RESTORE, STOP, EXAMPLE = 'Restore', 'Stop', 'Take an example'
SHOWN = 'Picture shown'
EMPTY = 'The picture will be here, before and after.'
PAINTER, CORRECT = 'Paint lost pixels', 'Correct by painting'
PAINTER_HELP = 'What is painted as lost is restored, what is painted as known stays, whatever was found.'

CLOSED = 'the page is not open any more: reload it'
STOPPED = 'stopped'
NOTHING = 'drop a picture first'
NO_MASK = f'drop a mask under “{MASKS}”, or say that lost pixels are to be found or painted'
PAINTED_OTHERS = 'paint what is lost, not what is left'
NOTHING_PAINTED = 'paint over the lost pixels first'
BROKEN = 'this should not have happened; the server has printed what did'
TOO_LARGE_TO_MEASURE = 'too large for its error to be told here: use ssrgan evaluate'

# Options, as the command's sentences name them, and what they are in the page.
FOR_OPTIONS = (
    (r"that are read without being told: if that is meant, say --max-pixels \d+", 'that this page takes: cut it up, or '
     'start the page with a larger --max-pixels'),
    (r'say --nodata=([^\s;]+)', rf'enter \1 under “{NODATA}”'),
    (r'(?:say|such as) --mask-threshold (\S+)', rf'enter a level such as \1 under “{THRESHOLD}”'),
    (r'leave --invert-mask out', f'do not tick “{INVERT}”'),
    (r'say --invert-mask', f'tick “{INVERT}”'),
    (r'say --mask-as-stored', f'tick “{AS_STORED}”'),
    (r'say --no-mask-by-channel', f'choose “{WHOLE}” under “{COLOURS}”'),
    (r'restore by it with --mask-by-channel', f'choose “{EACH}” under “{COLOURS}”'),
    (r'leave --mask-by-channel out', f'do not choose “{EACH}” under “{COLOURS}”'),
    (r'(?:name it|name one) by --mask', f'drop it under “{MASKS}”'),
    (r'(?:name|give) (?:the|a) --fill', f'choose under “{FILL}” the one'),
    (r'(smears lost pixels .*): give a mask', rf'\1: drop a mask, or paint it; of an intact picture, choose “{TRY}”'),
    (r'give a mask, or', 'drop a mask, paint it, or'),
    (r'give a mask', 'drop a mask, or paint it'),
    (r' \(--max-share\)', ''),
    (r'say --overwrite', 'restore it anew'),
    (r'name another --save-mask', 'drop it under another name'),
    (r'leave --original out', f'leave “{ORIGINALS}” empty'),
    (r'leave --compare out', 'make it smaller'),
)  # fmt: skip


def in_page(sentence: str, folders: Iterable[Path] = ()) -> str:
    """A sentence of the command as the page says it, without the folders in which its files lie."""
    for folder in folders:
        sentence = sentence.replace(f'{folder}/', '').replace(f'{folder}\\', '').replace(str(folder), 'the page')
    for option, control in FOR_OPTIONS:
        sentence = re.sub(option, control, sentence)
    return sentence[:1].upper() + sentence[1:] if not re.match(r'\S*\.\w', sentence) else sentence
