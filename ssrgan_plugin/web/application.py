"""The page behind its gate, as an ASGI application."""

from typing import Any, Dict, Optional

import fastapi
import gradio as gr
from starlette.types import ASGIApp

from ..restoration.restorer import Restorer
from .gate import Gate
from .layout import CSS, SCRIPT, build
from .page import Page
from .sessions import Sessions

FONTS = ['system-ui', '-apple-system', 'Segoe UI', 'Roboto', 'sans-serif']
# Gradio's own colours of these are too pale to be read by everybody (WCAG's 4.5 to 1).
CONTRAST = dict(
    body_text_color_subdued='*neutral_600',
    body_text_color_subdued_dark='*neutral_300',
    block_info_text_color='*neutral_600',
    block_info_text_color_dark='*neutral_300',
    block_label_text_color='*neutral_600',
    block_title_text_color='*neutral_800',
    button_primary_background_fill='*primary_700',
    button_primary_background_fill_hover='*primary_800',
    button_primary_background_fill_dark='*primary_700',
    button_primary_background_fill_hover_dark='*primary_600',
    color_accent='*primary_700',
    slider_color='*primary_700',
    checkbox_background_color_selected='*primary_700',
    checkbox_border_color_selected='*primary_700',
)
LOCAL = ('127.0.0.1', 'localhost', '::1')


def application(
    sessions: Sessions,
    port: int,
    local: bool,
    host: str,
    max_upload: int,
    max_pixels: Optional[int],
    settings: Dict[str, Any],
) -> ASGIApp:
    """Everything that answers requests.

    Raises:
        InputError: if the weights cannot be read.
    """
    cookie = f'ssrgan_{port}'
    page = Page(sessions, cookie, lambda ensemble: Restorer(self_ensemble=ensemble, **settings), max_pixels)
    page.restorer(False)  # wrong weights are told now, and the first picture need not wait
    blocks = build(page, local).queue(max_size=64, api_open=False)
    theme = gr.themes.Default(
        primary_hue='teal', neutral_hue='slate', font=FONTS, font_mono=['ui-monospace', 'monospace']
    )
    theme.set(**CONTRAST)
    app = gr.mount_gradio_app(
        fastapi.FastAPI(openapi_url=None),
        blocks,
        path='/',
        footer_links=[],
        run_history=False,
        show_error=True,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        enable_monitoring=False,
        theme=theme,
        css=CSS,
        head=f'<script>{SCRIPT}</script>',
    )
    return Gate(app, sessions, (*LOCAL, host) if local else None, cookie, max_upload)
