import { openWindows } from './workbench';

/** Keeps what a person would have seen when a test failed: `out/screenshots/failed-….png`. */
afterEach(async function () {
  if (this.currentTest?.state !== 'failed') return;
  const name = this.currentTest.title.replaceAll(/\W+/g, '-').slice(0, 80);
  let index = 0;
  for (const window of openWindows) {
    window.spoil();
    await window.screenshot(`failed-${name}-${index++}`);
  }
});
