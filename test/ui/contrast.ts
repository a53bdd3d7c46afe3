/**
 * How well a colour stands out from the opaque one behind it: from 1, not at all, to 21.
 * Both as CSS computes them: `rgb(r, g, b)` or `rgba(r, g, b, a)`.
 *
 * @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
 */
export function contrast(color: string, behind: string): number {
  const back = channels(behind);
  const { alpha, ...front } = channels(color);
  const mixed = {
    red: mix(front.red, back.red, alpha),
    green: mix(front.green, back.green, alpha),
    blue: mix(front.blue, back.blue, alpha),
  };
  const [lighter = 0, darker = 0] = [luminance(mixed), luminance(back)].toSorted((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

interface Color {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

function channels(color: string): Color & { readonly alpha: number } {
  const match = /^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/.exec(color);
  if (!match) throw new Error(`"${color}" is no computed colour.`);
  const [, red, green, blue, alpha] = match;
  return {
    red: Number(red),
    green: Number(green),
    blue: Number(blue),
    alpha: alpha === undefined ? 1 : Number(alpha),
  };
}

function mix(front: number, back: number, alpha: number): number {
  return front * alpha + back * (1 - alpha);
}

function luminance({ red, green, blue }: Color): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(channel: number): number {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
