"""The page's components, and which of them sets going what."""

import functools
import inspect
import traceback
from contextlib import contextmanager
from importlib.resources import files
from typing import Any, Callable, Iterator

import gradio as gr

from .. import corruption
from ..errors import InputError
from . import rendering, texts
from .orders import CONTROLS
from .page import Page

CSS, SCRIPT = (
    files('ssrgan_plugin.web').joinpath(name).read_text(encoding='utf-8') for name in ('page.css', 'page.js')
)
PAINTED = '(...inputs) => ssrgan.withPainted(inputs)'
LOOKS = [('As it looks: black, white, transparent', ''), 'black', 'white', 'salt_and_pepper']
FORMATS = [("the picture's own", ''), ('PNG', '.png'), ('TIFF', '.tif')]


def told(function: Callable) -> Callable:
    """No traceback in the page: what nobody has foreseen is printed where the server runs."""

    @contextmanager
    def telling() -> Iterator[None]:
        try:
            yield
        except InputError as error:
            raise gr.Error(texts.in_page(str(error)), print_exception=False) from error
        except Exception as error:
            traceback.print_exc()
            raise gr.Error(texts.BROKEN, print_exception=False) from error

    @functools.wraps(function)
    def once(*args: Any) -> Any:
        with telling():
            return function(*args)

    @functools.wraps(function)
    def step_by_step(*args: Any) -> Iterator[Any]:
        with telling():
            yield from function(*args)

    return step_by_step if inspect.isgeneratorfunction(function) else once


def build(page: Page, local: bool) -> gr.Blocks:
    with gr.Blocks(title=texts.TITLE, analytics_enabled=False) as blocks:
        results, painted = gr.State(), gr.Textbox(visible=False)
        place = texts.ON_THIS_MACHINE if local else texts.ON_THE_SERVER
        gr.HTML(f'<header class="head"><h1>{texts.TITLE}</h1><p>{texts.LEAD}<br>{place}</p></header>', elem_id='head')
        with gr.Row(equal_height=False):
            with gr.Column(scale=4, min_width=300):
                pictures = gr.File(label=texts.PICTURES, file_count='multiple', height=150)
                example = gr.Button(texts.EXAMPLE, size='sm')
                how = gr.Radio([texts.FIND, texts.MASK, texts.PAINT, texts.TRY], value=texts.FIND, label=texts.HOW,
                               info=texts.HOW_HELP[texts.FIND])  # fmt: skip
                with gr.Accordion('If they look otherwise', open=False) as finding:
                    fill = gr.Dropdown(LOOKS, value='', label=texts.FILL, allow_custom_value=True,
                                       info='Or a colour such as 255,0,0, in the units of the file.')  # fmt: skip
                    nodata = gr.Textbox(label=texts.NODATA, info='Such as -9999: wherever it is, pixels are lost.')
                with gr.Column(visible=False) as by_mask:
                    masks = gr.File(label=texts.MASKS, file_count='multiple', height=120)
                    threshold = gr.Textbox(label=texts.THRESHOLD, info='A number, for masks of several grey levels.')
                    invert = gr.Checkbox(label=texts.INVERT)
                    as_stored = gr.Checkbox(label=texts.AS_STORED)
                    colours = gr.Dropdown([texts.AS_THEY_LOOK, texts.EACH, texts.WHOLE], label=texts.COLOURS)
                with gr.Column(visible=False) as trying:
                    level = gr.Slider(1, 95, value=50, step=1, label=texts.LEVEL)
                    damage = gr.Dropdown(list(corruption.FILLS), value='black', label=texts.DAMAGE)
                    seed = gr.Number(value=0, precision=0, minimum=0, label=texts.SEED)
                    by_channel = gr.Checkbox(label=texts.BY_CHANNEL)
                with gr.Accordion('More', open=False):
                    originals = gr.File(label=texts.ORIGINALS, file_count='multiple', height=120)
                    suffix = gr.Dropdown(FORMATS, value='', label=texts.FORMAT)
                    ensemble = gr.Checkbox(label=texts.ENSEMBLE)
                with gr.Row():
                    restore = gr.Button(texts.RESTORE, variant='primary', size='lg', scale=3)
                    stop = gr.Button(texts.STOP, size='lg', scale=1, min_width=80)
            with gr.Column(scale=6, min_width=300):
                status = gr.HTML(rendering.status(), elem_id='status')
                picker = gr.Dropdown(label=texts.SHOWN, visible=False, interactive=True)
                stage = gr.HTML(page.stage(None, ''), elem_id='stage')
        here = locals()
        controls = [here[name] for name in CONTROLS]
        outputs = [status, results, picker, stage]
        working = dict(concurrency_id='work', concurrency_limit=1, api_visibility='private')
        at_once = dict(queue=True, api_visibility='private', show_progress='hidden')

        def choose(how: str) -> tuple:
            return tuple(gr.update(visible=how == each) for each in (texts.FIND, texts.MASK, texts.TRY)) + (
                gr.Radio(info=texts.HOW_HELP.get(how)),
            )

        how.change(choose, how, [finding, by_mask, trying, how], **at_once)
        looks = (pictures, how, masks, fill, invert, as_stored, colours)
        gr.on(
            [*(control.change for control in looks), nodata.submit, threshold.submit],
            told(page.look), [results, *controls], outputs, js=PAINTED, show_progress_on=[stage],
            trigger_mode='always_last', **working,
        )  # fmt: skip
        restore.click(told(page.ready), None, None, **at_once)
        restore.click(
            told(page.restore), [results, ensemble, *controls], outputs, js=PAINTED, show_progress_on=[stage], **working
        )
        picker.input(told(page.chosen), [results, picker], stage, **working)
        example.click(told(page.example), None, [pictures, how], **at_once)
        stop.click(told(page.stop), None, None, **at_once)
        blocks.load(told(page.opened), None, None, **at_once)
        blocks.unload(page.left)
    return blocks
