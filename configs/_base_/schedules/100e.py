# The paper's recipe: 100 epochs, the learning rate halved every 25.
param_scheduler = dict(type='StepLR', step_size=25, gamma=0.5, by_epoch=True)

train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=100, val_interval=1)
val_cfg = dict(type='AutocastValLoop')
test_cfg = dict(type='AutocastTestLoop')
