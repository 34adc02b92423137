def has_accelerator() -> bool:
    from mmengine.device import get_device

    return get_device() != 'cpu'
