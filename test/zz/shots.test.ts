import * as fs from 'node:fs';
import { aDetails } from '../fakes/fakeCloud';
import { useDetailsPages, picturesAreThere, someSteps } from '../ui/details/detailsPages';
describe('shots', () => {
  const { open, samples } = useDetailsPages();
  const list = (process.env['SHOTS'] ?? '').split(',').filter(Boolean);
  for (const spec of list)
    it(spec, async () => {
      const [name = '', theme = 'dark', width = '1200', act = ''] = spec.split(':');
      const details = name === 'perf' ? aDetails('a', { status: 'finished', steps: someSteps(2000) }) : await samples().details(name as 'failed');
      const { page } = await open(details, { theme: theme as 'dark', width: Number(width), height: 1300 });
      await picturesAreThere(page);
      if (act === 'menu') await page.getByRole('button', { name: 'More Actions…' }).click();
      if (act === 'large') { await page.locator('#step-2 .picture').click(); await page.locator('dialog img').waitFor(); }
      if (act === 'deep') { await page.locator('.bar').nth(8).click(); await page.waitForTimeout(700); }
      await page.waitForTimeout(200);
      fs.mkdirSync('/tmp/shots', { recursive: true });
      await page.screenshot({ path: `/tmp/shots/${spec.replace(/:/gu, '-')}.png` });
    });
});
