#!/usr/bin/env bash
# Fresh clone -> environment -> a small real training run on sample photographs -> NMSE table and restored pictures.
# Interrupted, it goes on where it was; EPOCHS=... trains longer or shorter.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=work_dirs/quickstart
bash tools/setup_env.sh
echo "==> training SSRGAN on sample photographs (results in $out)"
.venv/bin/python tools/train.py configs/ssrgan_sample_p50.py --work-dir "$out" --amp --resume \
    --cfg-options train_cfg.max_epochs="${EPOCHS:-12}" train_cfg.val_interval=4
echo "==> comparing on held-out photographs"
.venv/bin/python tools/quickstart_report.py configs/ssrgan_sample_p50.py "$out"
echo "==> quickstart.sh took $SECONDS s"
