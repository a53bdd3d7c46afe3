import * as fs from 'node:fs';
import type axeCore from 'axe-core';
import type { Frame } from 'playwright-core';
import { until } from './until';

/** A screenshot in the details that has really been drawn. */
export interface LoadedPicture {
  readonly naturalWidth: number;
  readonly alt: string;
}

/** The first screenshot of the details, once it is drawn. */
export async function firstPicture(details: Frame): Promise<LoadedPicture> {
  return until('A screenshot in the details', async () => {
    const image = details.locator('img').first();
    await image.scrollIntoViewIfNeeded({ timeout: 500 });
    const found = await image.evaluate((element) => {
      if (!(element instanceof HTMLImageElement)) return undefined;
      return { naturalWidth: element.naturalWidth, alt: element.alt };
    });
    return found && found.naturalWidth > 0 && found;
  });
}

/** What axe-core finds wrong with the page in the panel: one line each, empty where all is well. */
export async function accessibilityFaults(details: Frame): Promise<string[]> {
  await details.evaluate(fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
  return details.evaluate(async () => {
    const { violations } = await axe.run(document);
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) =>
        [id, help, target.join(' '), failureSummary ?? ''].join(' | '),
      ),
    );
  });
}

/** axe-core as it is in a page that its file was run in. */
declare const axe: typeof axeCore;
