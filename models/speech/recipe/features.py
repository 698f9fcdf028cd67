"""Owns the acoustic features: MFCC as Kaldi computes them, the same in training as in Vosk (`mfcc.conf`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import kaldi_native_fbank as knf
import numpy as np

from models.speech.recipe.telephone import RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

CEPSTRA = 20
"""Fewer than the 40 bands: the voice that was not trained on is recognised better."""
_BANDS = 40
_LOWEST_HZ = 60
_BELOW_NYQUIST_HZ = -200
FRAME_SHIFT_S = 0.01
MFCC_CONF = f"""--sample-frequency={RATE}
--use-energy=false
--num-mel-bins={_BANDS}
--num-ceps={CEPSTRA}
--low-freq={_LOWEST_HZ}
--high-freq={_BELOW_NYQUIST_HZ}
--dither=0
"""


def mfcc(samples: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return one row of cepstra every 10 ms of 16-bit-scaled samples at 8 kHz."""
    options = knf.MfccOptions()
    options.frame_opts.samp_freq, options.frame_opts.dither = RATE, 0.0
    options.frame_opts.window_type, options.frame_opts.snip_edges = "povey", True
    options.mel_opts.num_bins = _BANDS
    options.mel_opts.low_freq, options.mel_opts.high_freq = _LOWEST_HZ, _BELOW_NYQUIST_HZ
    options.num_ceps, options.use_energy = CEPSTRA, False
    extractor = knf.OnlineMfcc(options)
    extractor.accept_waveform(RATE, samples.astype(np.float32).tolist())
    extractor.input_finished()
    frames = [extractor.get_frame(index) for index in range(extractor.num_frames_ready)]
    return np.stack(frames).astype(np.float32) if frames else np.zeros((0, CEPSTRA), np.float32)
