class InputError(ValueError):
    """Something the user gave cannot be used: one sentence that names the culprit and the cure.

    The command-line tools print it alone, without a traceback.
    """


# What is not installed with the package alone, and which of its extras bring it.
EXTRAS = dict(
    spandrel='spandrel', deepinv='deepinv',
    torch='torch', onnx='torch', onnxscript='torch', safetensors='torch', cv2='mmagic,lite', skimage='mmagic,lite',
    mmagic='mmagic,lite', mmcv='mmagic,lite', mmengine='mmagic,lite', matplotlib='mmagic,lite', scipy='data',
    torchvision='data', gdown='data', gradio='web', uvicorn='web', fastapi='web', starlette='web',
)  # fmt: skip


def missing_module(error: ModuleNotFoundError) -> str:
    """What there is to say about a module that is not installed."""
    module = (error.name or str(error)).partition('.')[0]
    extras = EXTRAS.get(module)
    cure = f'install this package with its extras [{extras}], as the README says' if extras else 'install it with pip'
    return f'this needs {module}, which is not installed: {cure}'
