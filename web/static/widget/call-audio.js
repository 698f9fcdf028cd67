// Owns sound in the browser's audio thread: microphone to 8 kHz frames, 8 kHz frames to the loudspeaker.

const LINE_RATE_HZ = 8_000;
const FRAME_SAMPLES = 160;
/** Sound that waits longer is not caught up with: 1.5 s. */
const MOST_WAITING_SAMPLES = 12_000;
/** So much is waited for before sound begins, so that the network's small delays are not heard: 60 ms. */
const CUSHION_SAMPLES = 480;
const FULL_SCALE = 32_767;

class CallAudio extends AudioWorkletProcessor {
  /** Samples of this context for one sample of the line. */
  #step = sampleRate / LINE_RATE_HZ;
  #sum = 0;
  #count = 0;
  #taken = 0;
  #frame = new Int16Array(FRAME_SAMPLES);
  #filled = 0;
  /** @type {Float32Array[]} */
  #waiting = [];
  #waitingSamples = 0;
  #position = 0;
  #playing = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.#queue(new Int16Array(data));
  }

  /**
   * @param {Float32Array[][]} inputs
   * @param {Float32Array[][]} outputs
   */
  process(inputs, outputs) {
    if (inputs[0]?.[0]) this.#listen(inputs[0][0]);
    if (outputs[0]?.[0]) this.#play(outputs[0][0]);
    return true;
  }

  /** Average the samples that fall on one of the line: a low-pass good enough for a telephone. @param {Float32Array} input */
  #listen(input) {
    for (const sample of input) {
      this.#sum += sample;
      this.#count += 1;
      this.#taken += 1;
      if (this.#taken < this.#step) continue;
      this.#taken -= this.#step;
      this.#frame[this.#filled] = Math.max(-1, Math.min(1, this.#sum / this.#count)) * FULL_SCALE;
      this.#sum = 0;
      this.#count = 0;
      this.#filled += 1;
      if (this.#filled === FRAME_SAMPLES) this.#send();
    }
  }

  #send() {
    this.port.postMessage(this.#frame.slice().buffer);
    this.#filled = 0;
  }

  /** @param {Int16Array} frame */
  #queue(frame) {
    this.#waiting.push(Float32Array.from(frame, (sample) => sample / FULL_SCALE));
    this.#waitingSamples += frame.length;
    while (this.#waitingSamples > MOST_WAITING_SAMPLES) this.#drop();
  }

  #drop() {
    this.#waitingSamples -= this.#waiting.shift()?.length ?? 0;
    this.#position = 0;
  }

  /** @param {Float32Array} output */
  #play(output) {
    this.#playing ||= this.#waitingSamples >= CUSHION_SAMPLES;
    for (let index = 0; this.#playing && index < output.length; index += 1) {
      const frame = this.#waiting[0];
      if (!frame) {
        this.#playing = false; // what is left of the output is silence already
        return;
      }
      const before = Math.floor(this.#position);
      const next = frame[before + 1] ?? this.#waiting[1]?.[0] ?? frame[before];
      output[index] = frame[before] + (next - frame[before]) * (this.#position - before);
      this.#position += 1 / this.#step;
      if (this.#position < frame.length) continue;
      const over = this.#position - frame.length;
      this.#drop();
      this.#position = over;
    }
  }
}

registerProcessor("call-audio", CallAudio);
