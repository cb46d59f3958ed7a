/** What an assistant hears and feels without looking: three signals that differ in pitch, number and length. */

/** @typedef {'good' | 'attention' | 'bad' | 'again'} Signal */

/** Tones in hertz and seconds; then the vibration in milliseconds. @type {Record<Signal, {tones: Array<[number, number]>, buzz: number[]}>} */
const SIGNALS = {
  good: { tones: [[1320, 0.09]], buzz: [40] },
  attention: { tones: [[660, 0.12], [660, 0.12]], buzz: [90, 70, 90] },
  bad: { tones: [[220, 0.22], [196, 0.22], [175, 0.3]], buzz: [350, 90, 350] },
  again: { tones: [[990, 0.03]], buzz: [15] },
};

/** @type {AudioContext | undefined} */
let audio;

/** To be called from a touch or a key: browsers allow no sound before. */
export function prepare() {
  audio ??= new AudioContext();
  audio.resume();
}

/** @param {Signal} signal */
export function give(signal) {
  const { tones, buzz } = SIGNALS[signal];
  navigator.vibrate?.(buzz);
  if (!audio) return;
  let at = audio.currentTime;
  for (const [hertz, seconds] of tones) {
    tone(audio, hertz, at, seconds, signal === 'bad' ? 'square' : 'sine');
    at += seconds + 0.05;
  }
}

/** @param {AudioContext} to @param {number} hertz @param {number} at @param {number} seconds @param {OscillatorType} type */
function tone(to, hertz, at, seconds, type) {
  const source = new OscillatorNode(to, { type, frequency: hertz });
  const volume = new GainNode(to, { gain: 0.25 });
  volume.gain.setValueAtTime(0.25, at + seconds * 0.7);
  volume.gain.linearRampToValueAtTime(0, at + seconds);
  source.connect(volume).connect(to.destination);
  source.start(at);
  source.stop(at + seconds);
}
