"""``ssrgan web``: the page's server."""

import ipaddress
import logging
import os
import socket
from typing import Any, List, Optional

from ..errors import InputError
from ..terminations import Terminated
from .sessions import Sessions, files_folder

APART = 'make an environment of its own for it, without MMagic, which needs an older huggingface-hub'


def serve(host: str, port: int, max_upload: int, max_pixels: Optional[int] = None, **settings: Any) -> List[str]:
    """Serves the page until it is interrupted.

    Args:
        host: Address to listen at.
        port: 0 for any that is free.
        max_upload: Bytes of a file.
        max_pixels: Larger pictures are refused. Default: as the command.
        settings: Those of :class:`ssrgan_plugin.restoration.restorer.Restorer`.

    Raises:
        InputError: if Gradio is missing, the address cannot be listened at, or the weights cannot be read.
    """
    listening = listen(host, port)
    host_name, port = listening.getsockname()[:2]
    with listening, files_folder() as root:
        os.environ.update(
            GRADIO_ANALYTICS_ENABLED='False',  # and nothing else that would call somewhere
            GRADIO_TEMP_DIR=str(root),
            GRADIO_SSR_MODE='False',
            GRADIO_RUN_HISTORY='False',
            GRADIO_MCP_SERVER='False',
            HF_HUB_OFFLINE='1',
            HF_HUB_DISABLE_TELEMETRY='1',
        )
        try:
            import uvicorn

            from .application import application
        except ModuleNotFoundError:
            raise
        except ImportError as error:
            raise InputError(f'Gradio cannot be loaded beside what is installed here ({error}): {APART}') from error
        local = ipaddress.ip_address(host_name).is_loopback
        sessions = Sessions(root)
        app = application(sessions, port, local, host, max_upload, max_pixels, settings)
        shown = f'[{host_name}]' if ':' in host_name else host_name
        print(f'http://{shown}:{port} (Ctrl-C ends it)', flush=True)
        if not local:
            print('whoever reaches this machine may use it', flush=True)
        config = uvicorn.Config(
            app, log_level='error', server_header=False, ws='none', timeout_graceful_shutdown=1, access_log=False
        )

        class Server(uvicorn.Server):
            async def shutdown(self, sockets: Optional[List[socket.socket]] = None) -> None:
                sessions.stop()
                logging.getLogger('uvicorn.error').setLevel(logging.CRITICAL)  # open pages hold connections: no error
                await super().shutdown(sockets)

        try:
            with sessions.tidied():
                Server(config).run(sockets=[listening])
        except Terminated:
            raise
        except KeyboardInterrupt:
            pass  # how it is meant to end
    return []


def listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind)
        if os.name != 'nt':
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()  # now, for nobody else to take it while the network is loaded
    except OSError as error:
        raise InputError(
            f'{host}:{port} cannot be listened at ({error.strerror}): name another --port or --host'
        ) from error
    return listening
