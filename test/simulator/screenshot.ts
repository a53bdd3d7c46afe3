import { createHash } from 'node:crypto';
import { createCanvas } from './canvas';
import type { Canvas } from './canvas';

/** What a screenshot shows. Equal ones give equal pictures. */
export interface ScreenshotSubject {
  /** Tells one task's pages from another's: the task's ID. */
  readonly seed: string;
  /** The step, from 1; drawn large. */
  readonly number: number;
  /** Shown in the address bar; its host gives the page its colour. */
  readonly url: string;
  readonly text: string;
}

/** The most pictures kept at a time; each takes a few kilobytes. */
const cacheLimit = 500;
const cache = new Map<string, Buffer>();

/** A PNG of 640 × 400 pixels, drawn here: a browser's window with the page of that step. */
export function screenshotImage(subject: ScreenshotSubject): Buffer {
  const key = [subject.seed, subject.number, subject.url, subject.text].join('\n');
  const known = cache.get(key);
  if (known) return known;
  if (cache.size >= cacheLimit) cache.clear();
  const image = drawScreenshot(subject).toPng();
  cache.set(key, image);
  return image;
}

// Places in the palette. Those from `tint` on depend on the page's host.
const white = 0;
const chrome = 1;
const chromeDark = 2;
const ink = 3;
const grey = 4;
const paleGrey = 5;
const red = 6;
const amber = 7;
const green = 8;
const marker = 9;
const tint = 10;
const tintPale = 11;
const tintDark = 12;

/** The same as a canvas, for the pictures of an animation. `tintOf` lets them share one palette. */
export function drawScreenshot(subject: ScreenshotSubject, tintOf = subject.url): Canvas {
  const hue = digest(hostOf(tintOf))[0] ?? 0;
  const canvas = createCanvas(640, 400, paletteFor((hue * 360) / 256));
  drawWindow(canvas, subject);
  drawPage(canvas, subject);
  drawNumber(canvas, subject.number);
  return canvas;
}

function drawWindow(canvas: Canvas, { url }: ScreenshotSubject): void {
  canvas.fill(0, 0, 640, 400, white);
  canvas.fill(0, 0, 640, 26, chromeDark);
  canvas.fill(72, 6, 190, 20, chrome);
  canvas.text(82, 12, clipped(hostOf(url), 27), ink);
  for (const [index, colour] of [red, amber, green].entries()) {
    canvas.fill(14 + index * 18, 9, 10, 10, colour);
  }
  canvas.fill(0, 26, 640, 30, chrome);
  canvas.text(14, 37, '<  >', grey);
  canvas.fill(52, 31, 572, 20, white);
  canvas.text(62, 37, clipped(url, 92), ink);
}

function drawPage(canvas: Canvas, { seed, number, url, text }: ScreenshotSubject): void {
  const random = digest(`${seed} ${number}`);
  const at = (index: number, range: number): number => (random[index % 32] ?? 0) % range;
  canvas.fill(0, 56, 640, 40, tint);
  canvas.text(24, 68, clipped(hostOf(url), 24), white, 2);
  for (let index = 0; index < 3; index++) canvas.fill(420 + index * 66, 72, 48, 8, tintPale);
  for (const [index, line] of wrapped(text, 44).slice(0, 2).entries()) {
    canvas.text(24, 112 + index * 20, line, ink, 2);
  }
  const columns = 2 + at(0, 3);
  const width = Math.floor((592 - (columns - 1) * 16) / columns);
  const chosen = at(1, columns * 2);
  for (let card = 0; card < columns * 2; card++) {
    const x = 24 + (card % columns) * (width + 16);
    const y = 164 + Math.floor(card / columns) * 116;
    canvas.fill(x, y, width, 104, paleGrey);
    canvas.fill(x, y, width, 34, card % 2 === number % 2 ? tintPale : tintDark);
    for (let line = 0; line < 4; line++) {
      const length = width - 24 - at(2 + card * 4 + line, Math.max(1, Math.floor(width / 2)));
      canvas.fill(x + 12, y + 46 + line * 13, length, 6, grey);
    }
    // What the agent is about to touch, as browser-use highlights it.
    if (card === chosen) canvas.outline(x - 3, y - 3, width + 6, 110, marker);
  }
}

function drawNumber(canvas: Canvas, number: number): void {
  const text = String(number);
  const width = text.length * 36 + 24;
  canvas.fill(640 - width - 16, 316, width, 68, ink);
  canvas.fill(640 - width - 13, 319, width - 6, 62, marker);
  canvas.text(640 - width - 1, 328, text, white, 6);
}

function paletteFor(hue: number): number[] {
  return [
    0xffffff,
    0xe8eaed,
    0xc6cad1,
    0x23272e,
    0xa3a9b3,
    0xf1f3f5,
    0xe5534b,
    0xe0a33e,
    0x4caf6a,
    0xd9480f,
    colour(hue, 0.55, 0.42),
    colour(hue, 0.5, 0.82),
    colour(hue + 24, 0.45, 0.62),
  ];
}

/** From hue in degrees, saturation and lightness. */
function colour(hue: number, saturation: number, lightness: number): number {
  const channel = (offset: number): number => {
    const k = (offset + hue / 30) % 12;
    const spread = saturation * Math.min(lightness, 1 - lightness);
    return Math.round(255 * (lightness - spread * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return (channel(0) << 16) | (channel(8) << 8) | channel(4);
}

function hostOf(url: string): string {
  return /^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1] ?? 'about:blank';
}

function clipped(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 2)}..`;
}

function wrapped(text: string, characters: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > characters) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? clipped(word, characters) : `${line} ${word}`;
  }
  return [...lines, line];
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
