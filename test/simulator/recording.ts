import { encodeAnimatedPng } from './png';
import { drawScreenshot } from './screenshot';
import type { ScreenshotSubject } from './screenshot';

/**
 * A session's recording. The cloud sends a video; an animated PNG is one that every browser plays and that
 * needs no encoder. Shows the first 20 steps, a second each, or an empty page where there was none.
 */
export function recordingImage(steps: readonly ScreenshotSubject[]): Buffer {
  const shown = steps.slice(0, 20);
  const empty = { seed: '', number: 0, url: 'about:blank', text: 'Nothing was recorded' };
  const tintOf = shown[0]?.url ?? empty.url;
  const pictures = (shown.length > 0 ? shown : [empty]).map((step) => drawScreenshot(step, tintOf));
  return encodeAnimatedPng(pictures, 1_000);
}
