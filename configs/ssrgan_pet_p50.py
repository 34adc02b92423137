_base_ = [
    './_base_/models/ssrgan.py',
    './_base_/datasets/pet.py',
    './_base_/schedules/100e.py',
    './_base_/default_runtime.py',
]
