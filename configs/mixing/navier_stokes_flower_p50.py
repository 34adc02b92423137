_base_ = './telea_flower_p50.py'

model = dict(method='navier_stokes')
