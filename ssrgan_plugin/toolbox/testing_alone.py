"""Testing that never touches training data."""

from ..errors import InputError


def let_tests_run_alone() -> None:
    """Lets a test run where only test images are (no upstream issue known): whoever asks MMEngine's runner for its
    iteration, as MMagic's visualisation hooks do, builds the training loop, and with it the training data set. A model
    without weights is tested with ``-`` for a checkpoint."""
    from mmengine.runner import BaseLoop, Runner

    def alone(stock):
        def run(self):
            train_loop = self._train_loop
            if isinstance(train_loop, BaseLoop):  # it has trained before
                return stock(self)
            if self._load_from == '-':
                if any(True for _ in self.model.parameters()):
                    raise InputError('the model has weights: name its checkpoint')
                self._load_from = None
            # A config's resume is about its training; what is tested is the checkpoint that was named.
            resume, self._train_loop, self._resume = self._resume, None, self._resume and not self._load_from
            try:
                return stock(self)
            finally:
                self._train_loop, self._resume = train_loop, resume

        return run

    Runner.test, Runner.val = alone(Runner.test), alone(Runner.val)
