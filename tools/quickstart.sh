#!/usr/bin/env bash
# Fresh clone -> environment -> a photograph restored by the shipped weights -> a demonstration of training, five minutes
# long, on sample photographs -> what both reach: NMSE table and pictures.
# Interrupted, it goes on where it was; EPOCHS=... trains longer or shorter.
set -euo pipefail
[ $# = 0 ] || { sed -n '2,4s/^# //p' "$0"; [ "$1" = --help ] && exit || exit 2; }
trap 'echo "==> interrupted: the same command goes on from here" >&2; exit 130' INT
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=work_dirs/quickstart
bash tools/setup_env.sh
echo "==> restoring a photograph that lost half of its pixels, with the shipped weights"
photograph=$(.venv/bin/python -c \
    'import importlib.util as i, os; print(os.path.dirname(i.find_spec("sklearn").origin) + "/datasets/images/flower.jpg")')
.venv/bin/ssrgan corrupt "$photograph" -o "$out/damaged.png" --ratio 0.5 --overwrite
.venv/bin/ssrgan restore "$out/damaged.png" -o "$out/restored.png" --compare --original "$photograph" --overwrite
echo "==> look at $out/restored_compare.png"
echo "==> a demonstration of training: the paper's SSRGAN on five sample photographs (results in $out)"
.venv/bin/python tools/train.py configs/ssrgan_sample_p50.py --work-dir "$out" --amp --resume \
    --cfg-options train_cfg.max_epochs="${EPOCHS:-12}" train_cfg.val_interval=4
echo "==> on held-out photographs: the shipped weights, and this training, which is less than a hundredth of the paper's"
.venv/bin/python tools/quickstart_report.py configs/ssrgan_sample_p50.py "$out"
echo "==> by the shipped weights: $out/restored_compare.png"
echo "==> beside the demonstration: $out/comparison.png"
echo "==> quickstart.sh took $SECONDS s"
